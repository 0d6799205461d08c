//! A call at which the trace is torn in two: its context does not get from one service to the other.

use super::edge::{self, Known, Torn};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::configuration::{propagator_unknown, propagators_differ},
    code::Code,
    export::{Language, Runtime},
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    view::{Service, Stack},
};

/// So many pairs are shown.
const SHOWN: usize = 3;

pub(crate) static CHECK: Check = Check {
    code: Code::new(704),
    name: "propagation-broken",
    severity: Severity::Warning,
    summary: "a service begins a trace of its own whenever another one calls it",
    why: "Each side has its own trace: nobody sees which request of the one caused which of the other, and the service graph has no edge.",
    causes: &[
        "The caller's HTTP, RPC or queue client is not instrumented, so that it sends no `traceparent`.",
        "No propagator is set: Go's SDK sets none by itself.",
        "Both sides speak different formats, such as B3 and W3C.",
        "A proxy between them drops or replaces `traceparent`.",
        "The context does not go along into a queue, a thread or a callback.",
    ],
    remedy: "Instrument the caller's client and set the propagators `tracecontext,baggage` on both sides; let proxies pass `traceparent`, `tracestate` and `baggage` on.",
    verify: "`ptctl trace show TRACE` of a new trace of the caller has spans of the called service.",
    masked_by: &[&[
        Cause::anywhere(propagators_differ::CHECK.code),
        Cause::same_subject(propagator_unknown::CHECK.code),
        Cause::concerned(propagator_unknown::CHECK.code),
    ]],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    if service.name.is_none() {
        return Ok(Outcome::NotApplicable(
            "nothing tells the name on its spans",
        ));
    }
    let traces = stack.traces()?;
    let Some(torn) = edge::torn(service, stack, traces) else {
        return Ok(Outcome::Pass);
    };
    let pair = torn.pairs[0];
    let (calling, call) = pair.call;
    let (answering, answer) = pair.answer;
    let (cause, action) = cause(&torn, service);
    let report = Report::new(
        format!(
            "the trace breaks between `{}` and `{}`: {cause}",
            torn.caller.label(),
            service.label(),
        ),
        calling.evidence(format!(
            "`{}` of `{}` from {} for {} ms, without a span of `{}` below it",
            call.name,
            torn.caller.label(),
            at(call.start),
            call.duration() / 1_000_000,
            service.label()
        )),
        Remedy::run(action, calling.command()),
    )
    .proof([answering.evidence(format!(
        "`{}` of `{}` from {} for {} ms, the root of its own trace",
        answer.name,
        service.label(),
        at(answer.start),
        answer.duration() / 1_000_000
    ))])
    .proof(torn.pairs.iter().skip(1).take(SHOWN - 1).map(|pair| {
        let text = format!(
            "and `{}` in {}",
            pair.answer.1.name,
            pair.answer.0.trace.id()
        );
        pair.call.0.evidence(text)
    }))
    .proof(between(&torn))
    .concerning([torn.caller.subject.clone()]);
    fail(match torn.known {
        Known::ByName if torn.pairs.len() > 1 => report,
        Known::ByName | Known::Through(_) | Known::BySettings | Known::ByMessage => report.likely(),
    })
}

/// What probably breaks it, and what to do.
fn cause(torn: &Torn<'_, '_>, called: &Service<'_>) -> (String, String) {
    let (from, to) = (torn.caller.label(), called.label());
    match torn.known {
        Known::Through(proxy) => {
            let proxy = proxy.display_name();
            (
                format!(
                    "what `{from}` asks goes through the proxy `{proxy}`, behind which `{to}` begins traces of its own"
                ),
                format!(
                    "let `{proxy}` pass `traceparent`, `tracestate` and `baggage` on unchanged"
                ),
            )
        }
        Known::BySettings => (
            format!(
                "`{from}` records no call that it makes, and `{to}` begins traces of its own while it serves"
            ),
            format!(
                "instrument the client with which `{from}` calls `{to}`, so that it sends `traceparent`"
            ),
        ),
        Known::ByMessage => (
            format!(
                "`{from}` sends messages, and `{to}` begins traces of its own with them, without a link"
            ),
            format!(
                "let `{from}` put the context into its messages' headers, and `{to}` take it or link to it"
            ),
        ),
        Known::ByName => {
            let why = format!("`{from}` calls it, and it begins traces of its own meanwhile");
            let action = match Runtime::of(torn.caller.container).language {
                Some(Language::Go) => format!(
                    "call `otel.SetTextMapPropagator` in `{from}`: Go's SDK passes no context on until then"
                ),
                Some(_) | None => format!(
                    "let the client of `{from}` send `traceparent` and `{to}` read it, both with the propagators `tracecontext,baggage`"
                ),
            };
            (why, action)
        }
    }
}

/// What else there is to look at.
fn between(torn: &Torn<'_, '_>) -> Option<Evidence> {
    match torn.known {
        Known::Through(proxy) => {
            let text = format!("image {}", proxy.image);
            Some(Evidence::new(EvidenceKind::Container, &proxy.name, text))
        }
        Known::ByName | Known::BySettings | Known::ByMessage => None,
    }
}

fn at(nanoseconds: u64) -> String {
    let moment = jiff::Timestamp::from_nanosecond(i128::from(nanoseconds));
    moment.map_or_else(|_| "an unknown time".to_owned(), |at| format!("{at:.3}"))
}

#[cfg(test)]
mod tests {
    use crate::{
        diagnose,
        fixtures::{self, CONTROLLER, SCRAPER, Story},
        policy::Policy,
        snapshot::{Role, Snapshot},
        trace::SpanKind::{Client, Consumer, Producer, Server},
    };

    fn findings(snapshot: &Snapshot) -> Vec<String> {
        let diagnosis = diagnose(snapshot, &Policy::default());
        let findings = diagnosis.findings();
        findings
            .map(|finding| format!("{} {}", finding.code, finding.message))
            .collect()
    }

    /// What `controller` does, and what `scraper` does at that time.
    fn apart(seconds_ago: i64, host: &str) -> [Story; 2] {
        [
            Story::began(seconds_ago)
                .span(0, CONTROLLER, Server, "POST /api/scrape", (0, 100))
                .span(1, CONTROLLER, Client, "POST", (5, 90))
                .with("server.address", host),
            Story::began(seconds_ago).span(0, SCRAPER, Server, "POST /scrape", (10, 85)),
        ]
    }

    fn stories(host: &str) -> Vec<Story> {
        [100, 200].map(|ago| apart(ago, host)).concat()
    }

    #[test]
    fn the_edge_is_named_where_the_caller_names_whom_it_calls() {
        let mut snapshot = fixtures::healthy();
        snapshot.traced(stories("scraper"));
        let found = findings(&snapshot);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("PT0704 the trace breaks between `controller` and `scraper`"));
    }

    #[test]
    fn calls_to_others_and_requests_of_others_are_no_broken_edge() {
        let mut snapshot = fixtures::healthy();
        snapshot.traced(stories("payments.example.com"));
        assert_eq!(findings(&snapshot), [""; 0]);
        let mut elsewhere = vec![
            apart(100, "scraper")[0].clone(),
            apart(200, "scraper")[1].clone(),
        ];
        elsewhere.push(fixtures::request(300));
        snapshot.traced(elsewhere);
        assert_eq!(findings(&snapshot), [""; 0]);
    }

    #[test]
    fn one_answer_below_its_caller_is_enough_to_say_nothing() {
        let mut snapshot = fixtures::healthy();
        let mut mixed = stories("scraper");
        mixed.push(fixtures::request(300));
        snapshot.traced(mixed);
        assert_eq!(findings(&snapshot), [""; 0]);
    }

    #[test]
    fn a_proxy_between_is_named() {
        let mut snapshot = fixtures::healthy();
        let mut proxy = fixtures::container("gateway", Role::Service);
        proxy.image = "nginx:1.29".to_owned();
        snapshot.containers.push(proxy);
        snapshot.traced(stories("gateway"));
        let found = findings(&snapshot);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("the proxy `gateway`"), "{found:?}");
    }

    #[test]
    fn a_client_that_records_nothing_is_told_by_the_settings_of_its_service() {
        let silent = |ago| {
            let [_, answer] = apart(ago, "");
            let asked = Story::began(ago).span(0, CONTROLLER, Server, "POST /api/scrape", (0, 100));
            [asked, answer]
        };
        let mut snapshot = fixtures::healthy();
        snapshot.traced([100, 200].map(silent).concat());
        assert_eq!(findings(&snapshot), [""; 0]);
        snapshot.add_variable("controller", "SCRAPER_URL", "http://scraper:8080");
        let found = findings(&snapshot);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("records no call"), "{found:?}");
    }

    #[test]
    fn messages_without_their_context_are_told() {
        let message = |ago| {
            [
                Story::began(ago).span(0, CONTROLLER, Producer, "send jobs", (0, 2)),
                Story::began(ago).span(0, SCRAPER, Consumer, "process jobs", (50, 90)),
            ]
        };
        let mut snapshot = fixtures::healthy();
        snapshot.traced([100, 200].map(message).concat());
        let found = findings(&snapshot);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("sends messages"), "{found:?}");
    }
}
