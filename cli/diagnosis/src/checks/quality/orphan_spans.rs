//! Spans whose parent Tempo does not have.

use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::{
        configuration::sampler_off,
        end_to_end::{canary_lost, canary_partly_lost},
        explanations,
        quality::serves_but_sends_nothing,
        tempo::{
            block_lost, live_traces_exceeded, rate_limited, spans_discarded, spans_refused,
            trace_too_large, wal_replay_failed, writes_failing,
        },
    },
    code::Code,
    finding::{Remedy, Severity},
    policy::Policy,
    subject::Subject,
    trace::{Origin, SpanKind, Top, Wholeness},
    view::{SeenTrace, Service, Stack},
};

/// A single trace may have lost a span to anything.
const ENOUGH: usize = 2;

pub(crate) static CHECK: Check = Check {
    code: Code::new(702),
    name: "orphan-spans",
    severity: Severity::Warning,
    summary: "spans name a parent that Tempo does not have",
    why: "What they belong to is lost: the trace falls into pieces, and the time of the missing part is nobody's.",
    causes: &[
        "A service between them sends nothing, or its exporter drops spans.",
        "Its sampler decides by itself (`traceidratio` without `parentbased_`) and leaves out what its callers keep.",
        "The process ended before it sent its last batch.",
        "The parent is still running: a connection or a job of minutes.",
    ],
    remedy: "Look at one of the traces with `ptctl trace show TRACE`, and at the service that should have recorded the parent.",
    verify: "`ptctl trace show TRACE` of a new trace names no missing parent.",
    masked_by: &[
        explanations::SWITCHED_OFF,
        explanations::ENDPOINT,
        explanations::NETWORK_PATH,
        explanations::BACKEND,
        explanations::RELAY,
        explanations::SERVICE_AWAY,
        explanations::EXPORT_ERRORS,
        &[
            Cause::concerned(serves_but_sends_nothing::CHECK.code),
            Cause::concerned(sampler_off::CHECK.code),
            Cause::export_target(canary_lost::CHECK.code),
            Cause::export_target(canary_partly_lost::CHECK.code),
            Cause::export_target(spans_refused::CHECK.code),
            Cause::export_target(spans_discarded::CHECK.code),
            Cause::export_target(trace_too_large::CHECK.code),
            Cause::export_target(live_traces_exceeded::CHECK.code),
            Cause::export_target(rate_limited::CHECK.code),
            Cause::export_target(writes_failing::CHECK.code),
            Cause::export_target(block_lost::CHECK.code),
            Cause::export_target(wal_replay_failed::CHECK.code),
        ],
        &OTHERS_FAIL,
        &OTHERS_GO_ASTRAY,
        &OTHERS_AWAY,
        &OTHERS_OFF,
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

static OTHERS_FAIL: [Cause; explanations::EXPORT_ERRORS.len()] =
    explanations::concerned(explanations::EXPORT_ERRORS);
static OTHERS_GO_ASTRAY: [Cause; explanations::ENDPOINT.len()] =
    explanations::concerned(explanations::ENDPOINT);
static OTHERS_AWAY: [Cause; explanations::SERVICE_AWAY.len()] =
    explanations::concerned(explanations::SERVICE_AWAY);
static OTHERS_OFF: [Cause; explanations::SWITCHED_OFF.len()] =
    explanations::concerned(explanations::SWITCHED_OFF);

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(name) = &service.name else {
        return Ok(Outcome::NotApplicable(
            "nothing tells the name on its spans",
        ));
    };
    let settled: Vec<&SeenTrace<'_>> = stack
        .settled()?
        .into_iter()
        .filter(|seen| seen.wholeness == Wholeness::Whole)
        .filter(|seen| seen.spans_of(&name.0).next().is_some())
        .collect();
    // Where its own spans last longer than a trace needs to settle, a parent may still run.
    let lasts = settled
        .iter()
        .flat_map(|seen| seen.spans_of(&name.0))
        .any(|(_, span)| {
            u128::from(span.duration()) > crate::trace::SETTLED.unsigned_abs().as_nanos()
        });
    if settled.len() < ENOUGH || lasts {
        return Ok(Outcome::NotApplicable(
            "too few of its traces are whole for long enough to tell",
        ));
    }
    let torn: Vec<(&SeenTrace<'_>, Vec<Top>)> = settled
        .iter()
        .map(|seen| (*seen, orphans(seen, &name.0)))
        .filter(|(_, orphans)| !orphans.is_empty())
        .collect();
    // What was lost once is past; what is lost in every other trace is not.
    if torn.len() < ENOUGH || torn.len() * 2 < settled.len() {
        return Ok(Outcome::Pass);
    }
    let (seen, tops) = &torn[0];
    let first = &seen.trace.spans()[tops[0].span];
    let parent = first.parent.map_or_else(String::new, |id| id.to_string());
    let is_local = !matches!(first.kind, SpanKind::Server | SpanKind::Consumer);
    let whose = if is_local {
        ", which it should have recorded itself"
    } else {
        ""
    };
    let absent = absent(service, &torn, stack);
    let report = Report::new(
        format!(
            "spans of `{}` name parents that Tempo does not have{whose}, in {} of {} traces",
            service.label(),
            torn.len(),
            settled.len()
        ),
        seen.evidence(format!(
            "`{}` names the parent {parent}, of which there is no span",
            first.name
        )),
        Remedy::run(
            "look at one of these traces, and at the exporter and the sampler of whoever should have recorded the parent",
            seen.command(),
        ),
    )
    .proof(torn.iter().skip(1).take(2).map(|(seen, tops)| {
        let spans = tops.len();
        seen.evidence(format!("{spans} spans without their parent"))
    }))
    .likely();
    fail(if is_local {
        report
    } else {
        report.concerning(absent)
    })
}

/// The spans of a service below a parent that is not there. Where such a span is all that a trace begins with, its parent
/// may be of somebody outside who sends nothing here.
fn orphans(seen: &SeenTrace<'_>, name: &str) -> Vec<Top> {
    let trace = &seen.trace;
    let begins = trace
        .tops()
        .iter()
        .min_by_key(|top| trace.spans()[top.span].start);
    let tops = trace.tops().iter().filter(|top| {
        let span = &trace.spans()[top.span];
        let is_remote = matches!(span.kind, SpanKind::Server | SpanKind::Consumer);
        matches!(top.origin, Origin::Orphan(_))
            && span.service() == Some(name)
            && !(is_remote && Some(*top) == begins)
    });
    tops.copied().collect()
}

/// The services of the stack that none of these traces has a span of.
fn absent(
    service: &Service<'_>,
    torn: &[(&SeenTrace<'_>, Vec<Top>)],
    stack: &Stack<'_>,
) -> Vec<Subject> {
    let is_there = |other: &Service<'_>| {
        let name = other.name.as_ref();
        name.is_some_and(|name| {
            torn.iter()
                .any(|(seen, _)| seen.spans_of(&name.0).next().is_some())
        })
    };
    let others = stack.services.iter();
    others
        .filter(|other| other.subject != service.subject && !is_there(other))
        .map(|other| other.subject.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::{
        diagnose,
        fixtures::{self, CONTROLLER, SCRAPER, Story},
        policy::Policy,
        trace::{SpanId, SpanKind},
    };

    fn codes(stories: Vec<Story>) -> Vec<String> {
        let mut snapshot = fixtures::healthy();
        snapshot.traced(stories);
        let diagnosis = diagnose(&snapshot, &Policy::default());
        let codes = diagnosis.causes.iter().map(|cause| cause.finding.code);
        codes.map(|code| code.to_string()).collect()
    }

    /// A request whose part in `scraper` names a parent that is not there.
    fn torn(seconds_ago: i64) -> Story {
        fixtures::request(seconds_ago)
            .span(3, SCRAPER, SpanKind::Internal, "parse", (20, 30))
            .change(|span| span.parent = SpanId::new([9; 8]))
    }

    #[test]
    fn what_may_still_come_and_what_was_lost_once_are_no_finding() {
        assert_eq!(codes([10, 20, 30].map(torn).to_vec()), [""; 0]);
        let once = vec![torn(100), fixtures::request(200), fixtures::request(300)];
        assert_eq!(codes(once), [""; 0]);
        assert_eq!(codes(vec![torn(100), torn(200)]), ["PT0702"]);
    }

    #[test]
    fn spans_that_were_lost_before_the_last_start_are_past() {
        assert_eq!(codes([700, 800, 900].map(torn).to_vec()), [""; 0]);
    }

    #[test]
    fn a_trace_that_somebody_outside_began_has_no_orphan() {
        let called = |seconds_ago| {
            Story::began(seconds_ago)
                .span(
                    0,
                    CONTROLLER,
                    SpanKind::Server,
                    "POST /api/scrape",
                    (0, 100),
                )
                .change(|span| span.parent = SpanId::new([9; 8]))
        };
        assert_eq!(codes(vec![called(100), called(200)]), [""; 0]);
    }
}
