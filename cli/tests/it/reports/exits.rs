//! The exit code says the same in every format.

use ptctl_diagnosis::{fixtures, snapshot::Snapshot};

use super::{FORMATS, broken, doctor, doctor_in, folder_with, stdout};

fn cut_short() -> Snapshot {
    let mut snapshot = broken("PT0302");
    snapshot.timed_out = true;
    snapshot
}

#[test]
fn every_format_ends_with_the_same_code() {
    for (what, snapshot, code) in [
        ("clean", fixtures::healthy(), 0),
        ("warning", broken("PT0803"), 1),
        ("error", broken("PT0302"), 1),
        ("blind", fixtures::blind(), 3),
        ("partial", cut_short(), 4),
    ] {
        let folder = folder_with(&snapshot);
        for format in FORMATS {
            let output = doctor_in(folder.path(), &["-o", format], &[]);
            assert_eq!(output.status.code(), Some(code), "{what} as {format}");
            assert!(!output.stdout.is_empty(), "{what} as {format}");
        }
        let silent = doctor_in(folder.path(), &["-qq"], &[]);
        assert_eq!(silent.status.code(), Some(code), "{what} in silence");
        assert_eq!(stdout(&silent), "", "{what} in silence");
    }
}

#[test]
fn the_threshold_decides_and_zero_can_be_asked_for() {
    let warning = broken("PT0803");
    for (arguments, code) in [
        (&["--fail-on", "error"][..], 0),
        (&["--fail-on", "warning"], 1),
        (&["--fail-on", "info"], 1),
        (&["--exit-zero"], 0),
    ] {
        let output = doctor(&warning, arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
    }
    let blind = doctor(&fixtures::blind(), &["--exit-zero"]);
    assert_eq!(blind.status.code(), Some(3), "who saw nothing has no zero");
}

#[test]
fn a_gap_fails_where_gaps_are_to_fail() {
    let mut snapshot = fixtures::healthy();
    snapshot.gaps.push(ptctl_diagnosis::observed::Gap::new(
        ptctl_diagnosis::observed::Probe::Events,
        ptctl_diagnosis::subject::Subject::Engine,
        "permission denied",
    ));
    let ends = |arguments: &[&str]| doctor(&snapshot, arguments).status.code();
    assert_eq!(ends(&["--fail-on", "info"]), Some(0));
    assert_eq!(ends(&["--fail-on", "gap"]), Some(1));
    assert_eq!(ends(&["--fail-on", "gap", "-o", "junit"]), Some(1));
}
