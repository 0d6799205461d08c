//! The catalogue for programs and for people.

use std::path::Path;

use serde_json::Value;

use super::{ptctl, stdout};

#[test]
fn checks_are_listed_for_programs_and_by_area() {
    let whole = ptctl(Path::new("."), &["checks", "-o", "json"], &[]);
    let checks: Value = serde_json::from_str(&stdout(&whole)).unwrap();
    let checks = checks.as_array().unwrap();
    assert_eq!(checks.len(), ptctl_diagnosis::catalogue::CATALOGUE.len());
    let paused = checks.iter().find(|check| check["code"] == "PT0105");
    assert_eq!(paused.unwrap()["docs"], "docs/checks.md#pt0105");
    let tempo = ptctl(Path::new("."), &["checks", "--area", "tempo"], &[]);
    let text = stdout(&tempo);
    assert!(
        text.contains("PT0201") && !text.contains("PT0105"),
        "{text}"
    );
}

#[test]
fn an_explanation_names_its_page() {
    let output = ptctl(Path::new("."), &["explain", "PT0105"], &[]);
    assert!(stdout(&output).contains("docs/checks.md#pt0105"));
}
