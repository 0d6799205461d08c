//! The report as `JUnit` XML, which every CI reads: a suite for each area, a case for each check and subject.
//!
//! A finding that counts is a failure, one below the threshold a case that passed with a remark. What does not count,
//! does not apply, or is blocked by a cause was skipped. A gap is an error where it decides the exit code, else skipped.

pub(super) mod xml;

use std::collections::BTreeMap;

use ptctl_diagnosis::{
    catalogue,
    code::{Area, Code},
    finding::{Evidence, Finding},
    observed::Gap,
    policy::Threshold,
    subject::Subject,
};

use self::xml::Element;
use super::report::Report;

/// The suite of looks that failed and belong to no single check.
const LOOKS: &str = "looks";

/// Writes the report.
pub(super) fn junit(report: &Report<'_>) -> String {
    let mut suites = BTreeMap::<&str, Vec<Case>>::new();
    for (suite, case) in cases(report) {
        suites.entry(suite).or_default().push(case);
    }
    let mut root = Element::new("testsuites").attribute("name", "ptctl");
    for (counter, count) in counters(suites.values().flatten()) {
        // The schema has no count of what was skipped for the whole.
        if counter != "skipped" {
            root = root.attribute(counter, &count.to_string());
        }
    }
    for (name, cases) in suites {
        let mut suite = Element::new("testsuite").attribute("name", name);
        for (counter, count) in counters(cases.iter()) {
            suite = suite.attribute(counter, &count.to_string());
        }
        let taken_at = report.snapshot.taken_at.strftime("%Y-%m-%dT%H:%M:%S");
        suite = suite.attribute("timestamp", &taken_at.to_string());
        root = root.child(suite.children(cases.into_iter().map(|case| case.element(name))));
    }
    root.document()
}

/// One check of one subject.
struct Case {
    name: String,
    result: CaseResult,
}

enum CaseResult {
    Passed,
    Remarked {
        text: String,
    },
    Failed {
        kind: &'static str,
        message: String,
        text: String,
    },
    Skipped {
        reason: String,
    },
    NotSeen {
        message: String,
    },
}

impl Case {
    fn element(self, suite: &str) -> Element {
        let case = Element::new("testcase")
            .attribute("name", &self.name)
            .attribute("classname", &format!("ptctl.{suite}"))
            .attribute("time", "0");
        match self.result {
            CaseResult::Passed => case,
            CaseResult::Remarked { text } => case.child(Element::new("system-out").text(&text)),
            CaseResult::Failed {
                kind,
                message,
                text,
            } => case.child(
                Element::new("failure")
                    .attribute("type", kind)
                    .attribute("message", &message)
                    .text(&text),
            ),
            CaseResult::Skipped { reason } => {
                case.child(Element::new("skipped").attribute("message", &reason))
            }
            CaseResult::NotSeen { message } => case.child(
                Element::new("error")
                    .attribute("type", "gap")
                    .attribute("message", &message),
            ),
        }
    }
}

fn counters<'a>(cases: impl Iterator<Item = &'a Case>) -> [(&'static str, usize); 4] {
    let [mut tests, mut failures, mut errors, mut skipped] = [0; 4];
    for case in cases {
        tests += 1;
        match case.result {
            CaseResult::Passed | CaseResult::Remarked { .. } => {}
            CaseResult::Failed { .. } => failures += 1,
            CaseResult::Skipped { .. } => skipped += 1,
            CaseResult::NotSeen { .. } => errors += 1,
        }
    }
    [
        ("tests", tests),
        ("failures", failures),
        ("errors", errors),
        ("skipped", skipped),
    ]
}

fn cases(report: &Report<'_>) -> Vec<(&'static str, Case)> {
    let diagnosis = report.diagnosis;
    let mut cases = Vec::new();
    for cause in &diagnosis.causes {
        let root = format!("{} {}", cause.finding.code, cause.finding.subject.name());
        cases.push(finding(report, &cause.finding, None));
        for symptom in &cause.symptoms {
            cases.push(finding(report, symptom, Some(&root)));
        }
        for gap in &cause.blocked {
            let reason = format!("blocked by {root}: {}", gap.reason);
            cases.push((LOOKS, look(gap, CaseResult::Skipped { reason })));
        }
    }
    for suppressed in &diagnosis.suppressed {
        let reason = suppressed.reason.as_deref().unwrap_or("no reason given");
        let reason = format!("suppressed by {}: {reason}", suppressed.origin);
        let skipped = CaseResult::Skipped { reason };
        cases.push(case(
            suppressed.finding.code,
            &suppressed.finding.subject,
            skipped,
        ));
    }
    for known in &diagnosis.known {
        let reason = "known since the baseline".to_owned();
        let skipped = CaseResult::Skipped { reason };
        cases.push(case(known.finding.code, &known.finding.subject, skipped));
    }
    for passed in &diagnosis.passed {
        cases.push(case(passed.code, &passed.subject, CaseResult::Passed));
    }
    for other in &diagnosis.not_applicable {
        let reason = format!("not applicable: {}", other.why);
        cases.push(case(
            other.code,
            &other.subject,
            CaseResult::Skipped { reason },
        ));
    }
    for gap in &diagnosis.gaps {
        let decides = gap.probe.is_essential() || report.policy.fail_on == Threshold::Gap;
        let result = if decides {
            CaseResult::NotSeen {
                message: gap.reason.clone(),
            }
        } else {
            CaseResult::Skipped {
                reason: format!("not seen: {}", gap.reason),
            }
        };
        cases.push((LOOKS, look(gap, result)));
    }
    cases
}

fn finding(report: &Report<'_>, finding: &Finding, root: Option<&str>) -> (&'static str, Case) {
    let text = explanation(finding, root);
    let result = if report.policy.fail_on.counts(finding.severity) {
        CaseResult::Failed {
            kind: finding.severity.word(),
            message: finding.message.clone(),
            text,
        }
    } else {
        CaseResult::Remarked {
            text: format!("{}: {}\n{text}", finding.severity.word(), finding.message),
        }
    };
    case(finding.code, &finding.subject, result)
}

fn case(code: Code, subject: &Subject, result: CaseResult) -> (&'static str, Case) {
    let check = catalogue::by_code(code).map_or("", |check| check.name);
    let suite = code.area().map_or(LOOKS, Area::folder);
    let name = format!("{code} {check}: {}", subject.name());
    (suite, Case { name, result })
}

fn look(gap: &Gap, result: CaseResult) -> Case {
    Case {
        name: format!("{} of {}", gap.probe.describe(), gap.subject),
        result,
    }
}

/// Proof and remedy, a line each.
fn explanation(finding: &Finding, root: Option<&str>) -> String {
    let mut lines: Vec<String> = root
        .map(|root| format!("because of {root}"))
        .into_iter()
        .collect();
    lines.extend(finding.evidence.iter().map(proof));
    lines.push(format!("remedy: {}", finding.remedy.action));
    lines.extend(
        finding
            .remedy
            .command
            .iter()
            .map(|command| format!("$ {command}")),
    );
    lines.join("\n")
}

fn proof(evidence: &Evidence) -> String {
    let text = evidence.text.trim_end();
    format!("proof: {} {}: {text}", evidence.kind, evidence.source)
}
