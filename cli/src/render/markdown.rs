//! The report for an issue or a job's summary, in GitHub's Markdown.

mod inline;

use std::fmt::Write as _;

use ptctl_diagnosis::{
    diagnosis::RootCause,
    finding::{Finding, Remedy},
};

use self::inline::{code, prose};
use super::{
    group::{self, Group, groups},
    report::Report,
    summary::summary,
    time::{age, clock},
};
use crate::cli::Detail;

/// Proofs shown for each cause unless all were asked for.
const PROOFS_SHOWN: usize = 4;

/// Writes the report.
pub(super) fn markdown(report: &Report<'_>) -> String {
    let mut text = String::new();
    // Whoever writes to a String is never refused.
    let _ = write_report(&mut text, report);
    text
}

fn write_report(text: &mut String, report: &Report<'_>) -> std::fmt::Result {
    let diagnosis = report.diagnosis;
    let summary = summary(report);
    writeln!(text, "## {}: {}\n", summary.word, prose(&summary.place))?;
    writeln!(
        text,
        "{}. Exit code {}.",
        summary.counts,
        report.exit.code()
    )?;
    let groups = groups(&diagnosis.causes);
    if !groups.is_empty() {
        writeln!(text, "\n| | check | about | what is wrong | what to do |")?;
        writeln!(text, "|---|---|---|---|---|")?;
    }
    for group in &groups {
        let (finding, about, what) = match group {
            Group::One(cause) => (
                &cause.finding,
                code(cause.finding.subject.name()),
                prose(&cause.finding.message),
            ),
            Group::Many(causes) => match causes.first() {
                Some(first) => (
                    &first.finding,
                    prose(&group::names(causes)),
                    prose(&group::sentence(causes)),
                ),
                None => continue,
            },
        };
        writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            finding.severity.word(),
            finding.code,
            cell(&about),
            cell(&what),
            cell(&remedy(&finding.remedy))
        )?;
    }
    for group in &groups {
        let cause = match group {
            Group::One(cause) => *cause,
            Group::Many(causes) => match causes.first() {
                Some(first) => *first,
                None => continue,
            },
        };
        details(text, report, cause)?;
    }
    for known in &diagnosis.known {
        writeln!(text, "\n- known: {}", line(&known.finding))?;
    }
    if report.detail >= Detail::Full {
        for suppressed in &diagnosis.suppressed {
            let reason = suppressed.reason.as_deref().unwrap_or("no reason given");
            writeln!(
                text,
                "\n- suppressed by {}, {}: {}",
                prose(&suppressed.origin),
                prose(reason),
                line(&suppressed.finding)
            )?;
        }
    }
    gaps(text, report)
}

/// Proof and symptoms of a cause, folded away.
fn details(text: &mut String, report: &Report<'_>, cause: &RootCause) -> std::fmt::Result {
    let finding = &cause.finding;
    let now = report.snapshot.taken_at;
    writeln!(
        text,
        "\n<details><summary>{} {}</summary>\n",
        finding.code,
        prose(finding.subject.name())
    )?;
    if let Some(since) = &finding.since {
        writeln!(
            text,
            "- since {}, {}: {}",
            clock(since.at, now),
            age(since.at, now),
            prose(&since.what)
        )?;
    }
    let shown = match report.detail {
        Detail::Everything => usize::MAX,
        Detail::Nothing | Detail::Problems | Detail::Normal | Detail::Full => PROOFS_SHOWN,
    };
    for evidence in finding.evidence.iter().take(shown) {
        writeln!(
            text,
            "- proof: {} {}: {}",
            evidence.kind,
            code(&evidence.source),
            code(evidence.text.trim_end())
        )?;
    }
    match finding.evidence.len().saturating_sub(shown) {
        0 => {}
        more => writeln!(text, "- {more} more proofs (`-o json` has all)")?,
    }
    for group in groups(&cause.symptoms) {
        match group {
            Group::One(symptom) => writeln!(text, "- hence {}", line(symptom))?,
            Group::Many(symptoms) => {
                if let Some(first) = symptoms.first() {
                    writeln!(
                        text,
                        "- hence {}: {} ({})",
                        first.code,
                        prose(&group::sentence(&symptoms)),
                        prose(&group::names(&symptoms))
                    )?;
                }
            }
        }
    }
    for gap in &cause.blocked {
        let what = gap.probe.describe();
        writeln!(
            text,
            "- blocked: {what} of {}",
            prose(&gap.subject.to_string())
        )?;
    }
    writeln!(
        text,
        "- more: `ptctl explain {}`\n\n</details>",
        finding.code
    )
}

fn gaps(text: &mut String, report: &Report<'_>) -> std::fmt::Result {
    let gaps = &report.diagnosis.gaps;
    if gaps.is_empty() {
        return Ok(());
    }
    writeln!(text, "\n<details><summary>not looked at</summary>\n")?;
    for gap in gaps {
        writeln!(
            text,
            "- {} of {}: {}",
            gap.probe.describe(),
            prose(&gap.subject.to_string()),
            prose(&gap.reason)
        )?;
    }
    writeln!(text, "\n</details>")
}

/// What is wrong and what to do, for a place that shows Markdown.
pub(super) fn message(finding: &Finding) -> String {
    format!(
        "{}\n\nRemedy: {}",
        prose(&finding.message),
        remedy(&finding.remedy)
    )
}

fn line(finding: &Finding) -> String {
    format!(
        "{} {}: {}",
        finding.code,
        code(finding.subject.name()),
        prose(&finding.message)
    )
}

fn remedy(remedy: &Remedy) -> String {
    match &remedy.command {
        Some(command) => {
            let action = remedy.action.trim_end_matches(':');
            format!("{}: {}", prose(action), code(command))
        }
        None => prose(&remedy.action),
    }
}

/// In a cell of a table, a bar would end it, even within code.
fn cell(markdown: &str) -> String {
    markdown.replace('|', "\\|")
}
