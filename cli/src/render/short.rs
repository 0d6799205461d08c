//! One line for each cause, and one for the verdict: for terminals with little room and for `grep`.

use ptctl_diagnosis::finding::Finding;

use super::{
    group::{self, Group, HasFinding, groups},
    page::{Page, Tone},
    report::Report,
    summary::summary,
};
use crate::cli::Detail;

/// Writes the lines.
pub(super) fn short(report: &Report<'_>, mut page: Page) -> String {
    let diagnosis = report.diagnosis;
    for group in groups(&diagnosis.causes) {
        match group {
            Group::One(cause) => {
                one(&mut page, "", &cause.finding);
                if report.detail >= Detail::Full {
                    list(&mut page, "  ", &cause.symptoms);
                }
            }
            Group::Many(causes) => many(&mut page, "", &causes),
        }
    }
    if report.detail >= Detail::Full {
        for gap in &diagnosis.gaps {
            let what = gap.probe.describe();
            line(
                &mut page,
                &format!("gap: {what} of {}: {}", gap.subject, gap.reason),
            );
        }
        for suppressed in &diagnosis.suppressed {
            one(&mut page, "suppressed: ", &suppressed.finding);
        }
    }
    for known in &diagnosis.known {
        one(&mut page, "known: ", &known.finding);
    }
    let summary = summary(report);
    let text = format!("{} {}: {}", summary.word, summary.place, summary.counts);
    page.verbatim("", summary.tone, &text);
    page.into_text()
}

fn list(page: &mut Page, indent: &str, findings: &[Finding]) {
    for group in groups(findings) {
        match group {
            Group::One(finding) => one(page, indent, finding),
            Group::Many(findings) => many(page, indent, &findings),
        }
    }
}

fn one(page: &mut Page, before: &str, finding: &Finding) {
    line(
        page,
        &format!(
            "{before}{} {} {}: {}",
            finding.code,
            finding.severity.word(),
            finding.subject.name(),
            finding.message
        ),
    );
}

fn many<T: HasFinding>(page: &mut Page, before: &str, many: &[&T]) {
    let Some(first) = many.first().map(HasFinding::finding) else {
        return;
    };
    line(
        page,
        &format!(
            "{before}{} {} {} ({})",
            first.code,
            first.severity.word(),
            group::sentence(many),
            group::names(many)
        ),
    );
}

fn line(page: &mut Page, text: &str) {
    page.verbatim("", Tone::Plain, text);
}
