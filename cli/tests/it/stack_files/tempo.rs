//! Tempo's configuration.

use super::{service, strings, text, yaml};

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
