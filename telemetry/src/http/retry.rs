//! When a failed request is sent again, and after how long.

use std::time::Duration;

use http::{HeaderMap, Method, StatusCode, header};
use jiff::Timestamp;

/// Which requests are sent again after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryScope {
    /// Those that have the same effect once and twice: GET, HEAD, OPTIONS, TRACE, PUT, DELETE
    /// (RFC 9110, section 9.2.2).
    Idempotent,
    /// Any: the caller knows that a repetition does no harm.
    Any,
}

/// How often a request is sent again, and how long the pauses are.
///
/// A request is sent again after a connection that failed or broke, and the answers 429, 502, 503
/// and 504. The timeout is the whole call's: each attempt may take all the time that is left, so
/// none follows one that used it up. The pause doubles each time; `Retry-After` is
/// honoured up to the longest pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Which requests.
    pub scope: RetryScope,
    /// How often at most, after the first attempt.
    pub retries: u32,
    /// The first pause.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
}

impl Default for RetryPolicy {
    /// Twice, idempotent requests only, with pauses from 100 ms to 2 s.
    fn default() -> Self {
        Self {
            scope: RetryScope::Idempotent,
            retries: 2,
            first_pause: Duration::from_millis(100),
            longest_pause: Duration::from_secs(2),
        }
    }
}

impl RetryPolicy {
    /// A policy that never sends anything again.
    #[must_use]
    pub fn never() -> Self {
        Self {
            retries: 0,
            ..Self::default()
        }
    }

    /// How often a request with `method` may be sent again.
    pub(crate) fn retries_for(&self, method: &Method) -> u32 {
        match self.scope {
            RetryScope::Idempotent if !method.is_idempotent() => 0,
            RetryScope::Idempotent | RetryScope::Any => self.retries,
        }
    }

    /// The pause before the retry with this number, counted from 0.
    pub(crate) fn pause(&self, retry: u32, told: Option<Duration>) -> Duration {
        let doubled = self
            .first_pause
            .saturating_mul(2_u32.saturating_pow(retry))
            .max(told.unwrap_or_default());
        doubled.min(self.longest_pause)
    }
}

/// Whether a later attempt may be answered better.
pub(crate) fn is_transient(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    )
}

/// The `Retry-After` of a response: seconds, or a date (RFC 9110, section 10.2.3).
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let asked = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = asked.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(asked).ok()?.timestamp();
    // A date that is over already asks for nothing.
    Some(Duration::try_from(date.duration_since(Timestamp::now())).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_idempotent_requests_are_repeated_unless_told_otherwise() {
        let policy = RetryPolicy::default();
        assert_eq!(policy.retries_for(&Method::GET), 2);
        assert_eq!(policy.retries_for(&Method::POST), 0);
        let any = RetryPolicy {
            scope: RetryScope::Any,
            ..policy
        };
        assert_eq!(any.retries_for(&Method::POST), 2);
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        let policy = RetryPolicy::default();
        let pauses: Vec<_> = (0..6).map(|retry| policy.pause(retry, None)).collect();
        assert_eq!(
            pauses,
            [100, 200, 400, 800, 1600, 2000].map(Duration::from_millis)
        );
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let asked = |value: String| {
            let value = value.parse().expect("a header's value");
            retry_after(&HeaderMap::from_iter([(header::RETRY_AFTER, value)]))
        };
        assert_eq!(asked("7".into()), Some(Duration::from_secs(7)));
        assert_eq!(asked("soon".into()), None);
        let past = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(asked(past.into()), Some(Duration::ZERO));
        let soon = Timestamp::now() + Duration::from_secs(90);
        let date = soon.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let pause = asked(date).expect("a pause");
        assert!((80..=90).contains(&pause.as_secs()), "{pause:?}");
    }

    #[test]
    fn retry_after_lengthens_a_pause_up_to_the_longest() {
        let policy = RetryPolicy::default();
        assert_eq!(
            policy.pause(0, Some(Duration::from_secs(1))),
            Duration::from_secs(1)
        );
        assert_eq!(
            policy.pause(0, Some(Duration::from_mins(1))),
            policy.longest_pause
        );
    }
}
