//! The files of the stack, held against each other: `compose.yml`, the Dockerfile and what lies in `config/`. Whatever
//! stands in two of them has to stay the same in both.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use ptctl_diagnosis::export::{LIBRARY_LABEL, SERVICE_NAME_LABEL};
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

/// The compose file as it is with no variable set: every `${NAME:-default}` is its default.
fn compose() -> Value {
    fn expand(value: &mut Value) {
        match value {
            Value::String(text) => *text = defaults(text),
            Value::Array(items) => items.iter_mut().for_each(expand),
            Value::Object(fields) => fields.values_mut().for_each(expand),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    let mut compose = yaml("compose.yml");
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

/// The datasource that the provisioning file of this name sets up.
fn datasource(name: &str) -> Value {
    yaml(&format!(
        "config/grafana/provisioning/datasources/{name}.yaml"
    ))["datasources"][0]
        .clone()
}

#[test]
fn each_service_is_told_where_tempo_is_and_published_on_loopback_alone() {
    for (name, port) in SERVICES {
        let service = service(name);
        assert_eq!(
            service["environment"]["TEMPO_ENDPOINT"], "tempo:4317",
            "{name}"
        );
        assert_eq!(
            service["environment"]["LISTEN_ADDR"], "0.0.0.0:8080",
            "{name}"
        );
        assert_eq!(
            strings(&service["ports"]),
            [format!("127.0.0.1:{port}:8080")],
            "{name}"
        );
        assert_eq!(service["container_name"], format!("docutag-{name}"));
    }
}

#[test]
fn nothing_is_published_beyond_this_machine() {
    for (name, service) in compose()["services"].as_object().expect("services") {
        for port in strings(&service["ports"]) {
            assert!(port.starts_with("127.0.0.1:"), "{name} publishes {port}");
        }
    }
}

#[test]
fn each_service_has_a_health_check_without_a_shell_and_the_label_that_allows_probes() {
    for (name, _) in SERVICES {
        let service = service(name);
        assert_eq!(
            strings(&service["healthcheck"]["test"]),
            ["CMD", &format!("/docutag-{name}"), "health"]
        );
        assert_eq!(service["labels"]["dev.ptctl.probe"], "allow", "{name}");
        assert_eq!(
            service["labels"]["dev.docutag.service"],
            format!("docutag-{name}")
        );
    }
}

#[test]
fn every_container_rotates_its_log_and_comes_back_after_a_crash() {
    for (name, service) in compose()["services"].as_object().expect("services") {
        assert_eq!(service["restart"], "unless-stopped", "{name}");
        assert_eq!(service["logging"]["options"]["max-size"], "10m", "{name}");
        assert_eq!(service["logging"]["options"]["max-file"], "3", "{name}");
    }
}

#[test]
fn a_service_that_is_stopped_is_given_longer_than_its_ten_seconds_of_flushing() {
    for (name, _) in SERVICES {
        let grace = service(name)["stop_grace_period"]
            .as_str()
            .expect("a duration")
            .to_owned();
        let seconds: u64 = grace
            .strip_suffix('s')
            .and_then(|number| number.parse().ok())
            .expect("whole seconds");
        assert!(seconds > 10, "{name} is killed after {seconds} s");
    }
}

#[test]
fn starting_the_four_services_starts_them_and_tempo_alone() {
    let compose = compose();
    let mut started = BTreeSet::new();
    let mut asked: Vec<String> = SERVICES
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    while let Some(name) = asked.pop() {
        let needs = &compose["services"][&name]["depends_on"];
        // The short form waits for a container to be started; the long one could wait for a health that never comes.
        assert!(
            needs.is_array() || needs.is_null(),
            "{name} has a condition on what it depends on"
        );
        asked.extend(strings(needs).into_iter().map(str::to_owned));
        started.insert(name);
    }
    assert_eq!(
        started,
        BTreeSet::from(
            [
                "controller",
                "scheduler",
                "scraper",
                "tempo",
                "textanalyzer"
            ]
            .map(str::to_owned)
        )
    );
    for (name, _) in SERVICES {
        assert!(
            strings(&compose["services"][name]["depends_on"]).contains(&"tempo"),
            "{name}"
        );
    }
}

#[test]
fn tempo_reads_the_configuration_that_is_mounted_and_keeps_its_data_in_a_volume() {
    let tempo = service("tempo");
    assert_eq!(tempo["image"], "grafana/tempo:3.0.3");
    assert_eq!(tempo["container_name"], "docutag-tempo");
    assert_eq!(strings(&tempo["command"]), ["-config.file=/etc/tempo.yaml"]);
    assert_eq!(
        strings(&tempo["volumes"]),
        [
            "./config/tempo-config.yaml:/etc/tempo.yaml:ro",
            "tempo-data:/var/tempo"
        ]
    );
    assert_eq!(
        strings(&tempo["ports"]),
        [
            "127.0.0.1:3200:3200",
            "127.0.0.1:4317:4317",
            "127.0.0.1:4318:4318"
        ]
    );
}

#[test]
fn tempos_health_check_can_be_switched_off_in_the_way_that_both_generations_of_compose_take() {
    let check = &yaml("compose.yml")["services"]["tempo"]["healthcheck"];
    assert_eq!(
        strings(&check["test"]),
        ["${TEMPO_HEALTHCHECK:-CMD}", "/tempo", "-health"]
    );
    // With NONE as its first word, docker-compose 1.29 refuses any other key beside it.
    assert_eq!(check.as_object().map(serde_json::Map::len), Some(1));
}

#[test]
fn the_compose_file_uses_nothing_that_only_one_generation_of_compose_knows() {
    let compose = compose();
    let known_by_both = [
        "build",
        "command",
        "container_name",
        "depends_on",
        "environment",
        "healthcheck",
        "image",
        "labels",
        "logging",
        "ports",
        "restart",
        "stop_grace_period",
        "volumes",
    ];
    for key in compose.as_object().expect("a mapping").keys() {
        assert!(
            key.starts_with("x-") || ["services", "volumes"].contains(&key.as_str()),
            "top-level key `{key}`"
        );
    }
    for (name, service) in compose["services"].as_object().expect("services") {
        for key in service.as_object().expect("a mapping").keys() {
            assert!(known_by_both.contains(&key.as_str()), "`{key}` of {name}");
        }
    }
}

#[test]
fn the_files_that_compose_mounts_exist() {
    for (name, service) in compose()["services"].as_object().expect("services") {
        for mount in strings(&service["volumes"])
            .into_iter()
            .filter(|mount| mount.starts_with("./"))
        {
            let (source, _) = mount.split_once(':').expect("source and target");
            let path = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("..")
                .join(source);
            assert!(
                path.exists(),
                "{name} mounts {source}, which does not exist"
            );
        }
    }
}

#[test]
fn the_dockerfile_has_a_stage_for_each_service_that_starts_its_binary_as_its_own_user() {
    let dockerfile = text("Dockerfile");
    for (name, _) in SERVICES {
        assert_eq!(service(name)["build"]["target"], name);
        let stage = format!(
            "FROM service AS {name}\nCOPY --from=build /out/docutag-{name} /docutag-{name}\n\
             LABEL {SERVICE_NAME_LABEL}=docutag-{name}\nENTRYPOINT [\"/docutag-{name}\"]\n"
        );
        assert!(dockerfile.contains(&stage), "no stage for {name}");
    }
    assert_eq!(dockerfile.matches("USER 10001:10001").count(), 2);
}

#[test]
fn the_dockerfile_and_the_script_make_images_with_the_labels_that_ptctl_reads() {
    for file in ["Dockerfile", "scripts/images"] {
        let file = text(file);
        assert!(file.contains(&format!("LABEL {LIBRARY_LABEL}=telemetry")));
        assert!(file.contains(&format!("LABEL {SERVICE_NAME_LABEL}=")));
        assert!(file.contains(
            r#"HEALTHCHECK --interval=2s --timeout=3s --retries=3 CMD ["/tempo", "-health"]"#
        ));
    }
}

#[test]
fn the_dockerfile_builds_with_the_toolchain_of_the_repository() {
    let toolchain = text("rust-toolchain.toml");
    let (_, rest) = toolchain.split_once("channel = \"").expect("a channel");
    let (channel, _) = rest.split_once('"').expect("a closing quote");
    let dockerfile = text("Dockerfile");
    assert!(dockerfile.contains(&format!("ARG RUST_IMAGE=rust:{channel}-slim-bookworm\n")));
    assert!(dockerfile.contains(&format!("ENV RUSTUP_TOOLCHAIN={channel} ")));
}

#[test]
fn tempos_configuration_listens_for_everybody_keeps_seven_days_and_hides_nothing_fresh() {
    let tempo = yaml("config/tempo-config.yaml");
    let protocols = &tempo["distributor"]["receivers"]["otlp"]["protocols"];
    assert_eq!(protocols["grpc"]["endpoint"], "0.0.0.0:4317");
    assert_eq!(protocols["http"]["endpoint"], "0.0.0.0:4318");
    assert_eq!(tempo["server"]["http_listen_port"], 3200);
    assert_eq!(
        tempo["overrides"]["defaults"]["compaction"]["block_retention"],
        "168h"
    );
    assert_eq!(tempo["query_frontend"]["query_end_cutoff"], "0s");
    assert_eq!(tempo["usage_report"]["reporting_enabled"], false);
}

#[test]
fn tempos_configuration_has_no_key_that_one_of_its_major_versions_refuses() {
    let tempo = yaml("config/tempo-config.yaml");
    for key in [
        "ingester",
        "ingester_client",
        "compactor",
        "backend_worker",
        "metrics_generator_client",
    ] {
        assert!(tempo.get(key).is_none(), "`{key}` is back");
    }
}

#[test]
fn minitempo_takes_tempos_configuration_as_it_is() {
    let path = "config/tempo-config.yaml";
    let loaded = minitempo::config::load_text(&text(path), path)
        .unwrap_or_else(|error| panic!("minitempo refuses {path}: {error}"));
    let seven_days = std::time::Duration::from_hours(7 * 24);
    assert_eq!(loaded.config.block_retention, seven_days);
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
