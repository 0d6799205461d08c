//! The picture of a watch: the verdict, what stands and since when, what is resolved. It has no ages, so that it is the
//! same as long as nothing changes.

use std::collections::BTreeMap;

use jiff::Timestamp;
use ptctl_diagnosis::{
    diagnosis::Reference,
    watch::{Resolved, Standing, State, Watch},
};

use super::{
    super::{
        doctor::severity_tone,
        group::{self, Group, groups},
        page::{Page, Tone},
        time::{clock, span},
    },
    verdict::Verdict,
};
use crate::cli::Detail;

/// Resolved findings that are shown; more are counted.
const RESOLVED_SHOWN: usize = 5;
/// Names of symptoms of one check that are shown; more are counted.
const NAMES_SHOWN: usize = 3;

/// What a picture is made from.
#[derive(Debug, Clone, Copy)]
pub struct WatchScreen<'a> {
    /// What became of the findings.
    pub watch: &'a Watch,
    /// What the last look that showed anything came to.
    pub verdict: &'a Verdict,
    /// When the last look began.
    pub now: Timestamp,
    /// How much is shown.
    pub detail: Detail,
}

/// Draws it.
pub fn watch_screen(page: &mut Page, screen: &WatchScreen<'_>) {
    verdict(page, screen);
    let standing = screen.watch.standing();
    let is_shown_beneath = |standing: &Standing| {
        let cause = standing.beneath.as_ref();
        cause.is_some_and(|cause| has(screen.watch, cause))
    };
    let (symptoms, causes): (Vec<&Standing>, Vec<&Standing>) = standing
        .into_iter()
        .partition(|standing| is_shown_beneath(standing));
    for group in groups(&causes) {
        page.blank();
        match group {
            Group::One(cause) => {
                one(page, screen, cause);
                let beneath = |symptom: &&&Standing| {
                    symptom.beneath.as_ref() == Some(&Reference::to(&cause.finding))
                };
                let of_it: Vec<&Standing> = symptoms.iter().filter(beneath).copied().collect();
                hence(page, screen, &of_it);
            }
            Group::Many(many) => {
                let many: Vec<&Standing> = many.into_iter().copied().collect();
                folded(page, screen, &many);
                let beneath = |symptom: &&&Standing| {
                    let is_of = |cause: &&Standing| {
                        symptom.beneath.as_ref() == Some(&Reference::to(&cause.finding))
                    };
                    many.iter().any(is_of)
                };
                let of_them: Vec<&Standing> = symptoms.iter().filter(beneath).copied().collect();
                hence(page, screen, &of_them);
            }
        }
    }
    resolved(page, screen);
}

fn has(watch: &Watch, cause: &Reference) -> bool {
    watch
        .standing()
        .iter()
        .any(|standing| Reference::to(&standing.finding) == *cause && standing.beneath.is_none())
}

fn verdict(page: &mut Page, screen: &WatchScreen<'_>) {
    let verdict = screen.verdict;
    let Some(lost) = screen.watch.lost() else {
        let label = format!("{} {}  ", page.sign(verdict.tone), verdict.word);
        let text = format!("{}: {}", verdict.place, verdict.counts);
        page.entry(&label, verdict.tone, &text);
        return;
    };
    let label = format!("{} LOST  ", page.sign(Tone::Doubtful));
    let since = clock(lost.since, screen.now);
    page.entry(
        &label,
        Tone::Doubtful,
        &format!("cannot look since {since}: {}", lost.reason),
    );
    let before = format!(
        "before that: {}, {}: {}",
        verdict.word, verdict.place, verdict.counts
    );
    page.entry("        ", Tone::Faint, &before);
}

fn one(page: &mut Page, screen: &WatchScreen<'_>, standing: &Standing) {
    let finding = &standing.finding;
    let label = format!("{} {}  ", finding.code, finding.severity.word());
    page.entry(
        &label,
        severity_tone(finding.severity),
        &state(screen, standing),
    );
    page.entry("  ", Tone::Plain, &finding.message);
    page.entry("  remedy  ", Tone::Faint, &finding.remedy.action);
    if let Some(command) = &finding.remedy.command {
        page.verbatim("          $ ", Tone::Strong, command);
    }
}

/// Since when a finding stands, as far as the looks tell.
fn state(screen: &WatchScreen<'_>, standing: &Standing) -> String {
    let first = clock(standing.first_seen, screen.now);
    match standing.state {
        State::New => format!("new, first seen at {first}"),
        State::Persisting => format!("persists, first seen at {first}"),
        State::Unseen { since } => {
            let since = clock(since, screen.now);
            format!("first seen at {first}, cannot be looked at since {since}")
        }
    }
}

/// What follows from a cause: each check once with the names, or with more detail each finding.
fn hence(page: &mut Page, screen: &WatchScreen<'_>, symptoms: &[&Standing]) {
    let mut label = "  hence   ";
    if screen.detail >= Detail::Full {
        for symptom in symptoms {
            let finding = &symptom.finding;
            let text = format!(
                "{} {}: {}",
                finding.code,
                state(screen, symptom),
                finding.message
            );
            page.entry(label, Tone::Faint, &text);
            label = "          ";
        }
        return;
    }
    let mut kinds: BTreeMap<_, Vec<&Standing>> = BTreeMap::new();
    for symptom in symptoms {
        kinds.entry(symptom.finding.code).or_default().push(symptom);
    }
    for (code, alike) in kinds {
        let names: Vec<&str> = alike
            .iter()
            .take(NAMES_SHOWN)
            .map(|symptom| symptom.finding.subject.name())
            .collect();
        let more = match alike.len() - names.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let state = match alike.as_slice() {
            [only] => format!(": {}", state(screen, only)),
            many => format!(": {}", together(screen, many)),
        };
        let text = format!("{code} {}{more}{state}", names.join(", "));
        page.entry(label, Tone::Faint, &text);
        label = "          ";
    }
}

fn folded(page: &mut Page, screen: &WatchScreen<'_>, many: &[&Standing]) {
    let Some(first) = many.first() else {
        return;
    };
    let finding = &first.finding;
    let label = format!("{} {}  ", finding.code, finding.severity.word());
    page.entry(
        &label,
        severity_tone(finding.severity),
        &together(screen, many),
    );
    let text = format!("{} ({})", group::sentence(many), group::names(many));
    page.entry("  ", Tone::Plain, &text);
}

/// How many are new, persist or cannot be seen, and when the first was seen.
fn together(screen: &WatchScreen<'_>, many: &[&Standing]) -> String {
    let count = |wanted: fn(State) -> bool| many.iter().filter(|one| wanted(one.state)).count();
    let counts = [
        (count(|state| state == State::New), "new"),
        (count(|state| state == State::Persisting), "persist"),
        (
            count(|state| matches!(state, State::Unseen { .. })),
            "cannot be looked at",
        ),
    ];
    let mut told: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    if let Some(first) = many.iter().map(|one| one.first_seen).min() {
        told.push(format!("first seen at {}", clock(first, screen.now)));
    }
    told.join(", ")
}

fn resolved(page: &mut Page, screen: &WatchScreen<'_>) {
    let all: Vec<&Resolved> = screen.watch.resolved().collect();
    if all.is_empty() {
        return;
    }
    page.blank();
    page.paragraph(Tone::Strong, "resolved");
    for resolved in all.iter().take(RESOLVED_SHOWN) {
        let finding = &resolved.finding;
        let label = format!("  {}  ", clock(resolved.at, screen.now));
        let stood = span(resolved.at.duration_since(resolved.first_seen));
        let text = format!("{} after {stood}: {}", finding.code, finding.message);
        page.entry(&label, Tone::Good, &text);
    }
    if all.len() > RESOLVED_SHOWN {
        let text = format!("and {} more", all.len() - RESOLVED_SHOWN);
        page.entry("  ", Tone::Faint, &text);
    }
}
