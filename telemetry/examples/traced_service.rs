//! A small traced service, to try tracing with: the tests of this package run it, too.
//!
//! ```text
//! TEMPO_ENDPOINT=127.0.0.1:4317 cargo run -p telemetry --example traced_service
//! ```
//!
//! It logs the address it listens on, and ends when its standard input does. `RUNTIME` chooses the
//! runtime (`two_workers`, `one_worker`, `current_thread`), `ENDING` how tracing ends (`shutdown`,
//! `drop`).

use std::net::Ipv4Addr;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::{Router, routing::get};
use telemetry::{HttpClient, Level, Propagation, RetryPolicy, RetryScope, TracerGuard};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("could not run")]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Client(#[from] telemetry::ClientBuildError),
}

fn main() -> Result<(), Failure> {
    let runtime = runtime()?;
    runtime.block_on(async {
        // In a task, where a blocked worker would show.
        tokio::spawn(serve())
            .await
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
    })
}

fn runtime() -> std::io::Result<Runtime> {
    let mut builder = match std::env::var("RUNTIME").as_deref() {
        Ok("current_thread") => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    if let Ok("one_worker") = std::env::var("RUNTIME").as_deref() {
        builder.worker_threads(1);
    } else {
        builder.worker_threads(2);
    }
    builder.enable_all().build()
}

async fn serve() -> Result<(), Failure> {
    let tracing = telemetry::init_or_warn("example");
    let strangers = HttpClient::builder()
        .propagation(Propagation::Withhold)
        .build()?;
    let clients = Clients {
        friends: telemetry::http_client()?,
        strangers,
    };
    let app = Router::new()
        .route("/api/documents/{id}", get(document))
        .route("/api/broken", get(broken))
        .route("/api/panic", get(panicking))
        .route("/api/slow", get(slow))
        .route("/api/call", get(call))
        .route("/api/log", get(log))
        .route("/api/scheduled", get(scheduled))
        .route("/api/endless", get(endless))
        .route("/metrics", get(counters))
        .route("/health", get(health))
        .with_state(clients)
        .layer(telemetry::http_middleware("example").slow_threshold(Duration::from_millis(80)));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    tracing::info!(address = %listener.local_addr()?, "listening");
    axum::serve(listener, app)
        .with_graceful_shutdown(end_of_input())
        .await?;
    end(tracing).await;
    Ok(())
}

async fn end(tracing: Option<TracerGuard>) {
    let Some(tracing) = tracing else { return };
    match std::env::var("ENDING").as_deref() {
        Ok("drop") => drop(tracing),
        _ => tracing.shutdown_within(Duration::from_secs(3)).await,
    }
}

async fn end_of_input() {
    let read =
        tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink()));
    match read.await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::warn!(error = %error, "the input broke off"),
        Err(error) => tracing::warn!(error = %error, "the input was not read"),
    }
}

#[derive(Debug, Clone)]
struct Clients {
    friends: HttpClient,
    strangers: HttpClient,
}

async fn document(Path(id): Path<u32>) -> String {
    telemetry::add_span_attributes(&[("document.id", id.into())]);
    telemetry::add_span_event("cache_miss", &[("key", format!("document/{id}").into())]);
    let load = telemetry::start_span("store.load", &[("rows", 3.into())]);
    load.instrument(async {
        tracing::info!(id, "document loaded");
    })
    .await;
    format!("document {id}")
}

async fn broken() -> StatusCode {
    let error = std::io::Error::other("the disk is full");
    telemetry::record_error(&error);
    StatusCode::INTERNAL_SERVER_ERROR
}

async fn panicking() -> StatusCode {
    panic!("the shelf is empty");
}

async fn slow() -> StatusCode {
    tokio::time::sleep(Duration::from_millis(120)).await;
    StatusCode::NO_CONTENT
}

#[derive(Debug, serde::Deserialize)]
struct Call {
    url: String,
    #[serde(default)]
    stranger: bool,
    #[serde(default)]
    post: bool,
    #[serde(default)]
    insist: bool,
}

async fn call(State(clients): State<Clients>, Query(call): Query<Call>) -> (StatusCode, String) {
    let client = if call.stranger {
        clients.strangers
    } else {
        clients.friends
    };
    let request = if call.post {
        client.post(&call.url).json(&["one", "two"])
    } else {
        client.get(&call.url).route("/peer/{path}")
    };
    let request = if call.insist {
        request.retry(RetryPolicy {
            scope: RetryScope::Any,
            ..RetryPolicy::default()
        })
    } else {
        request
    };
    match request.timeout(Duration::from_secs(5)).send().await {
        Ok(response) => (StatusCode::OK, response.status().to_string()),
        Err(error) => (StatusCode::BAD_GATEWAY, telemetry::cause_chain(&error)),
    }
}

async fn log() -> String {
    tracing::warn!(
        count = 3,
        ratio = 0.5,
        fine = true,
        level = "field",
        "a line with fields"
    );
    telemetry::log_with_trace(
        Level::INFO,
        "a line put together",
        &[("names", vec!["a".to_owned(), "b\n".to_owned()].into())],
    );
    let here = telemetry::current_span();
    let spawned = tokio::spawn(here.instrument(async { telemetry::trace_id() }));
    match (spawned.await, telemetry::trace_id()) {
        (Ok(spawned), here) if spawned == here => {
            here.map_or_else(String::new, |id| id.to_string())
        }
        (spawned, here) => format!("a spawned task is in {spawned:?}, not in {here:?}"),
    }
}

async fn scheduled() -> &'static str {
    let run = telemetry::start_root_span("task.run", &[("task.name", "nightly".into())]);
    run.in_scope(|| telemetry::start_span("task.prepare", &[]).end());
    let step = run.in_scope(|| telemetry::start_span("task.step", &[]).enter());
    step.span().add_event("step_done", &[]);
    drop(step);
    run.end();
    "done"
}

async fn endless() -> StatusCode {
    std::future::pending().await
}

async fn counters() -> String {
    format!("{:?}", telemetry::export_counters())
}

async fn health(State(clients): State<Clients>) -> String {
    // Whatever an untraced request does is not traced either.
    let inner = telemetry::start_span("health.inner", &[]);
    let ids = (inner.trace_id(), inner.span_id());
    drop(clients);
    format!("{ids:?}")
}
