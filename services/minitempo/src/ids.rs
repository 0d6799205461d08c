//! Identifiers with rules: trace ids and tenant ids, parsed at the edge and trusted inside.

use std::fmt;
use std::sync::Arc;

/// A 128-bit trace id that is not all zeros when it comes from a span.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceId([u8; 16]);

/// Why a text is not a trace id; the texts are Tempo's own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TraceIdError {
    /// A character that is not a hexadecimal digit, with its position counted from 1.
    #[error(
        "trace IDs can only contain hex characters: invalid character '{character}' at position {position}"
    )]
    NotHex {
        /// The offending character.
        character: char,
        /// Where it stands, counted from 1.
        position: usize,
    },
    /// More than 32 hexadecimal digits.
    #[error("trace IDs can't be larger than 128 bits")]
    TooLong,
}

impl TraceId {
    /// Takes the id of a span as OTLP carries it; `None` unless it has 16 bytes that are not all zero.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let id: [u8; 16] = bytes.try_into().ok()?;
        (id != [0; 16]).then_some(Self(id))
    }

    /// Reads hexadecimal digits of either case; missing leading zeros are filled in, as Tempo does.
    pub fn parse(text: &str) -> Result<Self, TraceIdError> {
        for (index, character) in text.chars().enumerate() {
            if !character.is_ascii_hexdigit() {
                return Err(TraceIdError::NotHex {
                    character,
                    position: index + 1,
                });
            }
        }
        if text.len() > 32 {
            return Err(TraceIdError::TooLong);
        }
        let number = u128::from_str_radix(text, 16).unwrap_or_default();
        Ok(Self(number.to_be_bytes()))
    }

    /// The 16 bytes, most significant first.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The form that Tempo's search answers use: hexadecimal without leading zeros.
    pub fn to_search_text(self) -> String {
        format!("{:x}", u128::from_be_bytes(self.0))
    }

    pub(crate) fn from_array(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "TraceId({self})")
    }
}

/// The name of a tenant, as the `X-Scope-OrgID` header carries it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TenantId(Arc<str>);

/// Why a text is not a tenant id; the texts are Tempo's own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TenantIdError {
    /// The header is missing or empty.
    #[error("no org id")]
    Missing,
    /// The id is longer than 150 bytes.
    #[error("tenant ID is too long: max 150 characters")]
    TooLong,
    /// The id is `.` or `..`.
    #[error("tenant ID is '.' or '..'")]
    Unsafe,
    /// The id contains a character that is not allowed.
    #[error("tenant ID '{tenant}' contains unsupported character '{character}'")]
    UnsupportedCharacter {
        /// The id as it was sent.
        tenant: String,
        /// The first character that is not allowed.
        character: char,
    },
}

impl TenantId {
    /// The tenant that everything belongs to while multitenancy is off.
    pub fn single() -> Self {
        Self(Arc::from("single-tenant"))
    }

    /// Checks a header value against the rules that Tempo shares with Grafana's other databases.
    pub fn parse(text: &str) -> Result<Self, TenantIdError> {
        if text.is_empty() {
            return Err(TenantIdError::Missing);
        }
        let allowed =
            |character: char| character.is_ascii_alphanumeric() || "!-_.*'()".contains(character);
        if let Some(character) = text.chars().find(|character| !allowed(*character)) {
            return Err(TenantIdError::UnsupportedCharacter {
                tenant: text.to_owned(),
                character,
            });
        }
        if text.len() > 150 {
            return Err(TenantIdError::TooLong);
        }
        if text == "." || text == ".." {
            return Err(TenantIdError::Unsafe);
        }
        Ok(Self(Arc::from(text)))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn from_stored(text: &str) -> Self {
        Self(Arc::from(text))
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_upper_case_trace_ids_are_padded_with_zeros() {
        let id = TraceId::parse("41D4FD899FC56AC7").expect("valid");
        assert_eq!(id.to_string(), "000000000000000041d4fd899fc56ac7");
        assert_eq!(id.to_search_text(), "41d4fd899fc56ac7");
    }

    #[test]
    fn malformed_trace_ids_are_refused_in_tempos_words() {
        assert_eq!(
            TraceId::parse("zzzz").expect_err("not hex").to_string(),
            "trace IDs can only contain hex characters: invalid character 'z' at position 1"
        );
        assert_eq!(
            TraceId::parse(&"a".repeat(40))
                .expect_err("long")
                .to_string(),
            "trace IDs can't be larger than 128 bits"
        );
    }

    #[test]
    fn a_zero_or_short_span_trace_id_is_none() {
        assert_eq!(TraceId::from_bytes(&[0; 16]), None);
        assert_eq!(TraceId::from_bytes(&[1; 8]), None);
    }

    #[test]
    fn tenants_with_a_path_separator_are_refused() {
        assert!(TenantId::parse("team-1").is_ok());
        assert_eq!(TenantId::parse(""), Err(TenantIdError::Missing));
        assert!(TenantId::parse("a/b").is_err());
        assert_eq!(TenantId::parse(".."), Err(TenantIdError::Unsafe));
    }
}
