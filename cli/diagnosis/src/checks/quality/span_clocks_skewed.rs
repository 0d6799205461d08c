//! Spans that began before those that caused them: the clocks of two services do not agree.

use std::collections::BTreeMap;

use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::stack::clock_skew,
    code::Code,
    finding::{Remedy, Severity},
    policy::Policy,
    trace::{Skew, SkewKind},
    view::{SeenTrace, Stack},
};

/// Differences below this many nanoseconds come from how SDKs take the time: some to the millisecond, some from a counter
/// that runs beside the clock.
const WORTH_TELLING: u64 = 100_000_000;
/// From so many nanoseconds on spans are left out of what is computed of them: Tempo's metrics generator takes spans of the
/// last 30 s.
const HARMFUL: u64 = 25_000_000_000;
/// Fewer spans than this prove nothing.
const ENOUGH: usize = 2;

pub(crate) static CHECK: Check = Check {
    code: Code::new(707),
    name: "span-clocks-skewed",
    severity: Severity::Info,
    summary: "spans of one service begin before the spans of another that caused them",
    why: "Waterfalls show answers before questions, durations between services are wrong, and from 30 s on the metrics generator leaves spans out.",
    causes: &[
        "The services run on machines whose clocks are not synchronised, or a virtual machine slept.",
        "A library replaces the clock (faketime).",
        "The SDK takes the time from a counter that stood still while the machine slept (Node, browsers).",
    ],
    remedy: "Synchronise the clocks of the hosts; after a sleep of the machine restart the service.",
    verify: "`ptctl trace show TRACE` of a new trace warns of no clock.",
    masked_by: &[&[Cause::anywhere(clock_skew::CHECK.code)]],
    explains: &[],
    examine: Examine::Stack(examine),
};

fn examine(stack: &Stack<'_>, _: &Policy) -> Verdict {
    let traces = stack.traces()?;
    if traces.is_empty() {
        return Ok(Outcome::NotApplicable("no traces were read"));
    }
    let mut found: BTreeMap<(String, String), (u64, usize, &SeenTrace<'_>)> = BTreeMap::new();
    for seen in traces {
        for skew in Skew::all(&seen.trace) {
            let (Some(parent), Some(child)) = (skew.parent, skew.child) else {
                continue;
            };
            let between = parent != child
                && (stack.service_called(&parent).is_some()
                    || stack.service_called(&child).is_some());
            if skew.kind != SkewKind::BeforeParent || skew.nanoseconds < WORTH_TELLING || !between {
                continue;
            }
            let entry = found.entry((parent, child)).or_insert((0, 0, seen));
            if skew.nanoseconds > entry.0 {
                (entry.0, entry.2) = (skew.nanoseconds, seen);
            }
            entry.1 += skew.spans;
        }
    }
    found.retain(|_, (_, spans, _)| *spans >= ENOUGH);
    let worst = found.iter().max_by_key(|(_, (by, _, _))| *by);
    let Some(((parent, child), (by, spans, seen))) = worst else {
        return Ok(Outcome::Pass);
    };
    let (parent, child) = (called(parent, stack), called(child, stack));
    let by = spoken(*by);
    let report = Report::new(
        format!(
            "the clock of `{child}` is behind that of `{parent}`, or that of `{parent}` ahead, by {by} at most"
        ),
        seen.evidence(format!(
            "{spans} spans of `{child}` began before their parents in `{parent}`, up to {by} before"
        )),
        Remedy::run(
            format!("synchronise the clocks that `{parent}` and `{child}` take their time from"),
            seen.command(),
        ),
    );
    fail(if worst.is_some_and(|(_, (by, _, _))| *by >= HARMFUL) {
        report.severity(Severity::Warning)
    } else {
        report
    })
}

/// What a service of the stack is called here, where its spans carry another name.
fn called<'a>(name: &'a str, stack: &'a Stack<'_>) -> &'a str {
    stack
        .service_called(name)
        .map_or(name, |service| service.label())
}

fn spoken(nanoseconds: u64) -> String {
    match nanoseconds / 1_000_000 {
        milliseconds @ 0..10_000 => format!("{milliseconds} ms"),
        milliseconds => format!("{} s", milliseconds / 1_000),
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        diagnose,
        finding::Severity,
        fixtures::{self, CONTROLLER, SCRAPER, Story},
        policy::Policy,
        trace::SpanKind::{Client, Server},
    };

    /// A call whose answer has times that are by so many milliseconds too early.
    fn early(milliseconds: u64) -> Option<Severity> {
        let story = |ago| {
            Story::began(ago)
                .span(0, CONTROLLER, Client, "GET", (100_000, 100_100))
                .span(
                    1,
                    SCRAPER,
                    Server,
                    "GET /",
                    (100_010 - milliseconds, 100_090 - milliseconds),
                )
        };
        let mut snapshot = fixtures::healthy();
        snapshot.traced([300, 400].map(story));
        let diagnosis = diagnose(&snapshot, &Policy::default());
        let mut findings = diagnosis.findings();
        findings
            .find(|finding| finding.code.to_string() == "PT0707")
            .map(|found| found.severity)
    }

    #[test]
    fn a_difference_is_told_from_a_tenth_of_a_second_and_warned_of_where_it_does_harm() {
        assert_eq!(early(0), None);
        assert_eq!(early(50), None);
        assert_eq!(early(500), Some(Severity::Info));
        assert_eq!(early(40_000), Some(Severity::Warning));
    }
}
