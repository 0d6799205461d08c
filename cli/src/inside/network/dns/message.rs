//! Messages of DNS (RFC 1035, RFC 3596): one question for addresses, and what comes back.
//!
//! What comes back is a stranger's: nothing in it is trusted to be where it says, and reading always ends.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use thiserror::Error;

/// The longest name, in bytes as they are sent.
const NAME_BYTES: usize = 255;
/// The longest part of a name.
const LABEL_BYTES: usize = 63;
/// The bytes before the question.
const HEADER_BYTES: usize = 12;
/// The class `IN`.
const INTERNET: u16 = 1;
/// No answer with more records is read further.
const RECORDS: u16 = 256;

/// Which addresses are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// `A`.
    V4,
    /// `AAAA`.
    V6,
}

impl Family {
    fn number(self) -> u16 {
        match self {
            Self::V4 => 1,
            Self::V6 => 28,
        }
    }
}

/// What no question can carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a name that DNS can carry")]
pub(crate) struct NotAName;

/// What is not an answer to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum NotAnAnswer {
    /// It is of another question: a late answer, or somebody's guess.
    #[error("it answers another question")]
    Another,
    /// It cannot be read.
    #[error("the answer of the name server is malformed")]
    Malformed,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Query {
    id: u16,
    family: Family,
    bytes: Vec<u8>,
}

/// What a name server says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    /// Whether all went well.
    pub(crate) code: ResponseCode,
    /// Whether it did not fit and is to be asked for over TCP.
    pub(crate) is_cut: bool,
    /// The addresses, each once.
    pub(crate) addresses: Vec<IpAddr>,
}

/// The code of a response (RFC 1035 4.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResponseCode {
    /// No error.
    Ok,
    /// There is no such name.
    NoSuchName,
    /// Anything else.
    Other(u8),
}

impl ResponseCode {
    fn of(number: u8) -> Self {
        match number {
            0 => Self::Ok,
            3 => Self::NoSuchName,
            other => Self::Other(other),
        }
    }

    /// Its word.
    pub(crate) fn word(self) -> String {
        match self {
            Self::Ok => "NOERROR".to_owned(),
            Self::NoSuchName => "NXDOMAIN".to_owned(),
            Self::Other(1) => "FORMERR".to_owned(),
            Self::Other(2) => "SERVFAIL".to_owned(),
            Self::Other(4) => "NOTIMP".to_owned(),
            Self::Other(5) => "REFUSED".to_owned(),
            Self::Other(number) => format!("code {number}"),
        }
    }
}

impl Query {
    /// A question for the addresses of a whole name.
    pub(crate) fn new(id: u16, name: &str, family: Family) -> Result<Self, NotAName> {
        let mut bytes = Vec::with_capacity(HEADER_BYTES + name.len() + 6);
        bytes.extend(id.to_be_bytes());
        // Recursion is wanted; one question, nothing else.
        bytes.extend([1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
        let name = name.strip_suffix('.').unwrap_or(name);
        for label in name.split('.') {
            let length = u8::try_from(label.len()).map_err(|_| NotAName)?;
            if label.is_empty() || label.len() > LABEL_BYTES || !label.is_ascii() {
                return Err(NotAName);
            }
            bytes.push(length);
            bytes.extend(label.bytes());
        }
        bytes.push(0);
        if bytes.len() - HEADER_BYTES > NAME_BYTES {
            return Err(NotAName);
        }
        bytes.extend(family.number().to_be_bytes());
        bytes.extend(INTERNET.to_be_bytes());
        Ok(Self { id, family, bytes })
    }

    /// As it is sent.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Reads what came back.
    pub(crate) fn answer(&self, message: &[u8]) -> Result<Answer, NotAnAnswer> {
        let mut reader = Reader { message, at: 0 };
        let id = reader.number()?;
        let flags = reader.number()?;
        let questions = reader.number()?;
        let records = reader.number()?;
        reader.skip(4)?;
        let is_response = flags & 0x8000 != 0;
        if id != self.id || !is_response {
            return Err(NotAnAnswer::Another);
        }
        let code = ResponseCode::of(u8::try_from(flags & 0xf).unwrap_or(0));
        match questions {
            // Some servers leave the question out where they refuse it.
            0 if code != ResponseCode::Ok => {}
            1 => {
                let asked = self.bytes.get(HEADER_BYTES..).unwrap_or_default();
                let repeated = reader.take(asked.len())?;
                if !repeated.eq_ignore_ascii_case(asked) {
                    return Err(NotAnAnswer::Another);
                }
            }
            _ => return Err(NotAnAnswer::Malformed),
        }
        let is_cut = flags & 0x0200 != 0;
        let mut addresses = Vec::new();
        for _ in 0..records.min(RECORDS) {
            match reader.record(self.family) {
                Ok(Some(address)) if !addresses.contains(&address) => addresses.push(address),
                Ok(_) => {}
                // What was cut off is asked for again.
                Err(_) if is_cut => break,
                Err(error) => return Err(error),
            }
        }
        Ok(Answer {
            code,
            is_cut,
            addresses,
        })
    }
}

/// A message that is read from front to back.
struct Reader<'m> {
    message: &'m [u8],
    at: usize,
}

impl<'m> Reader<'m> {
    fn take(&mut self, count: usize) -> Result<&'m [u8], NotAnAnswer> {
        let end = self.at.checked_add(count).ok_or(NotAnAnswer::Malformed)?;
        let taken = self
            .message
            .get(self.at..end)
            .ok_or(NotAnAnswer::Malformed)?;
        self.at = end;
        Ok(taken)
    }

    fn skip(&mut self, count: usize) -> Result<(), NotAnAnswer> {
        self.take(count).map(|_| ())
    }

    fn number(&mut self) -> Result<u16, NotAnAnswer> {
        let bytes = self.take(2)?;
        Ok(u16::from_be_bytes([bytes[0], bytes[1]]))
    }

    /// The address in one record of the answer; `None` for a record of another kind, such as `CNAME`.
    ///
    /// The owner's name is passed over: a recursive server puts nothing into the answer but the chain of the name.
    fn record(&mut self, family: Family) -> Result<Option<IpAddr>, NotAnAnswer> {
        self.skip_name()?;
        let kind = self.number()?;
        let class = self.number()?;
        self.skip(4)?;
        let length = usize::from(self.number()?);
        let data = self.take(length)?;
        if kind != family.number() || class != INTERNET {
            return Ok(None);
        }
        match family {
            Family::V4 => <[u8; 4]>::try_from(data)
                .map(|octets| Some(IpAddr::V4(Ipv4Addr::from(octets))))
                .map_err(|_| NotAnAnswer::Malformed),
            Family::V6 => <[u8; 16]>::try_from(data)
                .map(|octets| Some(IpAddr::V6(Ipv6Addr::from(octets))))
                .map_err(|_| NotAnAnswer::Malformed),
        }
    }

    /// A name ends with an empty part, or with a pointer, which is never followed here.
    fn skip_name(&mut self) -> Result<(), NotAnAnswer> {
        let begun = self.at;
        loop {
            let length = self.take(1)?[0];
            match length {
                0 => return Ok(()),
                1..=63 => self.skip(usize::from(length))?,
                192.. => return self.skip(1),
                64..=191 => return Err(NotAnAnswer::Malformed),
            }
            if self.at - begun > NAME_BYTES {
                return Err(NotAnAnswer::Malformed);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn query() -> Query {
        Query::new(7, "tempo", Family::V4).expect("a name")
    }

    /// The query turned into an answer with these records, each with its name, type and data.
    fn answered(query: &Query, flags: u16, records: &[(&[u8], u16, &[u8])]) -> Vec<u8> {
        let mut message = query.bytes().to_vec();
        message[2..4].copy_from_slice(&flags.to_be_bytes());
        let count = u16::try_from(records.len()).expect("few");
        message[6..8].copy_from_slice(&count.to_be_bytes());
        for (name, kind, data) in records {
            message.extend(*name);
            message.extend(kind.to_be_bytes());
            message.extend([0, 1, 0, 0, 0, 60]);
            let length = u16::try_from(data.len()).expect("short");
            message.extend(length.to_be_bytes());
            message.extend(*data);
        }
        message
    }

    const POINTER: &[u8] = &[0xc0, 12];

    #[test]
    fn every_address_behind_an_alias_is_read_once() {
        let query = query();
        let message = answered(
            &query,
            0x8180,
            &[
                (POINTER, 5, b"\x02db\xc0\x0c"),
                (POINTER, 1, &[10, 0, 0, 2]),
                (POINTER, 1, &[10, 0, 0, 2]),
                (b"\x02db\x00", 1, &[10, 0, 0, 3]),
            ],
        );
        let answer = query.answer(&message).expect("an answer");
        assert_eq!(answer.code, ResponseCode::Ok);
        let expected = [[10, 0, 0, 2], [10, 0, 0, 3]].map(IpAddr::from);
        assert_eq!(answer.addresses, expected);
    }

    #[test]
    fn the_codes_are_told_apart() {
        let query = query();
        for (flags, code) in [
            (0x8180, ResponseCode::Ok),
            (0x8183, ResponseCode::NoSuchName),
            (0x8182, ResponseCode::Other(2)),
            (0x8185, ResponseCode::Other(5)),
        ] {
            let answer = query.answer(&answered(&query, flags, &[])).expect("one");
            assert_eq!((answer.code, answer.addresses), (code, Vec::new()));
        }
    }

    #[test]
    fn an_answer_to_another_question_is_none() {
        let query = query();
        let other = Query::new(7, "tmepo", Family::V4).expect("a name");
        let late = Query::new(8, "tempo", Family::V4).expect("a name");
        for stranger in [&other, &late] {
            let message = answered(stranger, 0x8180, &[(POINTER, 1, &[10, 0, 0, 2])]);
            assert_eq!(query.answer(&message), Err(NotAnAnswer::Another));
        }
        assert_eq!(query.answer(query.bytes()), Err(NotAnAnswer::Another));
    }

    #[test]
    fn an_address_of_the_wrong_length_is_malformed() {
        let query = query();
        let message = answered(&query, 0x8180, &[(POINTER, 1, &[10, 0, 0])]);
        assert_eq!(query.answer(&message), Err(NotAnAnswer::Malformed));
    }

    #[test]
    fn what_dns_cannot_carry_is_no_name() {
        for name in [
            "",
            "a..b",
            ".",
            "münchen",
            &"a".repeat(64),
            &"a.".repeat(140),
        ] {
            assert_eq!(Query::new(1, name, Family::V6), Err(NotAName), "{name}");
        }
        assert!(Query::new(1, "tempo.", Family::V4).is_ok());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_stumble(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let query = query();
            let _ = query.answer(&bytes);
        }

        #[test]
        fn no_change_of_a_real_answer_makes_it_stumble(
            changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
            length in any::<prop::sample::Index>(),
        ) {
            let query = query();
            let mut message = answered(
                &query,
                0x8180,
                &[(POINTER, 5, b"\x02db\xc0\x0c"), (POINTER, 1, &[10, 0, 0, 2]), (b"\x02db\x00", 28, &[0; 16])],
            );
            for (at, byte) in changes {
                let at = at.index(message.len());
                message[at] = byte;
            }
            message.truncate(length.index(message.len() + 1));
            if let Ok(answer) = query.answer(&message) {
                prop_assert!(answer.addresses.len() <= 3);
            }
        }
    }
}
