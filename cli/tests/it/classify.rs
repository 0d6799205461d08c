//! `ptctl logs classify` as a filter in a pipe.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on is to fail")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    process::{Child, Command, Stdio},
};

fn started(arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_ptctl"))
        .env_clear()
        .current_dir(std::env::temp_dir())
        .args(["logs", "classify"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn a_line_is_answered_before_the_next_one_comes() {
    let mut child = started(&["-"]);
    let mut lines = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
    for (line, kind) in [
        (
            "2026/05/04 10:11:12 traces export: rpc error: code = Unauthenticated desc = token",
            "auth-failed",
        ),
        ("order placed", "benign"),
    ] {
        writeln!(lines, "{line}").unwrap();
        let answer: serde_json::Value =
            serde_json::from_str(&answers.next().unwrap().unwrap()).unwrap();
        assert_eq!(answer["kind"], kind);
        assert_eq!(answer["line"], line);
    }
    drop(lines);
    assert!(answers.next().is_none());
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let mut child = started(&["-o", "json"]);
    let mut lines = child.stdin.take().unwrap();
    drop(child.stdout.take());
    // The pipe may close while it is written to: that is what is tried.
    drop(lines.write_all("order placed\n".repeat(100_000).as_bytes()));
    drop(lines);
    let mut complaint = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut complaint)
        .unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(complaint, "");
}

#[test]
fn a_file_that_is_not_there_is_said_to_be_missing() {
    let child = started(&["/nowhere/app.log"]);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(complaint.contains("/nowhere/app.log"), "{complaint}");
}
