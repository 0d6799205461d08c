//! What stands beneath the table: findings that do not count, and with `-v` all that the table leaves out.

use ptctl_diagnosis::{
    code::Code,
    finding::{Evidence, Finding},
    subject::Subject,
};

use super::{
    page::{Page, Tone},
    report::Report,
    summary::set_aside,
    time::clock,
};
use crate::cli::Detail;

/// Findings of the baseline that are shown unless more was asked for.
const KNOWN_SHOWN: usize = 6;

/// Writes what the detail asked for adds to the table.
pub(super) fn aside(page: &mut Page, report: &Report<'_>) {
    let diagnosis = report.diagnosis;
    if let Some(path) = report.settings {
        page.paragraph(Tone::Faint, &format!("settings: {}", path.display()));
    }
    let counts = set_aside(report);
    if !counts.is_empty() {
        let hint = match report.detail {
            Detail::Nothing | Detail::Problems | Detail::Normal => " (`-v` lists them)",
            Detail::Full | Detail::Everything => "",
        };
        page.paragraph(Tone::Faint, &format!("{}{hint}", counts.join(" · ")));
    }
    let shown = match report.detail {
        Detail::Nothing | Detail::Problems => 0,
        Detail::Normal => KNOWN_SHOWN,
        Detail::Full | Detail::Everything => usize::MAX,
    };
    for known in diagnosis.known.iter().take(shown) {
        line(page, "known   ", &known.finding);
    }
    if report.detail < Detail::Full {
        return;
    }
    for suppressed in &diagnosis.suppressed {
        line(page, "suppressed  ", &suppressed.finding);
        let reason = suppressed.reason.as_deref().unwrap_or("no reason given");
        page.entry(
            "            ",
            Tone::Faint,
            &format!("by {}: {reason}", suppressed.origin),
        );
    }
    symptoms(page, report);
    if report.detail == Detail::Everything {
        evidence(page, report);
    }
    heading(page, "Not looked at", diagnosis.gaps.len());
    for gap in &diagnosis.gaps {
        let what = gap.probe.describe();
        let text = format!("{what} of {}: {}", gap.subject, gap.reason);
        page.entry("  ", Tone::Plain, &text);
    }
    heading(page, "Passed", diagnosis.passed.len());
    let passed = diagnosis.passed.iter();
    checks(page, passed.map(|passed| (passed.code, &passed.subject)));
    heading(page, "Not applicable", diagnosis.not_applicable.len());
    for other in &diagnosis.not_applicable {
        let text = format!("{}: {}", other.subject, other.why);
        page.entry(&format!("  {}  ", other.code), Tone::Faint, &text);
    }
    heading(page, "Not selected", diagnosis.not_selected.len());
    if !diagnosis.not_selected.is_empty() {
        let codes: Vec<String> = diagnosis
            .not_selected
            .iter()
            .map(ToString::to_string)
            .collect();
        page.entry("  ", Tone::Faint, &codes.join(", "));
    }
}

fn heading(page: &mut Page, title: &str, count: usize) {
    if count > 0 {
        page.blank();
        page.paragraph(Tone::Strong, &format!("{title} ({count})"));
    }
}

fn line(page: &mut Page, label: &str, finding: &Finding) {
    let text = format!("{} {}", finding.code, finding.message);
    page.entry(label, Tone::Faint, &text);
}

/// Every symptom beneath its cause.
fn symptoms(page: &mut Page, report: &Report<'_>) {
    let causes = &report.diagnosis.causes;
    heading(
        page,
        "Symptoms",
        causes.iter().map(|cause| cause.symptoms.len()).sum(),
    );
    for cause in causes.iter().filter(|cause| !cause.symptoms.is_empty()) {
        let finding = &cause.finding;
        page.entry(
            "  ",
            Tone::Plain,
            &format!("of {} {}", finding.code, finding.subject.name()),
        );
        for symptom in &cause.symptoms {
            let label = format!("    {} {}  ", symptom.code, symptom.severity.word());
            page.entry(&label, Tone::Faint, &symptom.message);
        }
    }
}

/// Every proof of every finding, uncut.
fn evidence(page: &mut Page, report: &Report<'_>) {
    let findings: Vec<&Finding> = report.diagnosis.findings().collect();
    let count = findings.iter().map(|finding| finding.evidence.len()).sum();
    heading(page, "Evidence", count);
    for finding in findings {
        page.entry(
            "  ",
            Tone::Plain,
            &format!("{} {}", finding.code, finding.subject.name()),
        );
        for evidence in &finding.evidence {
            page.entry("    ", Tone::Faint, &proof(report, evidence));
        }
    }
}

fn proof(report: &Report<'_>, evidence: &Evidence) -> String {
    let at = evidence.at.map_or(String::new(), |at| {
        format!("{} ", clock(at, report.snapshot.taken_at))
    });
    let text = evidence.text.trim_end();
    format!("{at}{} {}: {text}", evidence.kind, evidence.source)
}

/// One entry for each check, with the names of what it looked at.
fn checks<'a>(page: &mut Page, passed: impl Iterator<Item = (Code, &'a Subject)>) {
    let mut by_code = std::collections::BTreeMap::<Code, Vec<&str>>::new();
    for (code, subject) in passed {
        by_code.entry(code).or_default().push(subject.name());
    }
    for (code, names) in by_code {
        page.entry(&format!("  {code}  "), Tone::Faint, &names.join(", "));
    }
}
