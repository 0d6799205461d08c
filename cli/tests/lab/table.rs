//! The table of detection accuracy, for a terminal and as Markdown.

use std::path::Path;

use comfy_table::{ContentArrangement, Table, TableStyle};

use crate::failure::Failure;
use crate::scenario::Kind;
use crate::stage::Outcome;
use crate::trial::Observation;
use crate::untried;

const BEGIN: &str = "<!-- lab: begin -->";
const END: &str = "<!-- lab: end -->";

const HEAD: [&str; 7] = [
    "scenario",
    "kind",
    "expected",
    "first named cause",
    "unrelated",
    "look s",
    "all s",
];

const FIGURES: [&str; 5] = [
    "kind",
    "scenarios",
    "named first, or left in peace",
    "causes missed",
    "false findings",
];

/// The table for a terminal.
pub(crate) fn text(outcomes: &[Outcome]) -> String {
    let mut table = Table::new();
    table
        .load_style(TableStyle::new())
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(HEAD);
    for outcome in outcomes {
        table.add_row(cells(outcome));
    }
    table.trim_fmt()
}

/// The figures in sentences.
pub(crate) fn summary(outcomes: &[Outcome]) -> Vec<String> {
    let count = |kind: Kind| {
        outcomes
            .iter()
            .filter(|outcome| outcome.scenario.kind == kind)
            .count()
    };
    let right = |kind: Kind| {
        let of_kind = outcomes
            .iter()
            .filter(|outcome| outcome.scenario.kind == kind);
        of_kind.filter(|outcome| is_right(outcome)).count()
    };
    let unrelated: usize = outcomes
        .iter()
        .filter_map(|outcome| outcome.observation.as_ref())
        .map(|seen| seen.unrelated.len())
        .sum();
    let mut lines = vec![
        format!(
            "real faults whose cause stood first: {} of {}",
            right(Kind::Fault),
            count(Kind::Fault)
        ),
        format!(
            "stand-ins whose cause stood first: {} of {}",
            right(Kind::StandIn),
            count(Kind::StandIn)
        ),
        format!(
            "healthy variants without a finding: {} of {}",
            right(Kind::Healthy),
            count(Kind::Healthy)
        ),
        format!("unrelated findings in all: {unrelated}"),
    ];
    lines.extend(looks(outcomes));
    lines
}

/// How long the doctor looked.
fn looks(outcomes: &[Outcome]) -> Option<String> {
    let mut looks: Vec<u128> = outcomes
        .iter()
        .filter_map(|outcome| Some(outcome.observation.as_ref()?.look.as_millis()))
        .collect();
    looks.sort_unstable();
    let (middle, longest) = (looks.get(looks.len() / 2)?, looks.last()?);
    Some(format!(
        "time of one look: {middle} ms in the middle, {longest} ms at most"
    ))
}

/// Writes the table between the markers of a Markdown file.
pub(crate) fn write_markdown(path: &Path, outcomes: &[Outcome]) -> Result<(), Failure> {
    let failed = |action| {
        move |source| Failure::File {
            action,
            path: path.display().to_string(),
            source,
        }
    };
    let text = std::fs::read_to_string(path).map_err(failed("read"))?;
    let parts = text
        .split_once(BEGIN)
        .and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let Some((before, after)) = parts else {
        return Err(Failure::Stack(format!(
            "`{}` has no `{BEGIN}` before `{END}`",
            path.display()
        )));
    };
    let text = format!("{before}{BEGIN}\n\n{}\n{END}{after}", markdown(outcomes));
    std::fs::write(path, text).map_err(failed("write"))
}

fn markdown(outcomes: &[Outcome]) -> String {
    let row = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let head = |cells: &[&str]| {
        let names: Vec<String> = cells.iter().map(|&cell| cell.to_owned()).collect();
        row(&names) + &row(&cells.iter().map(|_| "---".to_owned()).collect::<Vec<_>>())
    };
    let mut text = head(&FIGURES);
    for kind in [Kind::Fault, Kind::StandIn, Kind::Healthy] {
        text.push_str(&row(&figures(kind, outcomes)));
    }
    text.push_str("\n## Scenarios\n\n");
    text.push_str(&head(&HEAD));
    for outcome in outcomes {
        text.push_str(&row(&cells(outcome)));
    }
    text.push('\n');
    if let Some(looks) = looks(outcomes) {
        text.extend(["The ", &looks, ".\n\n"]);
    }
    text.push_str("## Not tried\n\n");
    text.push_str(&head(&[
        "finding",
        "what it says",
        "why no scenario provokes it",
    ]));
    for untried in untried::beside(&provoked(outcomes)) {
        let summary = untried.summary.to_owned();
        text.push_str(&row(&[untried.code, summary, untried.reason.to_owned()]));
    }
    text
}

/// A kind's scenarios in figures.
fn figures(kind: Kind, outcomes: &[Outcome]) -> [String; 5] {
    let of_kind = || {
        let outcomes = outcomes.iter();
        outcomes.filter(move |outcome| outcome.scenario.kind == kind)
    };
    let seen = |figure: fn(&Observation) -> usize| -> usize {
        of_kind()
            .filter_map(|outcome| outcome.observation.as_ref())
            .map(figure)
            .sum()
    };
    let missed = match kind {
        Kind::Fault | Kind::StandIn => seen(|seen| seen.missed.len()).to_string(),
        Kind::Healthy => "-".to_owned(),
    };
    [
        kind.word().to_owned(),
        of_kind().count().to_string(),
        of_kind().filter(|it| is_right(it)).count().to_string(),
        missed,
        seen(|seen| seen.unrelated.len()).to_string(),
    ]
}

/// The codes that the scenarios expect.
pub(crate) fn provoked(outcomes: &[Outcome]) -> Vec<&'static str> {
    outcomes
        .iter()
        .flat_map(|outcome| {
            let scenario = &outcome.scenario;
            let beside = [scenario.symptoms, scenario.also].concat();
            [scenario.causes(), beside].concat()
        })
        .map(|named| named.code)
        .collect()
}

/// Whether the doctor said what it should, whatever became of the rest of the scenario.
fn is_right(outcome: &Outcome) -> bool {
    let Some(seen) = &outcome.observation else {
        return false;
    };
    let expected = outcome.scenario.causes();
    let first = match &seen.first {
        Some(first) => expected.iter().any(|cause| cause.to_string() == *first),
        None => expected.is_empty(),
    };
    first && seen.missed.is_empty() && seen.unrelated.is_empty()
}

fn cells(outcome: &Outcome) -> [String; 7] {
    let scenario = &outcome.scenario;
    let nothing = || "nothing".to_owned();
    let seen = outcome.observation.as_ref();
    [
        scenario.name.to_owned(),
        scenario.kind.word().to_owned(),
        scenario.expected(),
        seen.map_or_else(
            || "not asked".to_owned(),
            |seen| seen.first.clone().unwrap_or_else(nothing),
        ),
        match seen.map(|seen| seen.unrelated.join(", ")) {
            Some(unrelated) if !unrelated.is_empty() => unrelated,
            Some(_) | None => "0".to_owned(),
        },
        seen.map_or_else(
            || "-".to_owned(),
            |seen| format!("{:.1}", seen.look.as_secs_f64()),
        ),
        format!("{:.1}", outcome.took.as_secs_f64()),
    ]
}
