//! Services with OpenTelemetry's own SDK for Python, whose names and images say nothing of ours.

pub(super) mod backend;
pub(super) mod context;
pub(super) mod endpoints;
pub(super) mod healthy;
pub(super) mod lives;
pub(super) mod settings;

use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::lab::Lab;
use crate::python;
use crate::trial::Trial;

/// The Python service of every stage.
const ORDERS: &str = "orders";

fn with_orders(project: &mut Blueprint, _: &Lab) {
    project.add(ORDERS, python::service(ORDERS));
}

/// Changes the project until the service logs that its spans cannot be exported.
async fn astray(trial: &mut Trial, change: impl FnOnce(&mut Blueprint)) -> Result<(), Failure> {
    trial.stack.reshape(change).await?;
    trial
        .stack
        .until_order_export_fails(ORDERS, trial.began)
        .await?;
    trial.judge().await?;
    recover(trial).await
}

/// Changes the project so that requests are served as before, and none of them shows in Tempo as it should.
async fn in_silence(trial: &mut Trial, change: impl FnOnce(&mut Blueprint)) -> Result<(), Failure> {
    trial.stack.reshape(change).await?;
    trial.stack.until_ordered(ORDERS, 10).await?;
    trial.judge().await?;
    recover(trial).await
}

/// Changes the project so that spans arrive, but not as they should.
async fn traced_nevertheless(
    trial: &mut Trial,
    change: impl FnOnce(&mut Blueprint),
) -> Result<(), Failure> {
    trial.stack.reshape(change).await?;
    trial.stack.until_order_traced(ORDERS).await?;
    trial.judge().await?;
    recover(trial).await
}

/// Changes the project so that the service cannot start.
async fn crashes(trial: &mut Trial, change: impl FnOnce(&mut Blueprint)) -> Result<(), Failure> {
    trial.stack.reshape(change).await?;
    trial.stack.until_restarted(ORDERS, 3).await?;
    trial.judge().await?;
    recover(trial).await
}

/// Brings the project back to what it was, and waits until spans arrive and the doctor is content.
async fn recover(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.restore().await?;
    trial.stack.until_order_traced(ORDERS).await?;
    trial.stays_clean().await
}

/// Sets a variable of the service.
fn set(project: &mut Blueprint, variable: &str, value: &str) {
    project.set(ORDERS, variable, value);
}

/// Has the service export over HTTP, to an endpoint that the SDK completes.
fn over_http(project: &mut Blueprint, endpoint: &str) {
    set(project, "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
    set(project, "OTEL_EXPORTER_OTLP_ENDPOINT", endpoint);
}
