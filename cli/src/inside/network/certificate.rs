//! What a server's certificate says of itself (X.509 v3, RFC 5280), read from DER.
//!
//! It is a stranger's: nothing in it is trusted to be where it says. Whether it is trusted is rustls' to decide.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use ptctl_diagnosis::{printable::printable, snapshot::Certificate};

const INTEGER: u8 = 0x02;
const OBJECT: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const OCTETS: u8 = 0x04;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
/// `[0] EXPLICIT`: the version.
const VERSION: u8 = 0xa0;
/// `[3] EXPLICIT`: the extensions.
const EXTENSIONS: u8 = 0xa3;
/// `[2] IMPLICIT`: a DNS name among alternative names.
const DNS_NAME: u8 = 0x82;
/// `[7] IMPLICIT`: an address among alternative names.
const ADDRESS: u8 = 0x87;
/// 2.5.4.3: the common name.
const COMMON_NAME: &[u8] = &[0x55, 4, 3];
/// 2.5.29.17: the alternative names.
const ALTERNATIVE_NAMES: &[u8] = &[0x55, 29, 17];
/// No certificate with more names is read further.
const NAMES: usize = 32;

/// Reads a certificate; `None` for what is none.
pub(super) fn read(der: &[u8]) -> Option<Certificate> {
    let (whole, _) = element(der, SEQUENCE)?;
    let (signed, _) = element(whole, SEQUENCE)?;
    let rest = skip_optional(signed, VERSION);
    let (_, rest) = element(rest, INTEGER)?;
    let (_, rest) = element(rest, SEQUENCE)?;
    let (issuer, rest) = element(rest, SEQUENCE)?;
    let (validity, rest) = element(rest, SEQUENCE)?;
    let (subject, rest) = element(rest, SEQUENCE)?;
    let (_key, rest) = element(rest, SEQUENCE)?;
    let (not_before, validity) = time(validity)?;
    let (not_after, _) = time(validity)?;
    let mut names = alternative_names(rest).unwrap_or_default();
    if names.is_empty() {
        names.extend(common_name(subject));
    }
    Some(Certificate {
        names,
        issuer: common_name(issuer),
        not_before,
        not_after,
    })
}

/// The content of the next element, which is to have this tag, and what follows it.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, content, rest) = any_element(bytes)?;
    (found == tag).then_some((content, rest))
}

/// The tag and content of the next element, and what follows it.
fn any_element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, first], rest) = bytes.split_first_chunk::<2>()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x83 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let length = digits
                .iter()
                .fold(0_usize, |length, digit| length << 8 | usize::from(*digit));
            (length, rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

fn skip_optional(bytes: &[u8], tag: u8) -> &[u8] {
    element(bytes, tag).map_or(bytes, |(_, rest)| rest)
}

/// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`; two digits mean 1950 to 2049 (RFC 5280 4.1.2.5.1).
fn time(bytes: &[u8]) -> Option<(Timestamp, &[u8])> {
    let (tag, content, rest) = any_element(bytes)?;
    let text = std::str::from_utf8(content).ok()?.strip_suffix('Z')?;
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (year, text) = match tag {
        UTC_TIME => {
            let (year, text) = text.split_at_checked(2)?;
            let year: i16 = year.parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, text)
        }
        GENERALIZED_TIME => {
            let (year, text) = text.split_at_checked(4)?;
            (year.parse().ok()?, text)
        }
        _ => return None,
    };
    if text.len() != 10 {
        return None;
    }
    let part = |at: usize| text.get(at..at + 2)?.parse::<i8>().ok();
    let moment = DateTime::new(year, part(0)?, part(2)?, part(4)?, part(6)?, part(8)?, 0).ok()?;
    let moment = moment.to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some((moment, rest))
}

/// The common name among the attributes of a name.
fn common_name(mut attributes: &[u8]) -> Option<String> {
    while let Some((set, rest)) = element(attributes, SET) {
        attributes = rest;
        let Some((attribute, _)) = element(set, SEQUENCE) else {
            continue;
        };
        let Some((kind, value)) = element(attribute, OBJECT) else {
            continue;
        };
        if kind == COMMON_NAME {
            let (_, text, _) = any_element(value)?;
            return Some(printable(&String::from_utf8_lossy(text)).into_owned());
        }
    }
    None
}

/// The alternative names, behind the unique identifiers that nobody uses.
fn alternative_names(mut fields: &[u8]) -> Option<Vec<String>> {
    loop {
        let (tag, content, rest) = any_element(fields)?;
        fields = rest;
        if tag != EXTENSIONS {
            continue;
        }
        let (mut extensions, _) = element(content, SEQUENCE)?;
        while let Some((extension, rest)) = element(extensions, SEQUENCE) {
            extensions = rest;
            let (kind, value) = element(extension, OBJECT)?;
            if kind == ALTERNATIVE_NAMES {
                // `critical` may stand in between.
                let value = match any_element(value)? {
                    (OCTETS, value, _) => value,
                    (_, _, rest) => element(rest, OCTETS)?.0,
                };
                return Some(general_names(element(value, SEQUENCE)?.0));
            }
        }
        return None;
    }
}

fn general_names(mut names: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    while let Some((tag, content, rest)) = any_element(names) {
        names = rest;
        let name = match (tag, content) {
            (DNS_NAME, name) => Some(printable(&String::from_utf8_lossy(name)).into_owned()),
            (ADDRESS, octets) => address(octets).map(|address| address.to_string()),
            _ => None,
        };
        found.extend(name);
        if found.len() == NAMES {
            break;
        }
    }
    found
}

fn address(octets: &[u8]) -> Option<IpAddr> {
    match octets.len() {
        4 => Some(Ipv4Addr::from(<[u8; 4]>::try_from(octets).ok()?).into()),
        16 => Some(Ipv6Addr::from(<[u8; 16]>::try_from(octets).ok()?).into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rustls::pki_types::{CertificateDer, pem::PemObject};

    use super::*;

    fn der() -> Vec<u8> {
        CertificateDer::from_pem_slice(include_bytes!("tests/certificates/server.pem"))
            .expect("a certificate")
            .to_vec()
    }

    #[test]
    fn names_issuer_and_validity_are_read() {
        let certificate = read(&der()).expect("a certificate");
        assert_eq!(certificate.names, ["localhost", "127.0.0.1"]);
        assert_eq!(certificate.issuer.as_deref(), Some("ptctl test authority"));
        assert!(certificate.not_before < certificate.not_after);
    }

    #[test]
    fn both_ways_to_write_a_time_are_read_and_no_other() {
        let read = |tag: u8, text: &str| {
            let mut bytes = vec![tag, u8::try_from(text.len()).expect("short")];
            bytes.extend(text.bytes());
            time(&bytes).map(|(moment, _)| moment.to_string())
        };
        let expected = Some("2049-12-31T23:59:58Z".to_owned());
        assert_eq!(read(UTC_TIME, "491231235958Z"), expected);
        assert_eq!(read(GENERALIZED_TIME, "20491231235958Z"), expected);
        let before = read(UTC_TIME, "500101000000Z");
        assert_eq!(before.as_deref(), Some("1950-01-01T00:00:00Z"));
        for wrong in [
            "491331235958Z",
            "4912312359Z",
            "491231235958",
            "é1231235958Z",
        ] {
            assert_eq!(read(UTC_TIME, wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_stumble(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = read(&bytes);
        }

        #[test]
        fn no_change_of_a_real_one_makes_it_stumble(
            changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        ) {
            let mut bytes = der();
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if let Some(certificate) = read(&bytes) {
                prop_assert!(certificate.names.len() <= NAMES);
            }
        }
    }
}
