//! How the controller's process starts, is looked at, and ends.

use std::path::Path;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::post;
use serde_json::{Value, json};
use service_kit::testing::{TestClient, eventually};
use tokio::process::Command;
use tokio::sync::{mpsc, watch};

use crate::backend::{Backend, SERVER};
use crate::site;

/// What the container's runtime grants before it kills.
const STOP_GRACE: Duration = Duration::from_secs(10);

async fn health(port: &str) -> (Option<i32>, String) {
    let program = Path::new(env!("CARGO_BIN_EXE_docutag-controller"));
    let listen = format!("0.0.0.0:{port}");
    let output = Command::new(program)
        .arg("health")
        .env("LISTEN_ADDR", listen)
        .output()
        .await
        .expect("it runs");
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

#[tokio::test]
async fn on_sigterm_a_request_under_way_is_answered_and_its_trace_is_sent() {
    let backend = Backend::start().await;
    let (begun, mut has_begun) = mpsc::channel(1);
    let (release, released) = watch::channel(false);
    let slow = move || {
        let (begun, mut released) = (begun.clone(), released.clone());
        async move {
            begun.send(()).await.expect("the test listens");
            released
                .wait_for(|released| *released)
                .await
                .expect("the test releases");
            axum::Json(json!({
                "final_url": "http://site.example/", "status": 200, "title": null, "description": null,
                "text": "", "link_count": 0, "image_count": 0,
            }))
        }
    };
    let scraper = site::serve(Router::new().route("/api/scrape", post(slow))).await;
    let data = tempfile::tempdir().expect("a folder");
    let mut controller = crate::controller(&[
        ("TEMPO_ENDPOINT", &backend.endpoint()),
        ("OTEL_BSP_SCHEDULE_DELAY", "60000"),
        ("DATA_DIR", &data.path().display().to_string()),
        ("SCRAPER_URL", &format!("http://{scraper}")),
    ]);
    let address = controller.address().await;
    let request = tokio::spawn(async move {
        TestClient::new(address)
            .post("/api/scrape", &json!({"url": "http://site.example/"}))
            .await
    });
    has_begun.recv().await.expect("the request arrives");

    let stopping = Instant::now();
    controller.terminate().await;
    controller.log_line("stopping").await;
    release.send(true).expect("the request waits");
    assert_eq!(
        request.await.expect("no panic").error(),
        (422, "page_without_text")
    );
    assert_eq!(controller.ended().await.code(), Some(0));
    assert!(stopping.elapsed() < STOP_GRACE, "{:?}", stopping.elapsed());

    eventually("the trace is there", async || {
        let spans = backend.spans().await;
        spans
            .iter()
            .find(|span| span.kind == SERVER && span.name == "POST /api/scrape")
            .map(|_| ())
    })
    .await;
}

#[tokio::test]
async fn a_backend_that_is_away_delays_neither_start_nor_end() {
    let data = tempfile::tempdir().expect("a folder");
    let vacant = std::net::TcpListener::bind("127.0.0.1:0")
        .expect("a free port")
        .local_addr()
        .expect("an address");
    let mut controller = crate::controller(&[
        ("TEMPO_ENDPOINT", &vacant.to_string()),
        ("DATA_DIR", &data.path().display().to_string()),
    ]);
    let client = TestClient::new(controller.address().await);
    assert_eq!(client.get("/api/documents").await.status, 200);
    let stopping = Instant::now();
    controller.terminate().await;
    assert_eq!(controller.ended().await.code(), Some(0));
    assert!(stopping.elapsed() < STOP_GRACE, "{:?}", stopping.elapsed());
}

#[tokio::test]
async fn the_health_subcommand_asks_the_running_service() {
    let data = tempfile::tempdir().expect("a folder");
    let mut controller = crate::controller(&[("DATA_DIR", &data.path().display().to_string())]);
    let port = controller.address().await.port().to_string();
    assert_eq!(health(&port).await, (Some(0), "healthy\n".to_owned()));
    controller.terminate().await;
    controller.ended().await;
    let (code, line) = health(&port).await;
    assert_eq!(code, Some(1));
    assert!(
        line.starts_with(&format!(
            "unhealthy: could not ask http://127.0.0.1:{port}/health"
        )),
        "{line}"
    );
}

#[tokio::test]
async fn a_malformed_setting_ends_the_start_with_a_clear_error() {
    let data = tempfile::tempdir().expect("a folder");
    let data = data.path().display().to_string();
    for (variable, value, form) in [
        (
            "LISTEN_ADDR",
            "8080",
            "a socket address such as `0.0.0.0:8080`",
        ),
        (
            "SCRAPER_URL",
            "scraper:8080",
            "an http or https URL such as `http://controller:8080`",
        ),
    ] {
        let mut controller = crate::controller(&[("DATA_DIR", &data), (variable, value)]);
        let line = controller.log_line("could not start").await;
        let expected =
            format!("could not read the settings: `{variable}` is `{value}`, but must be {form}");
        assert_eq!(
            (&line["level"], &line["error"]),
            (&json!("ERROR"), &Value::from(expected))
        );
        assert_eq!(controller.ended().await.code(), Some(1));
    }
}

#[tokio::test]
async fn a_data_folder_that_cannot_be_written_ends_the_start_with_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "").expect("a file");
    let path = file.display().to_string();
    let mut controller = crate::controller(&[("DATA_DIR", &path)]);
    let line = controller.log_line("could not start").await;
    let error = line["error"].as_str().expect("an error");
    assert!(
        error.contains(&format!("could not write to the data folder `{path}`")),
        "{error}"
    );
    assert_eq!(controller.ended().await.code(), Some(1));
}
