//! A run is a trace of its own, from the scheduler's process on.

use std::path::Path;

use minitempo::{Config, Server};
use serde_json::{Value, json};
use service_kit::testing::{Process, TestClient, eventually};

use crate::controller::{Controller, Gate};
use crate::{folder, yearly};

fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value[field].as_array().map_or(&[], Vec::as_slice)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_a_root_span_with_the_call_and_the_store_below() {
    let (data, storage, controller) = (folder(), folder(), Controller::start(Gate::Open).await);
    let tempo = Server::start(Config::ephemeral(storage.path()))
        .await
        .expect("a backend");
    let endpoint = tempo.otlp_grpc_addr().expect("a gRPC receiver").to_string();
    let mut process = Process::spawn(
        Path::new(env!("CARGO_BIN_EXE_docutag-scheduler")),
        &[],
        &[
            ("TEMPO_ENDPOINT", &endpoint),
            ("OTEL_BSP_SCHEDULE_DELAY", "50"),
            ("DATA_DIR", &data.path().display().to_string()),
            ("CONTROLLER_URL", &controller.url()),
        ],
    );
    let scheduler = TestClient::new(process.address().await);
    let task = scheduler.post("/api/tasks", &yearly("news")).await.json;
    let runs = format!("/api/tasks/{}/runs", task["id"].as_str().expect("an id"));
    assert_eq!(scheduler.post(&runs, &json!({})).await.status, 202);
    let run_trace = eventually("the run ends and names its trace", async || {
        let run = scheduler.get(&runs).await.json["items"][0].clone();
        run["trace_id"].as_str().map(str::to_owned)
    })
    .await;

    let spans = eventually("the root span of the run arrives", async || {
        let received = json!(tempo.received().await.expect("the traces can be read"));
        let resources = received
            .as_array()?
            .iter()
            .flat_map(|trace| list(trace, "resourceSpans"));
        let scopes = resources.flat_map(|resource| list(resource, "scopeSpans"));
        let spans: Vec<Value> = scopes
            .flat_map(|scope| list(scope, "spans"))
            .filter(|span| span["traceId"] == run_trace)
            .cloned()
            .collect();
        spans
            .iter()
            .any(|span| span["name"] == "run task")
            .then_some(spans)
    })
    .await;

    let mut names: Vec<&str> = spans
        .iter()
        .filter_map(|span| span["name"].as_str())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["POST /api/scrape", "run task", "update run"]);
    let root = spans
        .iter()
        .find(|span| span["name"] == "run task")
        .expect("the root span");
    for span in &spans {
        let parent = if span == root {
            json!("")
        } else {
            root["spanId"].clone()
        };
        assert_eq!(span["parentSpanId"], parent, "{span}");
    }
    process.terminate().await;
    assert_eq!(process.ended().await.code(), Some(0));
}
