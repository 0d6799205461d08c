//! The result of a smoke check for a person.

use super::page::{Page, Tone};
use crate::smoke::{SmokeOutcome, SmokeReport};

/// Writes what came of a smoke check.
pub fn smoke(page: &mut Page, report: &SmokeReport) {
    let (tone, word, text) = match &report.outcome {
        SmokeOutcome::Passed => (Tone::Good, "PASSED", "the trace was found".to_owned()),
        SmokeOutcome::NoAnswer { reason } => (
            Tone::Bad,
            "FAILED",
            format!("the request got no answer: {reason}"),
        ),
        SmokeOutcome::BadAnswer { body } => {
            let status = report.status.unwrap_or_default();
            (
                Tone::Bad,
                "FAILED",
                format!("the request was answered with HTTP {status}: {body}"),
            )
        }
        SmokeOutcome::Missing { services } => (
            Tone::Bad,
            "FAILED",
            format!("the trace has no span of `{}`", services.join("`, `")),
        ),
        SmokeOutcome::NotFound { reason } => (
            Tone::Bad,
            "FAILED",
            format!("the trace was not found in time: {reason}"),
        ),
        SmokeOutcome::NotAsked { reason } => (
            Tone::Doubtful,
            "UNKNOWN",
            format!("Tempo could not be asked for the trace: {reason}"),
        ),
    };
    page.entry(&format!("{} {word}  ", page.sign(tone)), tone, &text);
    page.entry("  trace     ", Tone::Faint, &report.trace_id);
    if let (Some(status), Some(took)) = (report.status, report.answered_ms) {
        page.entry(
            "  answer    ",
            Tone::Faint,
            &format!("HTTP {status} after {took} ms"),
        );
    }
    if let Some(took) = report.found_ms {
        page.entry(
            "  found     ",
            Tone::Faint,
            &format!("{took} ms after the answer"),
        );
    }
    for (number, (service, spans)) in report.services.iter().enumerate() {
        let label = if number == 0 {
            "  services  "
        } else {
            "            "
        };
        page.entry(label, Tone::Faint, &format!("{service}: {spans} spans"));
    }
}
