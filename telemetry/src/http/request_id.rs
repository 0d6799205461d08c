//! The id of one request, which its caller, the log lines and the services behind it share.

use std::fmt;
use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

/// The header that carries a request's id, in requests and responses alike.
pub const REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// A longer id is the caller's mistake, and would be paid for in every log line.
const LONGEST: usize = 128;

/// The id of one request.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The caller's id, or a fresh one if it sent none or one that is empty, longer than 128
    /// bytes, or not made of visible ASCII characters.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        headers
            .get(REQUEST_ID_HEADER)
            .and_then(|value| value.to_str().ok())
            .filter(|text| is_acceptable(text))
            .map_or_else(Self::fresh, |text| Self(text.into()))
    }

    fn fresh() -> Self {
        let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
        let text: &str = Uuid::new_v4().hyphenated().encode_lower(&mut text);
        Self(text.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id as a header value.
    pub(crate) fn to_header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).expect("visible ASCII is a valid header value")
    }
}

fn is_acceptable(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_graphic())
}

impl fmt::Display for RequestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id_for(header: &str) -> RequestId {
        let value = HeaderValue::from_bytes(header.as_bytes()).expect("a header value");
        RequestId::of(&HeaderMap::from_iter([(REQUEST_ID_HEADER, value)]))
    }

    #[test]
    fn the_callers_id_is_kept() {
        assert_eq!(id_for("order-17").as_str(), "order-17");
    }

    #[test]
    fn an_id_that_would_spoil_the_log_is_replaced() {
        for unacceptable in ["", "two words", "ümlaut", &"x".repeat(LONGEST + 1)] {
            let id = id_for(unacceptable);
            assert_ne!(id.as_str(), unacceptable);
            assert_eq!(id.as_str().len(), 36);
        }
    }
}
