//! `OTEL_EXPORTER_OTLP_HEADERS`: what is sent along with every export, such as a tenant or a token.
//!
//! The values are secrets: they are in no log line, no error and no debug output.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::variable::{Lookup, MalformedValue};

const HEADERS: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
    "OTEL_EXPORTER_OTLP_HEADERS",
];

const EXPECTED: &str = "a list such as `name=value,other=value`, with percent-encoded values";

/// The headers of every export.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Headers(HeaderMap);

impl Headers {
    /// Reads the headers. Those for traces replace the general ones, by the specification.
    pub(crate) fn read(lookup: &Lookup<'_>) -> Result<Self, MalformedValue> {
        let Some((variable, list)) = lookup.first(&HEADERS)? else {
            return Ok(Self::default());
        };
        let pairs = parse_pairs(&list).ok_or_else(|| MalformedValue::secret(variable, EXPECTED))?;
        let mut headers = HeaderMap::with_capacity(pairs.len());
        for (name, value) in pairs {
            let name = HeaderName::try_from(name).map_err(|_| {
                MalformedValue::secret(variable, format!("{EXPECTED}; a name is no header name"))
            })?;
            let mut value = HeaderValue::try_from(value).map_err(|_| {
                MalformedValue::secret(
                    variable,
                    format!("{EXPECTED}; the value of `{name}` is no header value"),
                )
            })?;
            value.set_sensitive(true);
            headers.append(name, value);
        }
        Ok(Self(headers))
    }

    /// The headers themselves.
    pub(crate) fn as_map(&self) -> &HeaderMap {
        &self.0
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.0.keys()).finish()
    }
}

/// Splits `name=value,name=value`, the form of the W3C baggage header without properties that the
/// specification uses for all its lists. Values are percent-decoded.
pub(crate) fn parse_pairs(list: &str) -> Option<Vec<(String, String)>> {
    list.split(',')
        .map(str::trim)
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=')?;
            let name = name.trim();
            (!name.is_empty()).then_some(())?;
            Some((name.to_owned(), percent_decoded(value.trim())?))
        })
        .collect()
}

/// Decodes `%XX`; an escape that is not one, or one that makes no UTF-8, is malformed.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte == b'%' {
            let (digits, tail) = rest.split_at_checked(2)?;
            let value = digits.iter().try_fold(0, |value, digit| {
                let digit = char::from(*digit).to_digit(16)?;
                Some(value * 16 + digit)
            })?;
            bytes.push(u8::try_from(value).ok()?);
            rest = tail;
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// `url` as it may be seen: without the user and password it may hold.
pub(crate) fn without_credentials(url: &Url) -> String {
    let mut shown = url.clone();
    // Both fail only where a URL cannot have them.
    if shown.set_username("").is_err() || shown.set_password(None).is_err() {
        return "(not shown)".to_owned();
    }
    shown.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_percent_decoded_and_may_hold_equal_signs() {
        assert_eq!(
            parse_pairs("authorization=Basic%20YTpi=, x-scope-orgid = one ,"),
            Some(vec![
                ("authorization".to_owned(), "Basic YTpi=".to_owned()),
                ("x-scope-orgid".to_owned(), "one".to_owned()),
            ])
        );
    }

    #[test]
    fn what_is_no_list_of_pairs_is_refused() {
        for list in ["name", "=value", "a=%4", "a=%zz", "a=%+1", "a=%ff"] {
            assert_eq!(parse_pairs(list), None, "{list}");
        }
    }
}
