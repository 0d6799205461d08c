//! How a trace crosses a process border: W3C `traceparent`, `tracestate` and `baggage` headers.

use std::sync::LazyLock;

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, Injector, TextMapPropagator};
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};

const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";
const BAGGAGE_LIST: &str = "baggage";

static TRACE_CONTEXT: LazyLock<TraceContextPropagator> = LazyLock::new(TraceContextPropagator::new);
static BAGGAGE: LazyLock<BaggagePropagator> = LazyLock::new(BaggagePropagator::new);

/// The caller's context as its request headers tell it; an empty one if they tell nothing valid.
pub(crate) fn extract(headers: &HeaderMap) -> Context {
    let context = Context::new();
    let context = if headers.contains_key(TRACEPARENT) {
        TRACE_CONTEXT.extract_with_context(&context, &IncomingHeaders::of(headers, TRACESTATE))
    } else {
        context
    };
    if headers.contains_key(BAGGAGE_LIST) {
        BAGGAGE.extract_with_context(&context, &IncomingHeaders::of(headers, BAGGAGE_LIST))
    } else {
        context
    }
}

/// Writes `context` into the headers of a request about to be sent.
pub(crate) fn inject(context: &Context, headers: &mut HeaderMap) {
    let mut carrier = OutgoingHeaders(headers);
    TRACE_CONTEXT.inject_context(context, &mut carrier);
    BAGGAGE.inject_context(context, &mut carrier);
}

/// Request headers, with one list of them that may be spread over several lines put together: the
/// SDK's propagators look at the first line alone.
struct IncomingHeaders<'a> {
    headers: &'a HeaderMap,
    list: &'static str,
    joined: Option<String>,
}

impl<'a> IncomingHeaders<'a> {
    fn of(headers: &'a HeaderMap, list: &'static str) -> Self {
        let mut lines = headers
            .get_all(list)
            .iter()
            .filter_map(|line| line.to_str().ok());
        let joined = lines.next().and_then(|first| {
            let mut rest = lines.peekable();
            rest.peek()?;
            Some(rest.fold(first.to_owned(), |joined, line| format!("{joined},{line}")))
        });
        Self {
            headers,
            list,
            joined,
        }
    }
}

impl Extractor for IncomingHeaders<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        if let Some(joined) = &self.joined
            && key.eq_ignore_ascii_case(self.list)
        {
            return Some(joined);
        }
        self.headers.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.headers.keys().map(HeaderName::as_str).collect()
    }
}

struct OutgoingHeaders<'a>(&'a mut HeaderMap);

impl Injector for OutgoingHeaders<'_> {
    fn set(&mut self, key: &str, value: String) {
        // An empty `tracestate` says nothing; a value that no header can carry is left out, as
        // the receiver could not read it either.
        if value.is_empty() {
            return;
        }
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(key), HeaderValue::try_from(value)) {
            self.0.insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    #[test]
    fn a_trace_context_goes_through_unchanged() {
        let incoming = headers(&[
            (
                "traceparent",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            ),
            ("tracestate", "vendor=one,other=two"),
            ("baggage", "tenant=blue"),
        ]);
        let mut outgoing = HeaderMap::new();
        inject(&extract(&incoming), &mut outgoing);
        assert_eq!(outgoing, incoming);
    }

    #[test]
    fn several_tracestate_headers_are_one_list() {
        let mut incoming = headers(&[
            (
                "traceparent",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            ),
            ("tracestate", "vendor=one"),
        ]);
        incoming.append("tracestate", HeaderValue::from_static("other=two"));
        let mut outgoing = HeaderMap::new();
        inject(&extract(&incoming), &mut outgoing);
        assert_eq!(outgoing["tracestate"], "vendor=one,other=two");
    }

    #[test]
    fn a_broken_traceparent_is_no_context() {
        for broken in [
            "",
            "00",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        ] {
            let mut outgoing = HeaderMap::new();
            inject(
                &extract(&headers(&[("traceparent", broken)])),
                &mut outgoing,
            );
            assert!(outgoing.is_empty(), "`{broken}` gave {outgoing:?}");
        }
    }
}
