//! Configuration files of Tempo: what is acted on, what is warned of, what is refused and how.

use std::time::Duration;

use minitempo::config::load_text;

const BOTH_MAJORS: &str = include_str!("../fixtures/config/tempo-both.yaml");

fn refusal(text: &str) -> String {
    load_text(text, "tempo.yaml")
        .expect_err("refused")
        .to_string()
}

#[test]
fn a_file_for_both_majors_is_read_and_what_is_not_acted_on_is_named() {
    let loaded = load_text(BOTH_MAJORS, "tempo.yaml").expect("valid");
    assert_eq!(loaded.config.http.to_string(), "127.0.0.1:3200");
    assert_eq!(loaded.config.block_retention, Duration::from_hours(168));
    assert_eq!(
        loaded.config.data,
        std::path::Path::new("/var/tempo/minitempo")
    );
    assert_eq!(
        loaded.ignored,
        [
            "server.grpc_listen_address",
            "server.grpc_listen_port",
            "storage.trace.wal.path",
            "live_store.wal.path",
            "live_store.shutdown_marker_dir",
            "backend_scheduler.local_work_path",
        ]
    );
}

#[test]
fn keys_of_tempo_2_are_refused_as_tempo_3_refuses_them() {
    let text = "server:\n  http_listen_port: 3200\ningester: {}\ncompactor:\n  compaction:\n    block_retention: 1h\n";
    assert_eq!(
        refusal(text),
        "failed parsing config: failed to parse configFile tempo.yaml: yaml: unmarshal errors:\n  line 3: field ingester not found in type app.Config\n  line 4: field compactor not found in type app.Config"
    );
}

#[test]
fn a_duration_that_is_none_is_refused_with_its_line_and_type() {
    let text = "backend_worker:\n  compaction:\n    block_retention: 7days\n";
    assert_eq!(
        refusal(text),
        "failed parsing config: failed to parse configFile tempo.yaml: yaml: unmarshal errors:\n  line 3: cannot unmarshal !!str `7days` into time.Duration"
    );
}

#[test]
fn receivers_listen_on_localhost_unless_told_otherwise() {
    let both =
        "distributor:\n  receivers:\n    otlp:\n      protocols:\n        grpc:\n        http:\n";
    let config = load_text(both, "tempo.yaml").expect("valid").config;
    let shown = |endpoint: Option<minitempo::Endpoint>| endpoint.map(|found| found.to_string());
    assert_eq!(shown(config.otlp_grpc).as_deref(), Some("localhost:4317"));
    assert_eq!(shown(config.otlp_http).as_deref(), Some("localhost:4318"));
    let none = load_text("", "tempo.yaml").expect("valid").config;
    assert_eq!(shown(none.otlp_grpc).as_deref(), Some("localhost:4317"));
    assert_eq!(shown(none.otlp_http), None);
}

#[test]
fn unknown_receivers_backends_and_targets_are_refused_in_tempos_words() {
    assert!(
        refusal("distributor:\n  receivers:\n    opencensus:\n")
            .contains("'receivers' unknown type: \"opencensus\"")
    );
    assert!(
        refusal("storage:\n  trace:\n    backend: nosuch\n").ends_with("unknown backend nosuch")
    );
    assert!(
        refusal("target: scalable-single-binary\n")
            .ends_with("unrecognised module name: scalable-single-binary")
    );
    assert!(
        refusal("overrides:\n  max_bytes_per_trace: 1\n")
            .contains("legacy overrides config format detected")
    );
}

#[test]
fn limits_are_read_from_the_overrides() {
    let text = "overrides:\n  defaults:\n    ingestion:\n      rate_limit_bytes: 1000\n      burst_size_bytes: 15e3\n      max_traces_per_user: 7\n    global:\n      max_bytes_per_trace: 600\n";
    let limits = load_text(text, "tempo.yaml").expect("valid").config.limits;
    assert_eq!(
        (limits.ingestion_rate, limits.ingestion_burst),
        (1000, 15000)
    );
    assert_eq!(
        (limits.max_traces_per_user, limits.max_bytes_per_trace),
        (7, 600)
    );
}
