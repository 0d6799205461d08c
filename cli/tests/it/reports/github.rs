//! What GitHub Actions is told where it listens.

use super::{broken, doctor_in, folder_with, stderr, stdout};

const LISTENS: (&str, &str) = ("GITHUB_ACTIONS", "true");

#[test]
fn annotations_go_to_stderr_and_a_table_to_the_summary_beside_any_output() {
    let folder = folder_with(&broken("PT0105"));
    let summary = folder.path().join("summary.md");
    std::fs::write(&summary, "# before\n").unwrap();
    let variables = [LISTENS, ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap())];
    let output = doctor_in(folder.path(), &["-o", "json"], &variables);
    assert_eq!(output.status.code(), Some(1));
    serde_json::from_str::<serde_json::Value>(&stdout(&output)).unwrap();
    assert!(stderr(&output).starts_with("::error title=PT0105 tempo::"));
    let summary = std::fs::read_to_string(summary).unwrap();
    assert!(summary.starts_with("# before\n## BROKEN"), "{summary}");
}

#[test]
fn annotations_can_be_switched_off_and_are_never_written_twice() {
    let folder = folder_with(&broken("PT0105"));
    let says = |arguments: &[&str], variables: &[(&str, &str)]| {
        stderr(&doctor_in(folder.path(), arguments, variables))
    };
    assert_eq!(says(&["--annotations", "off"], &[LISTENS]), "");
    assert_eq!(says(&[], &[LISTENS, ("PTCTL_ANNOTATIONS", "off")]), "");
    assert_eq!(says(&["-o", "github"], &[LISTENS]), "");
    assert_eq!(says(&["-qq"], &[LISTENS]), "");
    assert_eq!(says(&[], &[]), "");
}

#[test]
fn a_summary_that_cannot_be_written_is_told_and_changes_no_code() {
    let folder = folder_with(&broken("PT0105"));
    let variables = [LISTENS, ("GITHUB_STEP_SUMMARY", "/no/such/folder/file")];
    let output = doctor_in(folder.path(), &[], &variables);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("could not write the step summary"));
}
