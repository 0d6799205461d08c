//! The verdict in one word and the counts beside it, the same in every text.

use ptctl_diagnosis::finding::Severity;

use super::{page::Tone, report::Report};

/// The verdict of a report.
pub(super) struct Summary {
    pub(super) tone: Tone,
    pub(super) word: &'static str,
    /// What was looked at.
    pub(super) place: String,
    /// How much was found, as a list of counts; those of zero are left out, except of findings.
    pub(super) counts: String,
}

pub(super) fn summary(report: &Report<'_>) -> Summary {
    let diagnosis = report.diagnosis;
    let (tone, word) = match diagnosis.worst() {
        Some(Severity::Error) => (Tone::Bad, "BROKEN"),
        Some(Severity::Warning) => (Tone::Doubtful, "WARNING"),
        Some(Severity::Info) => (Tone::Plain, "NOTE"),
        None if diagnosis.is_blind() => (Tone::Doubtful, "UNKNOWN"),
        None => (Tone::Good, "OK"),
    };
    let place = match &report.snapshot.stack.project {
        Some(project) => format!("project `{project}`"),
        None => "the containers started without Compose".to_owned(),
    };
    let findings = diagnosis.findings().count();
    let mut counts = vec![counted(findings, "finding")];
    if findings > 0 {
        counts.insert(0, counted(diagnosis.causes.len(), "cause"));
    }
    counts.extend(set_aside(report));
    if !diagnosis.gaps.is_empty() {
        counts.push(counted(diagnosis.gaps.len(), "gap"));
    }
    if report.snapshot.timed_out {
        counts.push("cut short by the deadline".to_owned());
    }
    Summary {
        tone,
        word,
        place,
        counts: counts.join(", "),
    }
}

/// What does not count, counted.
pub(super) fn set_aside(report: &Report<'_>) -> Vec<String> {
    let diagnosis = report.diagnosis;
    let mut counts = Vec::new();
    if !diagnosis.suppressed.is_empty() {
        counts.push(format!("{} suppressed", diagnosis.suppressed.len()));
    }
    if !diagnosis.known.is_empty() {
        counts.push(format!("{} known", diagnosis.known.len()));
    }
    if !diagnosis.not_selected.is_empty() {
        let checks = counted(diagnosis.not_selected.len(), "check");
        counts.push(format!("{checks} not selected"));
    }
    counts
}

/// `1 finding`, `3 findings`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
