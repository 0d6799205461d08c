//! The alert rules of Prometheus. That each fires and stays silent is tested by `scripts/tests/observability.sh`.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::promql::{Exported, metrics};
use super::yaml;

/// Every rule, of whichever file.
pub(super) fn rules() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/prometheus/rules");
    let files = std::fs::read_dir(&folder).expect("the rules");
    let names = files.map(|file| file.expect("a file of rules").file_name());
    let read = names.map(|name| yaml(&format!("config/prometheus/rules/{}", name.display())));
    let of = |value: &Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
    read.flat_map(|file| of(&file, "groups"))
        .flat_map(|group| of(&group, "rules"))
        .collect()
}

/// The rules that are alerts, with their names.
fn alerts() -> Vec<(String, Value)> {
    let named = |rule: Value| Some((rule["alert"].as_str()?.to_owned(), rule));
    let alerts: Vec<_> = rules().into_iter().filter_map(named).collect();
    assert!(!alerts.is_empty(), "there are no alerts");
    alerts
}

#[test]
fn no_rule_asks_for_a_metric_that_nobody_exports() {
    let exported = Exported::read();
    for rule in rules() {
        let expression = rule["expr"].as_str().expect("an expression");
        for metric in metrics(expression) {
            assert!(exported.has(&metric), "nobody exports `{metric}`: {rule}");
        }
    }
}

#[test]
fn every_alert_has_a_severity_of_the_doctor_a_summary_and_a_command_that_ptctl_has() {
    for (name, alert) in alerts() {
        let severity = alert["labels"]["severity"].as_str();
        assert!(matches!(severity, Some("error" | "warning")), "{name}");
        let note = |key: &str| alert["annotations"][key].as_str().unwrap_or_default();
        assert!(!note("summary").is_empty(), "{name} has no summary");
        let commands: Vec<&str> = note("description")
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|quoted| quoted.starts_with("ptctl "))
            .collect();
        assert!(!commands.is_empty(), "{name} names no command");
        for command in commands {
            assert!(is_known(command), "{name}: ptctl does not know `{command}`");
        }
    }
}

/// Whether ptctl takes these arguments, which it looks at before it shows its help.
fn is_known(command: &str) -> bool {
    let given = command.replace("{{ $labels.service }}", "docutag-controller");
    let arguments = given.split(' ').skip(1).chain(["--help"]);
    Command::new(env!("CARGO_BIN_EXE_ptctl"))
        .args(arguments)
        .output()
        .expect("ptctl runs")
        .status
        .success()
}

#[test]
fn a_command_that_ptctl_lacks_is_found_out() {
    assert!(is_known("ptctl logs {{ $labels.service }} --errors"));
    assert!(!is_known("ptctl latency --slowest"));
    assert!(!is_known("ptctl heal"));
}
