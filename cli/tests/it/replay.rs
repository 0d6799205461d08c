//! `ptctl doctor --from`: exit code, stdout and stderr together, on saved looks.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on is to fail")]

use std::{path::Path, process::Output};

use ptctl_diagnosis::{fixtures, snapshot::Snapshot};
use tempfile::TempDir;

fn doctor(snapshot: &Snapshot, arguments: &[&str]) -> Output {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("look.json");
    std::fs::write(&file, serde_json::to_string(snapshot).unwrap()).unwrap();
    run(
        folder.path(),
        &[&["doctor", "--from", "look.json"], arguments].concat(),
    )
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    assert_cmd::Command::cargo_bin("ptctl")
        .unwrap()
        .current_dir(folder)
        .env_clear()
        .args(arguments)
        .output()
        .unwrap()
}

fn shown(output: &Output) -> String {
    format!(
        "exit {}\n--- stdout\n{}--- stderr\n{}",
        output.status.code().unwrap(),
        without_tally(&String::from_utf8_lossy(&output.stdout)),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// How many checks there are is not what these tests are about.
fn without_tally(report: &str) -> String {
    let words: Vec<&str> = report.split(' ').collect();
    let counts = |number: usize| {
        let rest = words[number + 1..].join(" ");
        [
            "checks passed",
            "check passed",
            "not applicable",
            "checks wait",
            "check waits",
        ]
        .iter()
        .any(|tally| rest.starts_with(tally))
    };
    words
        .iter()
        .enumerate()
        .map(
            |(number, word)| match word.trim_start_matches('(').parse::<u32>() {
                Ok(count) if counts(number) => word.replace(&count.to_string(), "#"),
                Ok(_) | Err(_) => (*word).to_owned(),
            },
        )
        .collect::<Vec<_>>()
        .join(" ")
}

fn broken(code: &str) -> Snapshot {
    let found = fixtures::broken()
        .into_iter()
        .find(|broken| broken.code == code);
    found.unwrap().snapshot
}

#[test]
fn a_paused_tempo_is_the_one_cause_and_the_rest_is_folded() {
    insta::assert_snapshot!(shown(&doctor(&broken("PT0105"), &[])));
}

#[test]
fn a_rejected_configuration_is_quoted_by_its_line() {
    insta::assert_snapshot!(shown(&doctor(&broken("PT0202"), &[])));
}

#[test]
fn a_healthy_stack_ends_with_zero_and_shows_its_services() {
    insta::assert_snapshot!(shown(&doctor(&fixtures::healthy(), &[])));
}

#[test]
fn who_sees_nothing_ends_with_three() {
    insta::assert_snapshot!(shown(&doctor(&fixtures::blind(), &[])));
}

#[test]
fn json_has_the_same_exit_code_and_names_it() {
    for (snapshot, code) in [
        (fixtures::healthy(), 0),
        (broken("PT0302"), 1),
        (fixtures::blind(), 3),
    ] {
        let output = doctor(&snapshot, &["--output", "json"]);
        assert_eq!(output.status.code(), Some(code));
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(document["exit_code"], code);
        assert_eq!(document["schema_version"], 1);
    }
}

#[test]
fn a_look_cut_by_its_deadline_ends_with_four_and_still_shows_its_findings() {
    let mut snapshot = broken("PT0302");
    snapshot.timed_out = true;
    let output = doctor(&snapshot, &[]);
    assert_eq!(output.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&output.stdout).contains("PT0302"));
}

#[test]
fn nothing_from_a_container_reaches_the_terminal_unescaped() {
    let mut snapshot = broken("PT0302");
    let hostile = "evil\u{1b}[2J\u{202e}name\r\n";
    snapshot.service_mut("scraper").name = hostile.to_owned();
    snapshot.set_variable(
        "scraper",
        "TEMPO_ENDPOINT",
        "localhost:4317\u{1b}]0;title\u{7}",
    );
    let output = doctor(&snapshot, &["--color", "never"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let control = text
        .chars()
        .find(|character| character.is_control() && *character != '\n');
    assert_eq!(control, None, "{text}");
    assert!(!text.contains('\u{202e}'), "{text}");
}

#[test]
fn what_is_no_saved_look_is_refused_by_name() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("a.json"), "{\"schema_version\": 99}").unwrap();
    std::fs::write(folder.path().join("b.json"), "nonsense").unwrap();
    for (file, says) in [
        ("a.json", "saved in shape 99"),
        ("b.json", "is not a look"),
        ("c.json", "could not read"),
    ] {
        let output = run(folder.path(), &["doctor", "--from", file]);
        assert_eq!(output.status.code(), Some(3), "{file}");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(text.contains(says) && text.contains(file), "{text}");
    }
}
