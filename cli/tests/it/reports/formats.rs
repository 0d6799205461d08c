//! What the formats for people look like.

use ptctl::{
    cli::{Detail, ReportFormat},
    exit::{Completeness, Exit},
    render::{Glyphs, Page, Report, report},
};
use ptctl_diagnosis::{diagnose, fixtures, policy::Policy, snapshot::Snapshot};

use super::{broken, crowd_of_broken, doctor, doctor_in, folder_with, stdout};

fn written(snapshot: &Snapshot, format: ReportFormat, detail: Detail, width: usize) -> String {
    let policy = Policy::default();
    let diagnosis = diagnose(snapshot, &policy);
    let made_of = Report {
        snapshot,
        diagnosis: &diagnosis,
        policy: &policy,
        exit: Exit::of(&diagnosis, &policy, Completeness::Whole),
        detail,
        root: "/srv/shop",
        settings: None,
    };
    report(format, &made_of, Page::new(width, Glyphs::Unicode)).unwrap()
}

#[test]
fn short_has_one_line_for_each_cause_and_one_for_the_verdict() {
    insta::assert_snapshot!(stdout(&doctor(&broken("PT0105"), &["-o", "short"])));
}

#[test]
fn short_tells_more_where_more_is_asked_for() {
    insta::assert_snapshot!(stdout(&doctor(&broken("PT0105"), &["-o", "short", "-v"])));
}

#[test]
fn markdown_has_a_table_and_folds_the_proof() {
    insta::assert_snapshot!(stdout(&doctor(&broken("PT0105"), &["-o", "markdown"])));
}

#[test]
fn annotations_are_commands_of_the_runner() {
    insta::assert_snapshot!(stdout(&doctor(&broken("PT0105"), &["-o", "github"])));
}

#[test]
fn two_hundred_services_with_one_fault_are_told_once() {
    let crowd = crowd_of_broken(200);
    for format in [
        ReportFormat::Table,
        ReportFormat::Short,
        ReportFormat::Markdown,
        ReportFormat::Github,
    ] {
        let text = written(&crowd, format, Detail::Normal, 100);
        let lines = text.lines().count();
        assert!(lines < 80, "{format:?} has {lines} lines:\n{text}");
        assert!(text.contains("201 services: "), "{format:?}:\n{text}");
        assert!(text.contains(" and 198 more"), "{format:?}:\n{text}");
    }
}

#[test]
fn a_narrow_terminal_and_wide_letters_keep_their_columns() {
    let mut snapshot = broken("PT0302");
    for container in &mut snapshot.containers {
        if container.service.as_deref() == Some("scraper") {
            container.service = Some("東京のスクレーパー".to_owned());
        }
    }
    let text = written(&snapshot, ReportFormat::Table, Detail::Full, 40);
    for line in text.lines().filter(|line| !line.contains(" $ ")) {
        let columns = textwrap::core::display_width(line);
        let is_one_word = line.split_whitespace().count() <= 2;
        assert!(columns <= 40 || is_one_word, "{columns}: {line}");
    }
}

#[test]
fn quiet_says_nothing_where_nothing_is_wrong() {
    let healthy = fixtures::healthy();
    for format in ["table", "short", "markdown"] {
        let output = doctor(&healthy, &["-q", "-o", format]);
        assert_eq!(stdout(&output), "", "{format}");
    }
    let text = stdout(&doctor(&broken("PT0105"), &["-q"]));
    assert!(text.contains("PT0105 error") && !text.contains("checks passed"));
}

#[test]
fn verbose_lists_what_the_table_leaves_out() {
    let snapshot = broken("PT0105");
    let full = stdout(&doctor(&snapshot, &["-v"]));
    for heading in ["Symptoms (", "Passed (", "Not applicable ("] {
        assert!(full.contains(heading), "{heading}\n{full}");
    }
    assert!(!full.contains("Evidence ("));
    assert!(stdout(&doctor(&snapshot, &["-vv"])).contains("Evidence ("));
}

#[test]
fn colours_follow_the_flag_then_the_variables() {
    let folder = folder_with(&broken("PT0105"));
    let coloured = |arguments: &[&str], variables: &[(&str, &str)]| {
        stdout(&doctor_in(folder.path(), arguments, variables)).contains("\u{1b}[")
    };
    assert!(!coloured(&[], &[]), "no terminal");
    assert!(coloured(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(coloured(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&[], &[("NO_COLOR", "1"), ("TERM", "xterm")]));
    assert!(coloured(&[], &[("PTCTL_COLOR", "always")]));
}
