//! The dashboards that Grafana is provisioned with. That their queries return data is tested by the fault lab.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::promql::{Exported, metrics};
use super::{service, strings, text, yaml};

const FOLDER: &str = "config/grafana/provisioning/dashboards";
/// Grafana's own, for its annotations.
const BUILT_IN: &str = "-- Grafana --";

/// The dashboards by the names of their files.
fn dashboards() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(FOLDER);
    let files = std::fs::read_dir(&folder).expect("the dashboards");
    let paths = files.map(|file| file.expect("a file").path());
    let dashboards: Vec<(String, Value)> = paths
        .filter(|path| path.extension().is_some_and(|it| it == "json"))
        .filter_map(|path| Some(path.file_stem()?.display().to_string()))
        .map(|name| {
            let text = text(&format!("{FOLDER}/{name}.json"));
            let read = serde_json::from_str(&text)
                .unwrap_or_else(|error| panic!("could not parse {name}: {error}"));
            (name, read)
        })
        .collect();
    assert!(!dashboards.is_empty(), "there are no dashboards");
    dashboards
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Every data source by uid and type.
fn datasources() -> BTreeSet<(String, String)> {
    let of = |name: &str| {
        let path = format!("config/grafana/provisioning/datasources/{name}.yaml");
        let source = yaml(&path)["datasources"][0].clone();
        let field = |key: &str| source[key].as_str().unwrap_or_default().to_owned();
        (field("uid"), field("type"))
    };
    ["loki", "prometheus", "tempo"].map(of).into()
}

/// Calls `see` with every value of this key, however deep.
fn each(value: &Value, key: &str, see: &mut impl FnMut(&Value)) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                if name == key {
                    see(field);
                }
                each(field, key, see);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| each(item, key, see)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn grafana_looks_for_the_dashboards_where_they_are_mounted() {
    let provider = yaml(&format!("{FOLDER}/dashboards.yaml"))["providers"][0].clone();
    assert_eq!(
        provider["options"]["path"],
        "/etc/grafana/provisioning/dashboards"
    );
    assert!(
        strings(&service("grafana")["volumes"])
            .contains(&"./config/grafana/provisioning:/etc/grafana/provisioning:ro")
    );
}

#[test]
fn each_dashboard_has_a_stable_uid_and_no_id_of_one_grafana() {
    for (name, dashboard) in dashboards() {
        assert_eq!(dashboard["uid"], name.as_str());
        assert!(dashboard.get("id").is_none(), "{name} has an id");
        assert_eq!(dashboard["schemaVersion"], 42, "{name}");
        assert!(dashboard["title"].is_string(), "{name}");
    }
}

#[test]
fn panels_have_a_title_a_number_of_their_own_and_a_place_of_their_own() {
    for (name, dashboard) in dashboards() {
        let mut numbers = BTreeSet::new();
        let mut taken = BTreeSet::new();
        for panel in items(&dashboard["panels"]) {
            let title = panel["title"].as_str().unwrap_or_default();
            assert!(!title.is_empty(), "a panel of {name} has no title");
            assert!(numbers.insert(panel["id"].as_u64()), "{name}: {title}");
            let side = |key: &str| panel["gridPos"][key].as_u64().expect("a place");
            assert!(side("x") + side("w") <= 24, "{name}: {title} is too wide");
            for column in side("x")..side("x") + side("w") {
                for row in side("y")..side("y") + side("h") {
                    assert!(taken.insert((column, row)), "{name}: {title} overlaps");
                }
            }
        }
    }
}

#[test]
fn every_graph_and_every_figure_has_a_unit() {
    for (name, dashboard) in dashboards() {
        for panel in items(&dashboard["panels"]) {
            if matches!(panel["type"].as_str(), Some("stat" | "timeseries")) {
                let unit = &panel["fieldConfig"]["defaults"]["unit"];
                assert!(unit.is_string(), "{name}: {}", panel["title"]);
            }
        }
    }
}

#[test]
fn every_data_source_of_a_dashboard_is_provisioned() {
    let known = datasources();
    for (name, dashboard) in dashboards() {
        each(&dashboard, "datasource", &mut |source| {
            let field = |key: &str| source[key].as_str().unwrap_or_default().to_owned();
            let (uid, kind) = (field("uid"), field("type"));
            assert!(
                uid == BUILT_IN || known.contains(&(uid, kind)),
                "{name}: {source}"
            );
        });
    }
}

#[test]
fn the_way_from_a_measured_dot_to_its_trace_leads_to_a_data_source_that_is_provisioned() {
    let prometheus = yaml("config/grafana/provisioning/datasources/prometheus.yaml");
    let way = &prometheus["datasources"][0]["jsonData"]["exemplarTraceIdDestinations"][0];
    assert_eq!(way["name"], "traceID");
    assert_eq!(way["datasourceUid"], "tempo");
}

#[test]
fn no_panel_asks_for_a_metric_that_nobody_exports() {
    let exported = Exported::read();
    for (name, dashboard) in dashboards() {
        for panel in items(&dashboard["panels"]) {
            for target in items(&panel["targets"]) {
                if target["datasource"]["uid"] != "prometheus" {
                    continue;
                }
                let expression = target["expr"].as_str().expect("an expression");
                for metric in metrics(expression) {
                    assert!(
                        exported.has(&metric),
                        "{name}, {}: nobody exports `{metric}`",
                        panel["title"]
                    );
                }
            }
        }
    }
}

#[test]
fn queries_use_no_variable_that_their_dashboard_lacks() {
    for (name, dashboard) in dashboards() {
        let known: BTreeSet<&str> = items(&dashboard["templating"]["list"])
            .filter_map(|variable| variable["name"].as_str())
            .collect();
        for key in ["expr", "query"] {
            each(&dashboard["panels"], key, &mut |query| {
                let query = query.as_str().unwrap_or_default();
                for used in query.split('$').skip(1) {
                    let used = used.trim_start_matches('{');
                    let end = used.find(|next: char| !next.is_alphanumeric() && next != '_');
                    let used = &used[..end.unwrap_or(used.len())];
                    assert!(
                        used.starts_with("__") || known.contains(used),
                        "{name} has no variable `{used}`: {query}"
                    );
                }
            });
        }
    }
}
