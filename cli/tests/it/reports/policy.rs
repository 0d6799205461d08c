//! What counts: chosen by flag, variable, file or label, and always told.

use serde_json::Value;

use super::{broken, doctor, doctor_in, folder_with, ptctl, stderr, stdout};

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn what_is_suppressed_is_counted_in_every_output_and_listed_on_request() {
    let snapshot = broken("PT0803");
    let suppress = ["--suppress", "PT0803=tem*"];
    for (format, says) in [
        ("table", "1 suppressed"),
        ("short", "1 suppressed"),
        ("markdown", "1 suppressed"),
        ("github", "1 suppressed"),
        ("junit", "suppressed by `--suppress`"),
        ("sarif", "\"suppressions\""),
        ("json", "\"suppressed\": [\n    {"),
    ] {
        let output = doctor(&snapshot, &[&suppress[..], &["-o", format]].concat());
        assert_eq!(output.status.code(), Some(0), "{format}");
        assert!(
            stdout(&output).contains(says),
            "{format}:\n{}",
            stdout(&output)
        );
    }
    let full = stdout(&doctor(&snapshot, &[&suppress[..], &["-v"]].concat()));
    assert!(full.contains("suppressed  PT0803"), "{full}");
}

#[test]
fn the_file_of_the_project_counts_unless_a_flag_or_variable_says_otherwise() {
    let folder = folder_with(&broken("PT0803"));
    let file = folder.path().join(".ptctl.toml");
    std::fs::write(&file, "output = \"short\"\nfail_on = \"error\"\n").unwrap();
    let output = doctor_in(folder.path(), &[], &[]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).starts_with("PT0803 warning"), "short");
    let by_variable = doctor_in(folder.path(), &[], &[("PTCTL_FAIL_ON", "warning")]);
    assert_eq!(by_variable.status.code(), Some(1));
    let by_flag = doctor_in(
        folder.path(),
        &["--fail-on", "error"],
        &[("PTCTL_FAIL_ON", "warning")],
    );
    assert_eq!(by_flag.status.code(), Some(0));
}

#[test]
fn a_file_above_the_working_folder_is_named_wherever_it_speaks() {
    let folder = folder_with(&broken("PT0803"));
    let file = folder.path().join(".ptctl.toml");
    std::fs::write(
        &file,
        "[[suppress]]\ncode = \"PT0803\"\nreason = \"known\"\n",
    )
    .unwrap();
    let below = folder.path().join("below");
    std::fs::create_dir(&below).unwrap();
    let looked = |arguments: &[&str]| {
        let arguments = [&["doctor", "--from", "../look.json"], arguments].concat();
        stdout(&ptctl(&below, &arguments, &[]))
    };
    let path = std::fs::canonicalize(&file).unwrap();
    let named = format!("settings: {}", path.display());
    // Long paths are wrapped.
    let page: String = looked(&[]).split_whitespace().collect();
    assert!(page.contains(&named.replace(' ', "")), "{page}");
    let report: serde_json::Value = serde_json::from_str(&looked(&["-o", "json"])).unwrap();
    assert_eq!(report["settings"], path.to_str().unwrap());
}

#[test]
fn what_writes_or_creates_is_taken_from_no_file_that_everybody_may_write_to() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder_with(&broken("PT0803"));
    let file = folder.path().join(".ptctl.toml");
    std::fs::write(&file, "canary = true\nfail_on = \"error\"\n").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o666)).unwrap();
    let output = doctor_in(folder.path(), &[], &[]);
    assert_eq!(output.status.code(), Some(0));
    let notes = stderr(&output);
    let end = ".ptctl.toml not taken: everybody may write to it\n";
    assert!(notes.starts_with("note: `canary` of "), "{notes}");
    assert!(notes.ends_with(end), "{notes}");
}

#[test]
fn a_slip_in_the_file_ends_the_program_with_its_place() {
    let folder = folder_with(&broken("PT0803"));
    let file = folder.path().join(".ptctl.toml");
    std::fs::write(&file, "\nfail_no = \"error\"\n").unwrap();
    let output = doctor_in(folder.path(), &[], &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains(".ptctl.toml:2: unknown field `fail_no`"),
        "{}",
        stderr(&output)
    );
    let completions = ptctl(folder.path(), &["completions", "bash"], &[]);
    assert_eq!(completions.status.code(), Some(0));
}

#[test]
fn patterns_that_name_nothing_are_refused() {
    let snapshot = broken("PT0803");
    for arguments in [
        ["--only", "tmepo"],
        ["--skip", "PT99*"],
        ["--suppress", "PT9999"],
    ] {
        let output = doctor(&snapshot, &arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(
            stderr(&output).contains(arguments[1]),
            "{}",
            stderr(&output)
        );
    }
}

#[test]
fn a_choice_of_checks_leaves_the_others_out_and_says_so() {
    let snapshot = broken("PT0803");
    let skipped = doctor(&snapshot, &["--skip", "storage", "-o", "short"]);
    assert_eq!(skipped.status.code(), Some(0));
    assert!(
        stdout(&skipped).contains("not selected"),
        "{}",
        stdout(&skipped)
    );
    let chosen = doctor(&snapshot, &["--only", "PT08*", "-o", "json"]);
    assert_eq!(chosen.status.code(), Some(1));
    let passed = json(&stdout(&chosen))["passed"].clone();
    for passed in passed.as_array().unwrap() {
        assert!(passed["code"].as_str().unwrap().starts_with("PT08"));
    }
}

#[test]
fn with_a_baseline_only_what_is_new_fails() {
    let folder = folder_with(&broken("PT0803"));
    let report = doctor_in(folder.path(), &["-o", "json"], &[]);
    std::fs::write(folder.path().join("baseline.json"), &report.stdout).unwrap();
    for baseline in ["baseline.json", "look.json"] {
        let same = doctor_in(folder.path(), &["--baseline", baseline, "-o", "short"], &[]);
        assert_eq!(same.status.code(), Some(0), "{baseline}");
        assert!(stdout(&same).contains("known: PT0803"), "{}", stdout(&same));
    }
    let worse = serde_json::to_string(&broken("PT0302")).unwrap();
    std::fs::write(folder.path().join("look.json"), worse).unwrap();
    let new = doctor_in(folder.path(), &["--baseline", "baseline.json"], &[]);
    assert_eq!(new.status.code(), Some(1));
}

#[test]
fn a_label_of_a_container_speaks_for_it_and_a_slip_in_it_is_told() {
    let mut snapshot = broken("PT0302");
    let subject = {
        let text = stdout(&doctor(&snapshot, &["-o", "json"]));
        json(&text)["causes"][0]["subject"]["name"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let label = ("dev.ptctl.ignore".to_owned(), "PT0302,PT9999".to_owned());
    snapshot.service_mut(&subject).labels.push(label);
    let output = doctor(&snapshot, &["-o", "json"]);
    assert_eq!(output.status.code(), Some(0));
    let document = json(&stdout(&output));
    assert_eq!(document["suppressed"][0]["code"], "PT0302");
    assert!(stderr(&output).contains("names no check: `PT9999`"));
}
