//! Who calls whom in traces.
//!
//! A call is a span whose parent is another service's, or a caller's span below which nobody else answers and that names
//! whom it called. Each caller's span counts once for each service below it, with the time that the caller waited.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Peer, Span, SpanId, SpanKind, Trace, TraceId};

/// The calls from one service to one other, or to one peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calls {
    /// Who calls; `None` for spans whose resource has no name.
    pub from: Option<String>,
    /// Whom it calls.
    pub to: Callee,
    /// By what.
    pub way: CallWay,
    /// How long each took as the caller saw it, else as the called one did, which it is of a message; in nanoseconds, the
    /// shortest first.
    pub durations: Vec<u64>,
    /// How many failed, for either side.
    pub errors: usize,
}

/// The called side.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Callee {
    /// A service with spans of its own; `None` for spans whose resource has no name.
    Service(Option<String>),
    /// Something without a span below the caller's.
    Peer(Peer),
}

/// How one side reaches the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallWay {
    /// It asks and waits.
    Request,
    /// It leaves a message.
    Message,
}

/// The calls in these traces, in the order of their names. Where a message begins a trace of its own and names the span
/// that sent it, both traces have to be there.
pub fn calls<'t>(traces: impl IntoIterator<Item = &'t Trace>) -> Vec<Calls> {
    let mut found = Found::default();
    let traces: Vec<&Trace> = traces.into_iter().collect();
    let received = found.by_links(&traces);
    for trace in &traces {
        found.within(trace, &received);
    }
    found.sorted()
}

type Edge = (Option<String>, Callee, CallWay);

#[derive(Default)]
struct Found {
    edges: BTreeMap<Edge, (Vec<u64>, usize)>,
}

impl Found {
    /// Calls within a trace. Who sent a message that was received elsewhere has been answered.
    fn within(&mut self, trace: &Trace, received: &HashSet<(TraceId, SpanId)>) {
        let spans = trace.spans();
        // A caller's span may have several spans of one service below it: a retry, a redirect.
        let mut counted: HashSet<(usize, Option<&str>)> = HashSet::new();
        let mut answered: HashSet<usize> = HashSet::new();
        for (number, span) in spans.iter().enumerate() {
            let Some(above) = trace.parent(number) else {
                continue;
            };
            let caller = &spans[above];
            if !is_call(caller, span) {
                continue;
            }
            answered.insert(above);
            if !counted.insert((above, span.service())) {
                continue;
            }
            let to = Callee::Service(span.service().map(str::to_owned));
            let timed = match caller.kind {
                SpanKind::Client => caller,
                SpanKind::Unspecified
                | SpanKind::Internal
                | SpanKind::Server
                | SpanKind::Producer
                | SpanKind::Consumer => span,
            };
            let failed = caller_failed(caller) || span.has_failed();
            self.add(caller, to, way(caller, span), timed.duration(), failed);
        }
        for (number, span) in spans.iter().enumerate() {
            if let Some(peer) = Peer::of(span)
                && !answered.contains(&number)
                && !received.contains(&(trace.id(), span.id))
            {
                let failed = span.has_failed();
                let way = way(span, span);
                self.add(span, Callee::Peer(peer), way, span.duration(), failed);
            }
        }
    }

    /// Messages whose receiver began a trace of its own, and names the span of the sender; those spans.
    fn by_links(&mut self, traces: &[&Trace]) -> HashSet<(TraceId, SpanId)> {
        let mut received = HashSet::new();
        let linked: Vec<(&Span, TraceId, SpanId)> = traces
            .iter()
            .flat_map(|trace| trace.spans())
            .filter(|span| span.kind == SpanKind::Consumer)
            .flat_map(|span| {
                let links = span.links.iter();
                links.map(move |link| (span, link.trace_id, link.span_id))
            })
            .collect();
        if linked.is_empty() {
            return received;
        }
        let senders: HashMap<(TraceId, SpanId), &Span> = traces
            .iter()
            .flat_map(|trace| {
                trace
                    .spans()
                    .iter()
                    .map(|span| ((trace.id(), span.id), span))
            })
            .collect();
        for (span, trace_id, span_id) in linked {
            let Some(sender) = senders.get(&(trace_id, span_id)) else {
                continue;
            };
            if sender.service() != span.service() {
                let to = Callee::Service(span.service().map(str::to_owned));
                let (duration, failed) = (span.duration(), span.has_failed());
                self.add(sender, to, CallWay::Message, duration, failed);
                received.insert((trace_id, span_id));
            }
        }
        received
    }

    fn add(&mut self, from: &Span, to: Callee, way: CallWay, duration: u64, failed: bool) {
        let edge = (from.service().map(str::to_owned), to, way);
        let (durations, errors) = self.edges.entry(edge).or_default();
        durations.push(duration);
        *errors += usize::from(failed);
    }

    fn sorted(self) -> Vec<Calls> {
        let edges = self.edges.into_iter();
        edges
            .map(|((from, to, way), (mut durations, errors))| {
                durations.sort_unstable();
                Calls {
                    from,
                    to,
                    way,
                    durations,
                    errors,
                }
            })
            .collect()
    }
}

/// Whether the step from a span to one below it is a call: to another service, or out of one and into it again.
pub(super) fn is_call(above: &Span, below: &Span) -> bool {
    let is_pair = matches!(
        (above.kind, below.kind),
        (SpanKind::Client, SpanKind::Server) | (SpanKind::Producer, SpanKind::Consumer)
    );
    is_pair || above.service() != below.service()
}

/// What fails within a service above the call is not the call's failure.
fn caller_failed(caller: &Span) -> bool {
    matches!(caller.kind, SpanKind::Client | SpanKind::Producer) && caller.has_failed()
}

fn way(above: &Span, below: &Span) -> CallWay {
    if above.kind == SpanKind::Producer || below.kind == SpanKind::Consumer {
        CallWay::Message
    } else {
        CallWay::Request
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::trace::{Link, Status, tree::tests::span};

    fn trace(digit: char, spans: Vec<Span>) -> Trace {
        Trace::new(digit.to_string().parse().unwrap(), spans).unwrap()
    }

    fn of(kind: SpanKind, span: Span) -> Span {
        Span { kind, ..span }
    }

    fn shown(calls: &[Calls]) -> Vec<String> {
        let shown = |call: &Calls| {
            let from = call.from.as_deref().unwrap_or("?");
            let to = match &call.to {
                Callee::Service(name) => name.as_deref().unwrap_or("?").to_owned(),
                Callee::Peer(peer) => format!("({})", peer.name()),
            };
            let count = call.durations.len();
            format!("{from} {:?} {to} {count}/{}", call.way, call.errors)
        };
        calls.iter().map(shown).collect()
    }

    #[test]
    fn a_call_is_counted_once_as_its_caller_saw_it() {
        let mut failed = of(SpanKind::Server, span(4, Some(3), "orders", 20, 30));
        failed.status = Status::Error(String::new());
        let trace = trace(
            '1',
            vec![
                of(SpanKind::Server, span(1, None, "web", 0, 100)),
                span(2, Some(1), "web", 5, 95),
                of(SpanKind::Client, span(3, Some(2), "web", 10, 60)),
                failed,
                of(SpanKind::Server, span(5, Some(3), "orders", 40, 50)),
            ],
        );
        let calls = calls([&trace]);
        assert_eq!(shown(&calls), ["web Request orders 1/1"]);
        assert_eq!(calls[0].durations, [50_000_000]);
    }

    #[test]
    fn a_service_below_a_span_that_is_no_client_s_is_called_too() {
        let trace = trace(
            '1',
            vec![
                of(SpanKind::Server, span(1, None, "web", 0, 100)),
                of(SpanKind::Server, span(2, Some(1), "orders", 10, 60)),
                of(SpanKind::Client, span(3, Some(2), "orders", 20, 30)),
                of(SpanKind::Server, span(4, Some(3), "orders", 21, 29)),
            ],
        );
        let calls = calls([&trace]);
        assert_eq!(
            shown(&calls),
            ["orders Request orders 1/0", "web Request orders 1/0"]
        );
        assert_eq!(calls[1].durations, [50_000_000]);
    }

    #[test]
    fn a_call_that_nobody_answers_with_a_span_ends_at_whom_it_names() {
        let mut query = of(SpanKind::Client, span(2, Some(1), "web", 10, 20));
        let named = |key: &str, value: &str| (key.to_owned(), Value::String(value.to_owned()));
        query.attributes = vec![
            named("db.system", "redis"),
            named("server.address", "cache"),
        ];
        let silent = of(SpanKind::Client, span(3, Some(1), "web", 20, 30));
        let root = of(SpanKind::Server, span(1, None, "web", 0, 100));
        let trace = trace('1', vec![root, query, silent]);
        assert_eq!(shown(&calls([&trace])), ["web Request (cache) 1/0"]);
    }

    #[test]
    fn a_message_is_followed_into_the_trace_that_it_begins() {
        let mut sent = of(SpanKind::Producer, span(1, None, "web", 0, 1));
        let system = (
            "messaging.system".to_owned(),
            Value::String("kafka".to_owned()),
        );
        sent.attributes = vec![system];
        let mut received = of(SpanKind::Consumer, span(2, None, "mailer", 5, 9));
        received.links = vec![Link {
            trace_id: "1".parse().unwrap(),
            span_id: sent.id,
        }];
        let (one, other) = (trace('1', vec![sent]), trace('2', vec![received]));
        assert_eq!(shown(&calls([&one, &other])), ["web Message mailer 1/0"]);
        assert_eq!(shown(&calls([&one])), ["web Message (kafka) 1/0"]);
        assert_eq!(shown(&calls([&other])), [""; 0]);
    }
}
