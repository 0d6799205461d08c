//! Looks at a played stack with a collector in between, and Grafana, Loki and Prometheus around it.

use ptctl::gather::gather;
use ptctl_diagnosis::{
    collector::Pipelines,
    observed::{Observed, Probe},
    snapshot::{CollectorFlavour, Readiness, Snapshot},
};
use serde_json::json;

use crate::fake_stack::{FakeEngine, FakePages, TEMPO, Wire, request};

const CONFIG: &str = "\
receivers: {otlp: {protocols: {grpc: {endpoint: '0.0.0.0:4317'}}}}
exporters: {otlp: {endpoint: '${env:TEMPO_HOST}:4317', tls: {insecure: true}}}
extensions: {health_check: {endpoint: '0.0.0.0:13133'}}
service:
  extensions: [health_check]
  pipelines: {traces: {receivers: [otlp], exporters: [otlp]}}
";
const SOURCES: &str = "\
datasources:
  - {name: Tempo, uid: tempo, type: tempo, url: 'http://tempo:3200', secureJsonData: {token: hunter2hunter2}}
";
const COUNTERS: &str = "otelcol_receiver_accepted_spans_total{receiver=\"otlp\"} 7\n";

/// Puts a container into the engine that publishes these ports.
fn add(
    engine: &FakeEngine,
    name: &str,
    image: &str,
    command: &[&str],
    ports: &[(u16, u16)],
) -> String {
    engine.add(name, |described| {
        described["Config"]["Image"] = image.into();
        described["Config"]["Env"] = json!(["TEMPO_HOST=tempo"]);
        described["Path"] = command[0].into();
        described["Args"] = json!(command[1..]);
        described["Mounts"] = json!([]);
        let mut published = serde_json::Map::new();
        for (inside, outside) in ports {
            published.insert(
                format!("{inside}/tcp"),
                json!([{"HostIp": "127.0.0.1", "HostPort": outside.to_string()}]),
            );
        }
        described["NetworkSettings"]["Ports"] = published.into();
    })
}

async fn look(engine: &FakeEngine) -> Snapshot {
    gather(&request(engine)).await.expect("the fake answers")
}

#[tokio::test]
async fn a_collector_is_read_with_its_variables_its_health_and_its_counters() {
    for wire in Wire::ALL {
        let engine = FakeEngine::on_socket(wire);
        let health = FakePages::of(&[("/", 200, "{}")]).await;
        let metrics = FakePages::of(&[("/metrics", 200, COUNTERS)]).await;
        let id = add(
            &engine,
            "collector",
            "otel/opentelemetry-collector-contrib:0.140.0",
            &["/otelcol-contrib", "--config=/etc/otel.yaml"],
            &[(13133, health.port()), (8888, metrics.port())],
        );
        engine.answer(
            &format!("/containers/{id}/archive"),
            FakeEngine::archive(CONFIG),
        );
        let snapshot = look(&engine).await;
        let [collector] = &snapshot.collectors[..] else {
            panic!("{:?}", snapshot.collectors)
        };
        assert_eq!(collector.flavour, CollectorFlavour::OpenTelemetry);
        let pipelines = Pipelines::of(collector.config.get().unwrap(), collector.flavour);
        assert_eq!(pipelines.exporters[0].shown(), "tempo:4317");
        assert_eq!(collector.ready, Observed::Known(Readiness::Ready));
        assert_eq!(collector.metrics.get().unwrap().accepted, Some(7));
    }
}

#[tokio::test]
async fn a_configuration_that_lies_elsewhere_is_a_gap() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    let image = "otel/opentelemetry-collector:0.140.0";
    add(
        &engine,
        "collector",
        image,
        &["/otelcol", "--config=env:SECRET"],
        &[],
    );
    let snapshot = look(&engine).await;
    let gap = snapshot.collectors[0].config.gap().unwrap();
    assert_eq!(gap.probe, Probe::CollectorConfig);
    assert_eq!(gap.reason, "it reads a part of it from `env:`");
}

#[tokio::test]
async fn a_grafana_behind_a_login_is_read_by_its_files_without_secrets() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    let pages = FakePages::of(&[
        (
            "/api/health",
            200,
            r#"{"database":"ok","version":"13.2.2"}"#,
        ),
        ("/api/datasources", 401, r#"{"message":"Unauthorized"}"#),
    ])
    .await;
    let ports = [(3000, pages.port())];
    let id = add(
        &engine,
        "grafana",
        "grafana/grafana:13.2.2",
        &["/run.sh"],
        &ports,
    );
    engine.answer(
        &format!("/containers/{id}/archive"),
        FakeEngine::archive(SOURCES),
    );
    let snapshot = look(&engine).await;
    let [grafana] = &snapshot.grafanas[..] else {
        panic!("{:?}", snapshot.grafanas)
    };
    assert_eq!(grafana.version.get().unwrap(), "13.2.2");
    let gap = grafana.data_sources.gap().unwrap();
    assert_eq!(gap.reason, "its API wants credentials");
    let sources = grafana.provisioned.get().unwrap();
    assert_eq!(sources[0].url.as_deref(), Some("http://tempo:3200"));
    let written = serde_json::to_string(&snapshot).unwrap();
    assert!(!written.contains("hunter2"));
}

#[tokio::test]
async fn a_loki_tells_whose_logs_it_has_and_shows_lines_with_ids() {
    let engine = FakeEngine::on_socket(Wire::Docker29);
    let pages = FakePages::of(&[
        ("/ready", 200, "ready\n"),
        ("/loki/api/v1/labels", 200, r#"{"status":"success","data":["level","service"]}"#),
        ("/loki/api/v1/label/service/values", 200, r#"{"status":"success","data":["web"]}"#),
        (
            "/loki/api/v1/query_range",
            200,
            r#"{"status":"success","data":{"resultType":"streams","result":[{"stream":{},"values":[["1","trace_id=0af7651916cd43dd8448eb211c80319c"]]}]}}"#,
        ),
    ])
    .await;
    let ports = [(3100, pages.port())];
    add(
        &engine,
        "loki",
        "grafana/loki:3.7.8",
        &["/usr/bin/loki"],
        &ports,
    );
    let snapshot = look(&engine).await;
    let loki = &snapshot.lokis[0];
    assert_eq!(loki.ready, Observed::Known(Readiness::Ready));
    assert_eq!(loki.sources.get().unwrap()[0].values, ["web"]);
    assert_eq!(
        loki.lines_with_ids.get().unwrap(),
        &["trace_id=0af7651916cd43dd8448eb211c80319c"]
    );
}

#[tokio::test]
async fn a_prometheus_tells_its_targets_and_its_configuration() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    let pages = FakePages::of(&[
        ("/-/ready", 200, "Prometheus Server is Ready.\n"),
        (
            "/api/v1/targets",
            200,
            r#"{"status":"success","data":{"activeTargets":[{"scrapePool":"tempo","scrapeUrl":"http://tempo:3200/metrics","health":"down","lastError":"refused"}]}}"#,
        ),
    ])
    .await;
    let ports = [(9090, pages.port())];
    let command = ["/bin/prometheus", "--config.file=/etc/p.yml"];
    let id = add(
        &engine,
        "prometheus",
        "prom/prometheus:v3.14.0",
        &command,
        &ports,
    );
    engine.answer(
        &format!("/containers/{id}/archive"),
        FakeEngine::archive("scrape_configs: []\n"),
    );
    let snapshot = look(&engine).await;
    let prometheus = &snapshot.prometheuses[0];
    let target = &prometheus.targets.get().unwrap()[0];
    assert_eq!(
        (target.job.as_str(), target.health.as_str()),
        ("tempo", "down")
    );
    assert!(
        prometheus
            .config
            .get()
            .unwrap()
            .at(&["scrape_configs"])
            .is_some()
    );
    assert!(
        snapshot
            .containers
            .iter()
            .any(|container| container.id.0 == TEMPO)
    );
}
