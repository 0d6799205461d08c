use std::fmt::Write as _;

use ptctl_diagnosis::{
    diagnose, fixtures,
    policy::Policy,
    snapshot::{EngineEventKind, Snapshot},
};

use super::*;
use crate::render::Glyphs;

/// How many checks there are is not what these tests are about.
fn without_tally(report: &str) -> String {
    report
        .lines()
        .map(|line| {
            let waiting = line
                .split_once(" checks")
                .and_then(|(before, after)| Some((before.rsplit_once('(')?.0, after)));
            match (waiting, line.split_once(" · ")) {
                (Some((before, after)), _) => format!("{before}(# checks{after}\n"),
                (None, Some((findings, tally))) if tally.contains("checks passed") => {
                    format!("{findings} · …\n")
                }
                (None, Some(_) | None) => format!("{line}\n"),
            }
        })
        .collect()
}

fn report(snapshot: &Snapshot, width: usize, glyphs: Glyphs) -> String {
    let mut page = Page::new(width, glyphs).on(Medium::Terminal);
    let diagnosis = diagnose(snapshot, &Policy::default());
    doctor(&mut page, snapshot, &diagnosis);
    page.into_text()
}

fn broken(code: &str) -> Snapshot {
    let found = fixtures::broken()
        .into_iter()
        .find(|broken| broken.code == code);
    found.unwrap().snapshot
}

#[test]
fn a_report_draws_the_way_the_events_and_the_doubt() {
    let mut all = String::new();
    for code in [
        "PT0101", "PT0104", "PT0105", "PT0302", "PT0306", "PT0501", "PT0701",
    ] {
        let text = report(&broken(code), 80, Glyphs::Unicode);
        writeln!(all, "=== {code}\n{}", without_tally(&text)).unwrap();
    }
    insta::assert_snapshot!(all);
}

#[test]
fn a_report_fits_a_narrow_terminal_in_letters_of_any() {
    let text = report(&broken("PT0105"), 40, Glyphs::Ascii);
    assert!(text.is_ascii(), "{text}");
    let (causes, _footer) = text.rsplit_once("\n\n").unwrap();
    insta::assert_snapshot!(causes);
}

#[test]
fn one_cause_takes_no_more_than_25_lines_of_80_columns() {
    for broken in fixtures::broken() {
        let text = report(&broken.snapshot, 80, Glyphs::Unicode);
        let lines = text.lines().count();
        assert!(lines <= 25, "{}: {lines} lines\n{text}", broken.code);
        for line in text.lines().filter(|line| !line.contains("  $ ")) {
            let width = textwrap::core::display_width(line);
            assert!(width <= 80, "{}: {line}", broken.code);
        }
    }
}

#[test]
fn a_healthy_report_draws_no_way() {
    let text = report(&fixtures::healthy(), 80, Glyphs::Unicode);
    assert!(!text.contains("path"), "{text}");
}

/// The report that the documents show.
fn pictured() -> String {
    let mut snapshot = broken("PT0105");
    snapshot.reported("tempo", 121, EngineEventKind::Pause);
    report(&snapshot, 80, Glyphs::Unicode)
}

#[test]
fn the_documents_show_reports_as_they_are() {
    for file in ["README.md", "docs/architecture.md"] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("..")
            .join(file);
        let document = std::fs::read_to_string(path).unwrap();
        // How many checks there are changes from day to day.
        for line in pictured()
            .lines()
            .filter(|line| !line.contains(" checks passed"))
        {
            assert!(
                document.contains(line),
                "{file} lacks `{line}` of:\n{}",
                pictured()
            );
        }
    }
}
