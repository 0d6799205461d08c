//! The files of the stack, held against each other: `compose.yml`, the Dockerfile and what lies in `config/`. Whatever
//! stands in two of them has to stay the same in both.

mod alerts;
mod dashboards;
mod grafana;
mod images;
mod object_storage;
mod promql;
mod services;
mod tempo;

use std::path::Path;

use serde_json::Value;

/// The instrumented services, with the ports on which this machine reaches them.
const SERVICES: [(&str, u16); 4] = [
    ("controller", 9080),
    ("scraper", 9081),
    ("textanalyzer", 9082),
    ("scheduler", 9083),
];

fn text(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("could not read {}: {error}", path.display()))
}

fn yaml(path: &str) -> Value {
    let options = serde_saphyr::options! { strict_booleans: true };
    serde_saphyr::from_str_with_options(&text(path), options)
        .unwrap_or_else(|error| panic!("could not parse {path}: {error}"))
}

/// The compose file as it is with no variable set.
fn compose() -> Value {
    compose_file("compose.yml")
}

/// A compose file with no variable set: every `${NAME:-default}` is its default.
fn compose_file(path: &str) -> Value {
    fn expand(value: &mut Value) {
        match value {
            Value::String(text) => *text = defaults(text),
            Value::Array(items) => items.iter_mut().for_each(expand),
            Value::Object(fields) => fields.values_mut().for_each(expand),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    let mut compose = yaml(path);
    expand(&mut compose);
    compose
}

fn defaults(text: &str) -> String {
    let Some((before, rest)) = text.split_once("${") else {
        return text.to_owned();
    };
    let (variable, after) = rest
        .split_once('}')
        .unwrap_or_else(|| panic!("`{text}` has no closing brace"));
    let (_, default) = variable
        .split_once(":-")
        .unwrap_or_else(|| panic!("`{variable}` has no default"));
    format!("{before}{default}{}", defaults(after))
}

fn service(name: &str) -> Value {
    let service = compose()["services"][name].clone();
    assert!(service.is_object(), "compose.yml has no service `{name}`");
    service
}

fn strings(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

#[test]
fn the_snapshot_that_the_demo_shows_without_an_engine_can_be_read_and_names_its_cause() {
    let doctor = std::process::Command::new(env!("CARGO_BIN_EXE_ptctl"))
        .args(["doctor", "--from", "scripts/demo/snapshot.json"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .output()
        .unwrap_or_else(|error| panic!("could not run ptctl: {error}"));
    let report = String::from_utf8_lossy(&doctor.stdout);
    assert_eq!(doctor.status.code(), Some(1), "{report}");
    assert!(report.contains("Tempo `tempo` is paused"), "{report}");
}
