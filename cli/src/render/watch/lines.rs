//! Changes as lines that are only ever added to: the time in UTC, a word, the finding.

use jiff::Timestamp;
use ptctl_diagnosis::{
    finding::{Finding, Severity},
    watch::{Change, Event, Standing},
};

use super::{
    super::{
        doctor::severity_tone,
        page::{Page, Tone},
        time::{span, stamp},
    },
    verdict::Verdict,
};

/// Writes a line for each change, and one for a verdict where there is another.
pub fn change_lines(page: &mut Page, at: Timestamp, changes: &[Change], verdict: Option<&Verdict>) {
    for change in changes {
        let (word, tone, text) = told(change);
        line(page, change.at, word, tone, &text);
    }
    if let Some(verdict) = verdict {
        let text = format!("{}: {}", verdict.place, verdict.counts);
        line(page, at, verdict.word, verdict.tone, &text);
    }
}

/// The line beneath a picture: how the watch goes.
pub fn watch_line(at: Timestamp, took: jiff::SignedDuration, interval: &str) -> String {
    let tenths = took.as_millis() / 100;
    format!(
        "last look {}, took {}.{} s; every {interval}, Ctrl-C ends",
        at.strftime("%H:%M:%S UTC"),
        tenths / 10,
        tenths % 10
    )
}

/// The line beneath a picture while a look takes its time.
pub fn looking_line(began: Timestamp) -> String {
    format!("looking since {} …", began.strftime("%H:%M:%S UTC"))
}

fn line(page: &mut Page, at: Timestamp, word: &str, tone: Tone, text: &str) {
    let text = text.replace(['\n', '\r'], " ");
    let time = format!("{} ", stamp(at));
    page.labelled(&time, tone, &format!("{word:<8}"), &text);
}

fn told(change: &Change) -> (&'static str, Tone, String) {
    match &change.event {
        Event::New(standing) => {
            let finding = &standing.finding;
            let text = format!("{}{}", sentence(finding), because(standing));
            ("new", severity_tone(finding.severity), text)
        }
        Event::Changed { standing, before } => {
            let finding = &standing.finding;
            let text = format!("{} (was {})", sentence(finding), before.word());
            ("changed", severity_tone(finding.severity), text)
        }
        Event::Resolved(resolved) => {
            let seen = span(resolved.at.duration_since(resolved.first_seen));
            let text = format!("{} (stood for {seen})", sentence(&resolved.finding));
            ("resolved", Tone::Good, text)
        }
        Event::Unseen(standing) => {
            let text = format!(
                "{} (cannot be looked at any more)",
                sentence(&standing.finding)
            );
            ("unseen", Tone::Doubtful, text)
        }
        Event::Seen { standing, since } => {
            let unseen = span(change.at.duration_since(*since));
            let finding = &standing.finding;
            let text = format!(
                "{} (could not be looked at for {unseen})",
                sentence(finding)
            );
            ("seen", severity_tone(finding.severity), text)
        }
        Event::Lost { reason } => ("lost", Tone::Doubtful, format!("cannot look: {reason}")),
        Event::Back { since } => {
            let lost = span(change.at.duration_since(*since));
            ("back", Tone::Good, format!("can look again, after {lost}"))
        }
    }
}

fn sentence(finding: &Finding) -> String {
    let severity: Severity = finding.severity;
    format!(
        "{} {} {}: {}",
        finding.code,
        severity.word(),
        finding.subject.name(),
        finding.message
    )
}

fn because(standing: &Standing) -> String {
    match &standing.beneath {
        Some(cause) => format!(" (because of {} {})", cause.code, cause.subject.name()),
        None => String::new(),
    }
}
