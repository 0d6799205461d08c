//! The parameters of a query, checked in Tempo's order and refused in Tempo's words.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::extract::Query as QueryString;
use http::Uri;

use crate::config::{SearchSettings, Units, format_go_duration, parse_go_duration};
use crate::query::{Criteria, SearchRequest};
use crate::store::TimeRange;
use crate::traceql;

/// Why a parameter is refused, as the client is told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct BadParameter(String);

impl BadParameter {
    pub(super) fn new(text: String) -> Self {
        Self(text)
    }
}

/// The parameters of a request by name; of several of one name the first counts, as in Go.
#[derive(Debug, Default)]
pub(super) struct Parameters(HashMap<String, String>);

impl Parameters {
    pub(super) fn of(uri: &Uri) -> Result<Self, BadParameter> {
        let QueryString(pairs) = QueryString::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|error| BadParameter(error.to_string()))?;
        let mut parameters = HashMap::new();
        for (name, value) in pairs {
            parameters.entry(name).or_insert(value);
        }
        Ok(Self(parameters))
    }

    /// A parameter that is there and not empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    fn seconds(&self, name: &str) -> Result<Option<u64>, BadParameter> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        go_parse_uint(text, u64::from(u32::MAX))
            .map(Some)
            .map_err(|problem| BadParameter(format!("invalid {name}: {problem}")))
    }

    fn duration(&self, name: &str) -> Result<Option<Duration>, BadParameter> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        parse_go_duration(text, Units::Go).map(Some).ok_or_else(|| {
            BadParameter(format!("invalid {name}: time: invalid duration \"{text}\""))
        })
    }

    fn positive(&self, name: &str) -> Result<Option<usize>, BadParameter> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        let number = go_parse_uint(text, u64::from(u32::MAX))
            .map_err(|problem| BadParameter(format!("invalid {name}: {problem}")))?;
        if number == 0 {
            return Err(BadParameter(format!(
                "invalid {name}: must be a positive number"
            )));
        }
        Ok(Some(usize::try_from(number).unwrap_or(usize::MAX)))
    }

    /// `limit` where it may be left out, or be zero for none.
    pub(super) fn optional_limit(&self) -> Result<usize, BadParameter> {
        match self.text("limit") {
            None | Some("0") => Ok(usize::MAX),
            Some(_) => Ok(self.positive("limit")?.unwrap_or(usize::MAX)),
        }
    }

    /// `start` and `end` in seconds, or `since`; all of time if neither is given.
    pub(super) fn range(&self) -> Result<TimeRange, BadParameter> {
        let since = self
            .text("since")
            .map(|text| {
                parse_go_duration(text, Units::Prometheus).ok_or_else(|| {
                    BadParameter(format!("invalid since: time: invalid duration \"{text}\""))
                })
            })
            .transpose()?;
        let (start, end) = (self.seconds("start")?, self.seconds("end")?);
        match (start, end, since) {
            (None, None, None) => Ok(TimeRange::ALL),
            (None, end, Some(since)) => {
                let end = end.unwrap_or_else(unix_seconds);
                Ok(in_nanos(end.saturating_sub(since.as_secs()), end))
            }
            (None, Some(_), None) => Err(BadParameter(
                "error parsing date range: only one of start and end provided: must provide both or neither"
                    .to_owned(),
            )),
            (Some(start), end, _) => {
                let end = end.unwrap_or(0);
                if end <= start {
                    return Err(BadParameter(format!(
                        "http parameter start must be before end. received start={start} end={end}"
                    )));
                }
                Ok(in_nanos(start, end))
            }
        }
    }

    /// A whole search.
    pub(super) fn search(&self, settings: &SearchSettings) -> Result<SearchRequest, BadParameter> {
        let criteria = self.criteria()?;
        let limit = self.positive("limit")?.unwrap_or(settings.default_limit);
        if settings.max_limit > 0 && limit > settings.max_limit {
            return Err(BadParameter(format!(
                "limit {limit} exceeds max limit {}",
                settings.max_limit
            )));
        }
        let spans_per_span_set = match self.text("spss") {
            None => settings.default_spans_per_span_set,
            Some(text) => go_parse_uint(text, u64::from(u32::MAX))
                .map(|number| usize::try_from(number).unwrap_or(usize::MAX))
                .map_err(|problem| BadParameter(format!("invalid spss: {problem}")))?,
        };
        let range = self.range()?;
        check_length(range, settings.max_duration)?;
        Ok(SearchRequest {
            criteria,
            range,
            limit,
            spans_per_span_set,
        })
    }

    fn criteria(&self) -> Result<Criteria, BadParameter> {
        if let Some(query) = self.text("q") {
            return traceql::parse(query)
                .map(Criteria::Query)
                .map_err(|error| BadParameter(format!("invalid TraceQL query: {error}")));
        }
        let (shortest, longest) = (self.duration("minDuration")?, self.duration("maxDuration")?);
        if let (Some(shortest), Some(longest)) = (shortest, longest)
            && longest <= shortest
        {
            return Err(BadParameter(
                "invalid maxDuration: must be greater than minDuration".to_owned(),
            ));
        }
        Ok(Criteria::Tags {
            tags: self.text("tags").map_or_else(Vec::new, logfmt_pairs),
            shortest,
            longest,
        })
    }
}

fn check_length(range: TimeRange, longest: Duration) -> Result<(), BadParameter> {
    if range == TimeRange::ALL || longest.is_zero() {
        return Ok(());
    }
    let length = Duration::from_nanos(range.end - range.start);
    if length.as_secs() <= longest.as_secs() {
        return Ok(());
    }
    Err(BadParameter(format!(
        "range specified by start and end exceeds {}. received start={} end={}",
        format_go_duration(longest),
        range.start / 1_000_000_000,
        range.end / 1_000_000_000
    )))
}

/// The second in which `end` lies belongs to the range.
fn in_nanos(start: u64, end: u64) -> TimeRange {
    TimeRange {
        start: start.saturating_mul(1_000_000_000),
        end: end
            .saturating_mul(1_000_000_000)
            .saturating_add(999_999_999),
    }
}

fn unix_seconds() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// A number as Go's `strconv.ParseUint` reads it, with its errors.
fn go_parse_uint(text: &str, largest: u64) -> Result<u64, String> {
    let failed = |problem: &str| format!("strconv.ParseUint: parsing \"{text}\": {problem}");
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(failed("invalid syntax"));
    }
    text.parse()
        .ok()
        .filter(|number| *number <= largest)
        .ok_or_else(|| failed("value out of range"))
}

/// `key=value key="value with spaces"`, as `tags` has them.
fn logfmt_pairs(text: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let key_len = rest
            .find(|c: char| c == '=' || c.is_whitespace())
            .unwrap_or(rest.len());
        let (key, after) = rest.split_at(key_len);
        let Some(after) = after.strip_prefix('=') else {
            pairs.push((key.to_owned(), String::new()));
            rest = after.trim_start();
            continue;
        };
        let (value, after) = logfmt_value(after);
        pairs.push((key.to_owned(), value));
        rest = after.trim_start();
    }
    pairs
}

fn logfmt_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let len = text.find(char::is_whitespace).unwrap_or(text.len());
        let (value, rest) = text.split_at(len);
        return (value.to_owned(), rest);
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((index, character)) = characters.next() {
        match character {
            '"' => return (value, &quoted[index + 1..]),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            other => value.push(other),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(query: &str) -> String {
        let uri: Uri = format!("/api/search?{query}").parse().expect("a URI");
        Parameters::of(&uri)
            .and_then(|parameters| parameters.search(&SearchSettings::default()))
            .expect_err("refused")
            .to_string()
    }

    #[test]
    fn numbers_are_refused_in_gos_words() {
        assert_eq!(
            refusal("limit=abc"),
            "invalid limit: strconv.ParseUint: parsing \"abc\": invalid syntax"
        );
        assert_eq!(
            refusal("limit=0"),
            "invalid limit: must be a positive number"
        );
        assert_eq!(
            refusal("start=1795327909000000000&end=1795328809000000000"),
            "invalid start: strconv.ParseUint: parsing \"1795327909000000000\": value out of range"
        );
    }

    #[test]
    fn a_range_must_have_both_ends_in_order_and_not_be_too_long() {
        assert_eq!(
            refusal("start=5"),
            "http parameter start must be before end. received start=5 end=0"
        );
        assert!(refusal("end=5").starts_with("error parsing date range: only one of"));
        assert_eq!(
            refusal("start=1000&end=700000"),
            "range specified by start and end exceeds 168h0m0s. received start=1000 end=700000"
        );
    }

    #[test]
    fn tags_are_pairs_with_or_without_quotes() {
        assert_eq!(
            logfmt_pairs("service.name=shop name=\"GET \\\"x\\\"\" flag"),
            [
                ("service.name".to_owned(), "shop".to_owned()),
                ("name".to_owned(), "GET \"x\"".to_owned()),
                ("flag".to_owned(), String::new()),
            ]
        );
    }
}
