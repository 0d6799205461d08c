//! Who calls whom in traces.
//!
//! A call is a span whose parent is another service's, or a caller's span below which nobody else answers and that names
//! whom it called. Each caller's span counts once for each service below it, with the time that the caller waited.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    Peer, Span, SpanId, SpanKind, Trace, TraceId,
    figures::{Figures, Tally},
};

/// The calls from one service to one other, or to one peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calls {
    /// Who calls; `None` for spans whose resource has no name.
    pub from: Option<String>,
    /// Whom it calls.
    pub to: Callee,
    /// By what.
    pub way: CallWay,
    /// How often, how many failed for either side, and how long they took as the caller saw it, else as the called one
    /// did, which it is of a message.
    pub figures: Figures,
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
    edges: BTreeMap<Edge, Tally>,
}

impl Found {
    /// Calls within a trace. Who sent a message that was received elsewhere has been answered.
    fn within(&mut self, trace: &Trace, received: &HashSet<(TraceId, SpanId)>) {
        let spans = trace.spans();
        // A caller's span may have several spans of one service below it: a retry, a redirect. The first one tells the
        // way and the time, and any of them may fail.
        let mut counted: BTreeMap<(usize, Option<&str>), (&Span, bool)> = BTreeMap::new();
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
            let call = (above, span.service());
            let (_, failed) = counted.entry(call).or_insert((span, false));
            *failed |= span.has_failed();
        }
        for ((above, service), (span, failed)) in counted {
            let caller = &spans[above];
            let to = Callee::Service(service.map(str::to_owned));
            let waited = caller.kind == SpanKind::Client && caller.is_timed();
            let timed = if waited { caller } else { span };
            let failed = caller_failed(caller) || failed;
            self.add(caller, to, way(caller, span), timed, failed);
        }
        for (number, span) in spans.iter().enumerate() {
            if let Some(peer) = Peer::of(span)
                && !answered.contains(&number)
                && !received.contains(&(trace.id(), span.id))
            {
                let way = way(span, span);
                self.add(span, Callee::Peer(peer), way, span, span.has_failed());
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
                self.add(sender, to, CallWay::Message, span, span.has_failed());
                received.insert((trace_id, span_id));
            }
        }
        received
    }

    fn add(&mut self, from: &Span, to: Callee, way: CallWay, timed: &Span, failed: bool) {
        let edge = (from.service().map(str::to_owned), to, way);
        let took = timed.is_timed().then(|| timed.duration());
        self.edges.entry(edge).or_default().note(took, failed);
    }

    fn sorted(self) -> Vec<Calls> {
        let edges = self.edges.into_iter();
        edges
            .map(|((from, to, way), tally)| Calls {
                from,
                to,
                way,
                figures: tally.figures(),
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
            let Figures { count, errors, .. } = call.figures;
            format!("{from} {:?} {to} {count}/{errors}", call.way)
        };
        calls.iter().map(shown).collect()
    }

    fn median(calls: &Calls) -> Option<u64> {
        calls.figures.percentiles.map(|of| of.p50_ns)
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
        assert_eq!(median(&calls[0]), Some(50_000_000));
    }

    #[test]
    fn a_call_fails_where_any_of_its_answers_does() {
        for failing in [2, 3] {
            let mut spans = vec![
                of(SpanKind::Client, span(1, None, "web", 0, 100)),
                of(SpanKind::Server, span(2, Some(1), "orders", 10, 20)),
                of(SpanKind::Server, span(3, Some(1), "orders", 30, 40)),
            ];
            spans[failing - 1].status = Status::Error(String::new());
            let trace = trace('1', spans);
            assert_eq!(shown(&calls([&trace])), ["web Request orders 1/1"]);
        }
    }

    #[test]
    fn the_time_of_a_span_that_does_not_say_when_it_ran_is_no_time() {
        let untimed = |span: Span| Span {
            start: 0,
            end: 0,
            ..span
        };
        let client = untimed(of(SpanKind::Client, span(1, None, "web", 0, 100)));
        let server = of(SpanKind::Server, span(2, Some(1), "orders", 10, 20));
        let told = trace('1', vec![client.clone(), server.clone()]);
        assert_eq!(median(&calls([&told])[0]), Some(10_000_000));
        let untold = trace('1', vec![client, untimed(server)]);
        let calls = calls([&untold]);
        assert_eq!(shown(&calls), ["web Request orders 1/0"]);
        assert_eq!(median(&calls[0]), None);
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
        assert_eq!(median(&calls[1]), Some(50_000_000));
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
