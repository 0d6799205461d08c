//! Smoke checks as `JUnit` XML: a suite for each check, a case for each thing that it expects.

use ptctl_diagnosis::smoke::{Outcome, Verdict};

use crate::{
    render::junit::xml::Element,
    smoke::{CheckReport, SmokeReport},
};

/// How many cases there are, and how many of each kind.
#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

/// Writes the report.
pub fn smoke_junit(report: &SmokeReport) -> String {
    let mut all = Counts::default();
    let mut suites = Vec::new();
    for check in &report.checks {
        let mut counts = Counts::default();
        for verdict in &check.expected {
            all.count(&verdict.outcome);
            counts.count(&verdict.outcome);
        }
        suites.push(suite(check, &counts));
    }
    // The schema has no count of what was skipped for the whole.
    Element::new("testsuites")
        .attribute("name", "ptctl smoke")
        .attribute("tests", &all.tests.to_string())
        .attribute("failures", &all.failures.to_string())
        .attribute("errors", &all.errors.to_string())
        .children(suites)
        .document()
}

impl Counts {
    fn count(&mut self, outcome: &Outcome) {
        self.tests += 1;
        match outcome {
            Outcome::Held => {}
            Outcome::Failed(_) | Outcome::Late(_) => self.failures += 1,
            Outcome::Unknown(_) => self.errors += 1,
            Outcome::Skipped(_) => self.skipped += 1,
        }
    }
}

fn suite(check: &CheckReport, counts: &Counts) -> Element {
    Element::new("testsuite")
        .attribute("name", &check.name)
        .attribute("tests", &counts.tests.to_string())
        .attribute("failures", &counts.failures.to_string())
        .attribute("errors", &counts.errors.to_string())
        .attribute("skipped", &counts.skipped.to_string())
        .attribute(
            "time",
            &format!("{}.{:03}", check.took_ms / 1000, check.took_ms % 1000),
        )
        .children(check.expected.iter().map(|verdict| case(check, verdict)))
}

fn case(check: &CheckReport, verdict: &Verdict) -> Element {
    let case = Element::new("testcase")
        .attribute("name", &verdict.expected)
        .attribute("classname", "ptctl.smoke")
        .attribute("time", "0");
    let told = |name, reason: &str| {
        Element::new(name)
            .attribute("type", verdict.outcome.word())
            .attribute("message", reason)
            .text(&aside(check, verdict))
    };
    match &verdict.outcome {
        Outcome::Held => case,
        Outcome::Failed(reason) | Outcome::Late(reason) => case.child(told("failure", reason)),
        Outcome::Unknown(reason) => case.child(told("error", reason)),
        Outcome::Skipped(reason) => {
            case.child(Element::new("skipped").attribute("message", reason))
        }
    }
}

/// Where it is written and which trace it is about.
fn aside(check: &CheckReport, verdict: &Verdict) -> String {
    let place = verdict.place.iter().map(ToString::to_string);
    let trace = check.trace_id.iter().map(|id| format!("trace {id}"));
    place.chain(trace).collect::<Vec<_>>().join("\n")
}
