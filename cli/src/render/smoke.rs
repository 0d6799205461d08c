//! The results of smoke checks: for people, for CI.

mod github;
mod junit;

use ptctl_diagnosis::smoke::{Outcome, Verdict};

pub use self::{
    github::{problem_annotation, smoke_annotations},
    junit::smoke_junit,
};
use super::page::{Page, Tone};
use crate::smoke::{CheckReport, Conclusion, SmokeReport};

/// Writes what came of smoke checks.
pub fn smoke(page: &mut Page, report: &SmokeReport) {
    for (number, check) in report.checks.iter().enumerate() {
        if number > 0 {
            page.blank();
        }
        one(page, check);
    }
    if report.checks.len() > 1 {
        let passed = |check: &&CheckReport| check.conclusion == Conclusion::Passed;
        let passed = report.checks.iter().filter(passed).count();
        page.blank();
        page.paragraph(
            Tone::Faint,
            &format!("{passed} of {} checks passed", report.checks.len()),
        );
    }
}

fn one(page: &mut Page, check: &CheckReport) {
    let tone = tone(check.conclusion);
    let label = format!("{} {}  ", page.sign(tone), word(check.conclusion));
    page.entry(&label, tone, &check.name);
    for verdict in &check.expected {
        let Some(reason) = verdict.outcome.reason() else {
            continue;
        };
        let tone = match verdict.outcome {
            Outcome::Held => Tone::Good,
            Outcome::Failed(_) | Outcome::Late(_) => Tone::Bad,
            Outcome::Unknown(_) => Tone::Doubtful,
            Outcome::Skipped(_) => continue,
        };
        let sign = format!("  {} ", page.sign(tone));
        page.entry(&sign, tone, &format!("{}: {reason}", verdict.expected));
        if let Some(place) = &verdict.place {
            page.entry("    ", Tone::Faint, &place.to_string());
        }
    }
    if let Some(trace_id) = &check.trace_id {
        page.entry("  trace     ", Tone::Faint, trace_id);
    }
    if let (Some(status), Some(took)) = (check.status, check.answered_ms) {
        let again = match check.requests {
            0 | 1 => String::new(),
            requests => format!(", request {requests}"),
        };
        page.entry(
            "  answer    ",
            Tone::Faint,
            &format!("HTTP {status} after {took} ms{again}"),
        );
    }
    if let Some(took) = check.found_ms {
        let from = if check.status.is_some() {
            "after the answer"
        } else {
            "after the wait began"
        };
        page.entry("  found     ", Tone::Faint, &format!("{took} ms {from}"));
    }
    for (number, (service, spans)) in check.services.iter().enumerate() {
        let label = if number == 0 {
            "  services  "
        } else {
            "            "
        };
        let noun = if *spans == 1 { "span" } else { "spans" };
        page.entry(label, Tone::Faint, &format!("{service}: {spans} {noun}"));
    }
    if !check.counted_by.is_empty() {
        let counted_by = check.counted_by.join(", ");
        page.entry("  counted   ", Tone::Faint, &format!("by {counted_by}"));
    }
    page.entry("  expected  ", Tone::Faint, &tally(&check.expected));
}

/// How many hold, and how many were not looked at.
fn tally(verdicts: &[Verdict]) -> String {
    let held = verdicts.iter().filter(|one| one.outcome.is_held()).count();
    let is_skipped = |one: &&Verdict| matches!(one.outcome, Outcome::Skipped(_));
    let skipped: Vec<&str> = verdicts
        .iter()
        .filter(is_skipped)
        .filter_map(|one| one.outcome.reason())
        .collect();
    let all = verdicts.len();
    match skipped.first() {
        None if held == all => format!("all {all} hold"),
        None => format!("{held} of {all} hold"),
        Some(reason) => format!(
            "{held} of {all} hold, {} not looked at: {reason}",
            skipped.len()
        ),
    }
}

fn tone(conclusion: Conclusion) -> Tone {
    match conclusion {
        Conclusion::Passed => Tone::Good,
        Conclusion::Failed | Conclusion::Late => Tone::Bad,
        Conclusion::Unknown => Tone::Doubtful,
    }
}

fn word(conclusion: Conclusion) -> &'static str {
    match conclusion {
        Conclusion::Passed => "PASSED",
        Conclusion::Failed => "FAILED",
        Conclusion::Late => "LATE",
        Conclusion::Unknown => "UNKNOWN",
    }
}
