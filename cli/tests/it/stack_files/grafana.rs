//! What Grafana and Prometheus are provisioned with.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{SERVICES, service, strings, text, yaml};

/// The datasource that the provisioning file of this name sets up.
fn datasource(name: &str) -> Value {
    yaml(&format!(
        "config/grafana/provisioning/datasources/{name}.yaml"
    ))["datasources"][0]
        .clone()
}

#[test]
fn each_datasource_points_at_a_service_of_the_stack_and_the_port_it_listens_on() {
    let ports = BTreeMap::from([("tempo", 3200), ("loki", 3100), ("prometheus", 9090)]);
    for (name, port) in ports {
        let datasource = datasource(name);
        assert_eq!(datasource["uid"], name);
        assert_eq!(datasource["type"], name);
        assert_eq!(datasource["url"], format!("http://{name}:{port}"));
        assert_eq!(
            strings(&service(name)["ports"])[0],
            format!("127.0.0.1:{port}:{port}")
        );
    }
    assert_eq!(
        yaml("config/loki-config.yaml")["server"]["http_listen_port"],
        3100
    );
}

#[test]
fn grafana_gets_from_a_span_to_its_logs_by_the_label_that_the_shipper_sets() {
    let to_logs = datasource("tempo")["jsonData"]["tracesToLogsV2"].clone();
    assert_eq!(to_logs["datasourceUid"], datasource("loki")["uid"]);
    assert_eq!(to_logs["filterByTraceID"], true);
    assert_eq!(to_logs["tags"][0]["key"], "service.name");
    let label = to_logs["tags"][0]["value"]
        .as_str()
        .expect("a label")
        .to_owned();

    let shipper = text("config/alloy/config.alloy");
    assert!(shipper.contains(&format!("target_label  = \"{label}\"")));
    assert!(
        shipper
            .contains(r#"source_labels = ["__meta_docker_container_label_dev_docutag_service"]"#)
    );
}

#[test]
fn grafana_gets_from_a_log_line_to_its_trace() {
    let field = datasource("loki")["jsonData"]["derivedFields"][0].clone();
    assert_eq!(field["datasourceUid"], datasource("tempo")["uid"]);
    assert_eq!(field["matcherRegex"], r#""trace_id":"([0-9a-f]{32})""#);
    assert_eq!(field["url"], "$${__value.raw}");
}

#[test]
fn grafana_draws_the_service_map_from_prometheus_and_the_node_graph_from_the_trace() {
    let tempo = datasource("tempo")["jsonData"].clone();
    assert_eq!(
        tempo["serviceMap"]["datasourceUid"],
        datasource("prometheus")["uid"]
    );
    assert_eq!(tempo["nodeGraph"]["enabled"], true);
}

#[test]
fn grafana_is_there_without_a_login() {
    let grafana = service("grafana");
    assert_eq!(strings(&grafana["ports"]), ["127.0.0.1:3000:3000"]);
    assert_eq!(grafana["environment"]["GF_AUTH_ANONYMOUS_ENABLED"], "true");
    assert_eq!(grafana["environment"]["GF_AUTH_DISABLE_LOGIN_FORM"], "true");
}

#[test]
fn prometheus_scrapes_every_service_and_tempo() {
    let prometheus = yaml("config/prometheus/prometheus.yml");
    let targets: BTreeSet<String> = prometheus["scrape_configs"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|job| {
            job["static_configs"]
                .as_array()
                .cloned()
                .unwrap_or_default()
        })
        .flat_map(|group| {
            strings(&group["targets"])
                .into_iter()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect();
    for (name, _) in SERVICES {
        assert!(
            targets.contains(&format!("{name}:8080")),
            "{name} is not scraped"
        );
    }
    assert!(targets.contains("tempo:3200"));
}
