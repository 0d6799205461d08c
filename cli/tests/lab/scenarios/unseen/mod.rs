//! Faults and healthy stacks taken from a list of how tracing breaks, by someone who had not read the checks.
//!
//! What `ptctl doctor` said of each the first time stands in docs/accuracy-first-run.md. No service here has a name that
//! gives away what it is.

pub(super) mod backend;
pub(super) mod endpoints;
pub(super) mod engine;
pub(super) mod healthy;
pub(super) mod pairs;
pub(super) mod reach;
pub(super) mod settings;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::lab::Lab;
use crate::trial::Trial;
use crate::until::{Seen, until};
use crate::{http, python};

/// The backend.
const STORE: &str = "spanstore";
/// The service that is broken where one is.
const CHECKOUT: &str = "checkout";
/// The service beside it.
const INVOICES: &str = "invoices";
/// The services' variable for the backend.
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
/// Their variable for how it is spoken to.
const PROTOCOL: &str = "OTEL_EXPORTER_OTLP_PROTOCOL";

/// The port of both services.
const PORT: u16 = 8080;
/// Until when a trace must be kept, or a fault must show.
const PATIENCE: Duration = Duration::from_secs(40);

/// What a service answers.
#[derive(Debug, Deserialize)]
struct Answer {
    trace_id: String,
}

/// Two services and a backend under another name than its program's.
fn a_shop(project: &mut Blueprint, _: &Lab) {
    let mut store = project.service("tempo").clone();
    store.remove("labels");
    project.remove("tempo");
    project.add(STORE, Value::Object(store));
    for service in [CHECKOUT, INVOICES] {
        project.add(service, python::service(service));
        project.set(service, ENDPOINT, "http://spanstore:4317");
    }
}

/// Has the checkout export over HTTP to an endpoint that the SDK completes.
fn over_http(project: &mut Blueprint, endpoint: &str) {
    project.set(CHECKOUT, PROTOCOL, "http/protobuf");
    project.set(CHECKOUT, ENDPOINT, endpoint);
}

/// Changes the project until the checkout logs that it cannot export; the spans of the other arrive all the while.
async fn astray(trial: &mut Trial, change: impl FnOnce(&mut Blueprint)) -> Result<(), Failure> {
    trial.stack.reshape(change).await?;
    trial
        .stack
        .until_order_export_fails(CHECKOUT, trial.began)
        .await?;
    until_kept(trial, INVOICES, STORE).await?;
    trial.judge().await?;
    recover(trial).await
}

/// Changes the project so that the checkout serves requests and no trace of them is kept; those of the other are.
async fn in_silence(trial: &mut Trial, change: impl FnOnce(&mut Blueprint)) -> Result<(), Failure> {
    trial.stack.reshape(change).await?;
    trial.stack.until_answers(CHECKOUT, PORT, "/health").await?;
    let first = order(trial, CHECKOUT, "/orders").await?;
    trial.stack.until_ordered(CHECKOUT, 10).await?;
    until_kept(trial, INVOICES, STORE).await?;
    if is_kept(trial, STORE, &first).await? {
        return Err(Failure::Stack("traces arrive all the same".to_owned()));
    }
    trial.judge().await?;
    recover(trial).await
}

/// Brings the project back to what it was, and waits until traces of both are kept and the doctor is content.
async fn recover(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.restore().await?;
    for service in [CHECKOUT, INVOICES] {
        until_kept(trial, service, STORE).await?;
    }
    trial.stays_clean().await
}

/// Sends requests to a service, as soon as it answers, until a backend has the trace of one.
async fn until_kept(trial: &Trial, service: &str, store: &str) -> Result<(), Failure> {
    trial.stack.until_answers(service, PORT, "/health").await?;
    let mut traces = Vec::new();
    until(
        format!("a trace of `{service}` in `{store}`"),
        PATIENCE,
        async || {
            traces.push(order(trial, service, "/orders").await?);
            for trace in &traces {
                if is_kept(trial, store, trace).await? {
                    return Ok(Seen::Yes(()));
                }
            }
            Ok(Seen::NotYet(format!("none of {} traces", traces.len())))
        },
    )
    .await
}

/// Sends one request and returns the id of its trace.
async fn order(trial: &Trial, service: &str, path: &str) -> Result<String, Failure> {
    order_at(trial.stack.address(service, PORT).await?, path).await
}

/// The same to a service known by its address.
async fn order_at(address: SocketAddr, path: &str) -> Result<String, Failure> {
    let answer = http::get(address, path)
        .await
        .map_err(|source| Failure::Request {
            to: format!("{address}{path}"),
            source,
        })?;
    let answer: Answer = serde_json::from_str(&answer.body)
        .map_err(|error| Failure::Stack(format!("an answer is `{}`: {error}", answer.body)))?;
    Ok(answer.trace_id)
}

/// Whether a backend has a trace; one that does not answer has none yet.
async fn is_kept(trial: &Trial, store: &str, trace: &str) -> Result<bool, Failure> {
    let address = trial.stack.address(store, 3200).await?;
    let answer = http::get(address, &format!("/api/traces/{trace}")).await;
    Ok(answer.is_ok_and(|answer| answer.status == 200))
}

/// Writes a file that Compose or Docker is to read.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|source| Failure::File {
        action: "write",
        path: path.display().to_string(),
        source,
    })
}

/// The port of this machine at which Docker publishes the one port of a container, from what `docker port` prints.
fn published(shown: &str) -> Result<&str, Failure> {
    let port = shown
        .lines()
        .next()
        .and_then(|line| line.rsplit(':').next());
    port.map(str::trim)
        .ok_or_else(|| Failure::Stack(format!("no port is published: `{shown}`")))
}
