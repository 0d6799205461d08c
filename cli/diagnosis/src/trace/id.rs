//! Ids of traces and spans, in every form in which people and programs write them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

use super::base64;

/// The id of a trace: 16 bytes, not all zero.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceId([u8; 16]);

/// The id of a span: 8 bytes, not all zero.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanId([u8; 8]);

/// Why a text is no trace id.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TraceIdError {
    /// Nothing.
    #[error("it is empty")]
    Empty,
    /// More hexadecimal digits than an id has.
    #[error("it has {0} hexadecimal digits, an id has at most 32")]
    TooLong(usize),
    /// The id that means none.
    #[error("an id of zeros is no id")]
    Zero,
    /// Neither hexadecimal digits nor base64.
    #[error(
        "expected up to 32 hexadecimal digits, base64 of 16 bytes, or a `traceparent` such as `00-ID-SPAN-01`"
    )]
    Unreadable,
}

impl TraceId {
    /// The id with these bytes; `None` for zeros.
    pub fn new(bytes: [u8; 16]) -> Option<Self> {
        (bytes != [0; 16]).then_some(Self(bytes))
    }

    /// The id in an answer: hexadecimal digits, or base64.
    pub fn of_wire(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl FromStr for TraceId {
    type Err = TraceIdError;

    /// Reads hexadecimal digits of either case from which leading zeros may be missing, a UUID's dashes among them;
    /// base64; or a whole `traceparent` (<https://www.w3.org/TR/trace-context/#traceparent-header>). What can be read as
    /// digits is not read as base64.
    fn from_str(text: &str) -> Result<Self, TraceIdError> {
        let text = text.trim().trim_matches(['"', '\'', '`']);
        let text = match text.split_once(':') {
            Some((name, value)) if name.trim().eq_ignore_ascii_case("traceparent") => {
                value.trim().trim_matches('"')
            }
            _ => text,
        };
        if text.is_empty() {
            return Err(TraceIdError::Empty);
        }
        let parts: Vec<&str> = text.split('-').collect();
        let digits = match parts[..] {
            [version, id, parent, ..]
                if version.len() == 2 && id.len() == 32 && parent.len() == 16 =>
            {
                id.to_owned()
            }
            _ if parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) => parts.concat(),
            _ => text.to_owned(),
        };
        let bytes = if is_hexadecimal(&digits) {
            hexadecimal(&digits).ok_or(TraceIdError::TooLong(digits.len()))?
        } else {
            base64::decode(&digits).ok_or(TraceIdError::Unreadable)?
        };
        Self::new(bytes).ok_or(TraceIdError::Zero)
    }
}

impl SpanId {
    /// The id with these bytes; `None` for zeros.
    pub fn new(bytes: [u8; 8]) -> Option<Self> {
        (bytes != [0; 8]).then_some(Self(bytes))
    }

    /// The id in an answer: 16 hexadecimal digits, or base64; `None` for zeros, nothing, and what is neither.
    pub fn of_wire(text: &str) -> Option<Self> {
        let bytes = if text.len() == 16 && is_hexadecimal(text) {
            hexadecimal(text)
        } else {
            base64::decode(text)
        };
        Self::new(bytes?)
    }
}

fn is_hexadecimal(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The bytes of hexadecimal digits, zeros in front of them; `None` for more digits than fit.
fn hexadecimal<const LENGTH: usize>(digits: &str) -> Option<[u8; LENGTH]> {
    if digits.len() > LENGTH * 2 {
        return None;
    }
    let padded = format!("{digits:0>width$}", width = LENGTH * 2);
    let mut bytes = [0; LENGTH];
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&padded[place * 2..place * 2 + 2], 16).ok()?;
    }
    Some(bytes)
}

fn write_digits(formatter: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes
        .iter()
        .try_for_each(|byte| write!(formatter, "{byte:02x}"))
}

macro_rules! shown_as_digits {
    ($id:ty) => {
        impl fmt::Display for $id {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_digits(formatter, &self.0)
            }
        }

        impl fmt::Debug for $id {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_digits(formatter, &self.0)
            }
        }

        impl Serialize for $id {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $id {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::of_wire(&text).ok_or_else(|| de::Error::custom("not an id"))
            }
        }
    };
}

shown_as_digits!(TraceId);
shown_as_digits!(SpanId);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ID: &str = "0af7651916cd43dd8448eb211c80319c";

    #[test]
    fn an_id_is_read_in_every_form_that_people_paste() {
        for text in [
            ID,
            "af7651916cd43dd8448eb211c80319c",
            "0AF7651916CD43DD8448EB211C80319C",
            " 0af7651916cd43dd8448eb211c80319c\n",
            "\"0af7651916cd43dd8448eb211c80319c\"",
            "0af76519-16cd-43dd-8448-eb211c80319c",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "Traceparent:00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-00",
            "CvdlGRbNQ92ESOshHIAxnA==",
            "CvdlGRbNQ92ESOshHIAxnA",
        ] {
            let id = text.parse::<TraceId>().map(|id| id.to_string());
            assert_eq!(id.as_deref(), Ok(ID), "{text}");
        }
        assert_eq!(
            "41d4fd899fc56ac7".parse::<TraceId>().unwrap().to_string(),
            "000000000000000041d4fd899fc56ac7"
        );
    }

    #[test]
    fn what_is_no_id_is_refused_with_the_reason() {
        let table = [
            ("", TraceIdError::Empty),
            ("  ", TraceIdError::Empty),
            ("0", TraceIdError::Zero),
            ("AAAAAAAAAAAAAAAAAAAAAA==", TraceIdError::Zero),
            (
                "0af7651916cd43dd8448eb211c80319c00",
                TraceIdError::TooLong(34),
            ),
            ("zzzz", TraceIdError::Unreadable),
            ("ü", TraceIdError::Unreadable),
        ];
        for (text, expected) in table {
            assert_eq!(text.parse::<TraceId>(), Err(expected), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_id_is_read_back_from_its_digits_also_without_leading_zeros(bytes in any::<[u8; 16]>()) {
            prop_assume!(bytes != [0; 16]);
            let id = TraceId(bytes);
            let digits = id.to_string();
            prop_assert_eq!(digits.parse(), Ok(id));
            prop_assert_eq!(digits.trim_start_matches('0').parse(), Ok(id));
        }

        #[test]
        fn no_text_is_too_strange_to_be_read(text in any::<String>()) {
            drop(text.parse::<TraceId>());
            SpanId::of_wire(&text);
        }
    }
}
