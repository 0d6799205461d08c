//! The doctor's report for a person: verdict; each cause with since when, on whose way, proof, one command and what
//! follows from it; then what the spans' counters say, what would decide a doubt, and gaps on one line.

mod cause;
mod folded;
mod footer;
mod path;
mod spans;
mod timeline;

use ptctl_diagnosis::{
    diagnosis::Diagnosis,
    engine::Look,
    finding::Severity,
    observed::Gap,
    snapshot::{Origin, Snapshot},
    view::Stack,
};

use super::{
    group::{Group, groups},
    page::{Medium, Page, Tone},
    status::status_rows,
};

/// The lines that a report of one cause takes at most where the terminal is not narrow.
const SCREEN: usize = 25;
/// The columns of a terminal that is not narrow.
const WIDE: usize = 80;

/// Writes the report; on a terminal one cause is told more shortly where it would not fit the screen.
pub(super) fn doctor(page: &mut Page, snapshot: &Snapshot, diagnosis: &Diagnosis) {
    let mut report = page.empty();
    write(&mut report, snapshot, diagnosis, cause::AMPLE);
    let is_screen = page.medium() == Medium::Terminal && page.room_beside(0) >= WIDE;
    if is_screen && diagnosis.causes.len() == 1 && report.lines() > SCREEN {
        report = page.empty();
        write(&mut report, snapshot, diagnosis, cause::TIGHT);
    }
    page.append(&report);
}

/// Writes the verdict and the causes alone.
pub(super) fn problems(page: &mut Page, snapshot: &Snapshot, diagnosis: &Diagnosis) {
    causes(page, snapshot, diagnosis, cause::AMPLE);
}

/// The verdict and the causes, those of one check about many subjects as one.
fn causes(page: &mut Page, snapshot: &Snapshot, diagnosis: &Diagnosis, limits: cause::Limits) {
    verdict(page, snapshot, diagnosis);
    let mut drawn = path::Drawn::default();
    for group in groups(&diagnosis.causes) {
        page.blank();
        match group {
            Group::One(cause) => {
                cause::root_cause(page, snapshot, diagnosis, cause, limits, &mut drawn);
            }
            Group::Many(causes) => folded::folded(page, snapshot, &causes, limits),
        }
    }
}

fn write(page: &mut Page, snapshot: &Snapshot, diagnosis: &Diagnosis, limits: cause::Limits) {
    causes(page, snapshot, diagnosis, limits);
    if diagnosis.causes.is_empty() && snapshot.origin == Origin::Engine {
        page.blank();
        let stack = Stack::of(snapshot);
        page.table(
            ["service", "state", "sends to", "last span"],
            &status_rows(&stack),
        );
    }
    page.blank();
    if let Some(ledger) = &diagnosis.ledger {
        spans::spans(page, ledger);
    }
    if let Some(look) = &diagnosis.deciding_look {
        deciding_look(page, look);
    }
    footer::footer(page, snapshot, diagnosis);
}

fn verdict(page: &mut Page, snapshot: &Snapshot, diagnosis: &Diagnosis) {
    let place = match (&snapshot.stack.project, snapshot.origin) {
        (Some(project), Origin::Engine) => format!("project `{project}`"),
        (Some(project), Origin::Files) => format!("the files of project `{project}`"),
        (None, _) => "the containers started without Compose".to_owned(),
    };
    let (tone, word, text) = match (diagnosis.worst(), diagnosis.is_blind()) {
        (Some(worst), _) => {
            let count = diagnosis.causes.len();
            let causes = if count == 1 {
                "one cause".to_owned()
            } else {
                format!("{count} causes")
            };
            let tone = severity_tone(worst);
            let word = match tone {
                Tone::Bad => "BROKEN",
                _ => "WARNING",
            };
            (tone, word, format!("tracing in {place}: {causes}"))
        }
        (None, true) => (
            Tone::Doubtful,
            "UNKNOWN",
            format!(
                "tracing in {place} could not be judged: {}",
                blind(diagnosis)
            ),
        ),
        (None, false) => (
            Tone::Good,
            "OK",
            format!("nothing is wrong with tracing in {place}"),
        ),
    };
    let label = format!("{} {word}  ", page.sign(tone));
    page.entry(&label, tone, &text);
}

fn blind(diagnosis: &Diagnosis) -> String {
    let essential = diagnosis.gaps.iter().find(|gap| gap.probe.is_essential());
    essential.map_or(String::new(), one_gap)
}

/// What would decide, in one entry.
fn deciding_look(page: &mut Page, look: &Look) {
    let command = look
        .command
        .as_ref()
        .map_or(String::new(), |command| format!(", `{command}`"));
    let text = format!("{}{command}: it shows {}", look.action, look.decides);
    page.entry("decide  ", Tone::Doubtful, &text);
}

/// `1 finding`, `3 findings`.
fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

fn one_gap(gap: &Gap) -> String {
    format!(
        "{} of {}: {}",
        gap.probe.describe(),
        gap.subject,
        gap.reason
    )
}

pub(super) fn severity_tone(severity: Severity) -> Tone {
    match severity {
        Severity::Error => Tone::Bad,
        Severity::Warning => Tone::Doubtful,
        Severity::Info => Tone::Plain,
    }
}

#[cfg(test)]
mod tests;
