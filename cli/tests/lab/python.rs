//! Services with OpenTelemetry's own SDK for Python: the image that `scripts/lab-images` makes, and requests to them.
//!
//! Such a service counts nothing for the lab: whether its spans arrive is asked of Tempo, by the ids in its answers.

use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::http;
use crate::stack::Stack;
use crate::until::{Seen, until};

/// The image, made by `scripts/lab-images`.
pub(crate) const IMAGE: &str = "orders-python:dev";
/// Its command without `opentelemetry-instrument`, so that nobody sets the SDK up.
pub(crate) const BARE: [&str; 2] = ["python3", "/app/app.py"];

/// The port of every such service.
const PORT: u16 = 8080;
/// Until when spans arrive, or a fault shows.
const PATIENCE: Duration = Duration::from_secs(40);

/// What every path but `/health` is answered with.
#[derive(Debug, Deserialize)]
struct Answer {
    trace_id: String,
}

/// A service of this name as Compose reads it, sending over gRPC as the SDK does unless told otherwise.
pub(crate) fn service(name: &str) -> Value {
    json!({
        "image": IMAGE,
        "restart": "unless-stopped",
        "environment": {
            "OTEL_SERVICE_NAME": name,
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://tempo:4317",
            // Tempo takes no metrics.
            "OTEL_METRICS_EXPORTER": "none",
            // Short pauses, so that a fault shows within seconds, which is what this SDK counts its timeout in.
            "OTEL_BSP_SCHEDULE_DELAY": "200",
            "OTEL_EXPORTER_OTLP_TIMEOUT": "2",
        },
    })
}

impl Stack {
    /// Sends one request and returns the id of its trace.
    async fn order(&self, service: &str) -> Result<String, Failure> {
        let failed = |source| Failure::Request {
            to: format!("{service}:{PORT}/orders"),
            source,
        };
        let address = self.address(service, PORT).await?;
        let answer = http::get(address, "/orders").await.map_err(failed)?;
        let answer: Answer = serde_json::from_str(&answer.body).map_err(|error| {
            Failure::Stack(format!("`{service}` answers `{}`: {error}", answer.body))
        })?;
        Ok(answer.trace_id)
    }

    /// Sends so many requests to a service, as soon as it answers.
    pub(crate) async fn until_ordered(
        &self,
        service: &str,
        requests: usize,
    ) -> Result<(), Failure> {
        self.until_answers(service, PORT, "/health").await?;
        for _ in 0..requests {
            self.order(service).await?;
        }
        Ok(())
    }

    /// Waits until a service answers, then sends requests until Tempo has the trace of one.
    pub(crate) async fn until_order_traced(&self, service: &str) -> Result<(), Failure> {
        self.until_answers(service, PORT, "/health").await?;
        let mut traces = Vec::new();
        until(
            format!("a trace of `{service}` in Tempo"),
            PATIENCE,
            async || {
                traces.push(self.order(service).await?);
                let tempo = self.address("tempo", 3200).await?;
                for trace in &traces {
                    let path = format!("/api/traces/{trace}");
                    match http::get(tempo, &path).await {
                        Ok(answer) if answer.status == 200 => return Ok(Seen::Yes(())),
                        Ok(_) => {}
                        Err(error) => return Ok(Seen::NotYet(error.to_string())),
                    }
                }
                Ok(Seen::NotYet(format!("none of {} traces", traces.len())))
            },
        )
        .await
    }

    /// Sends requests until the service itself logs an error of the SDK's exporter or of what drives it.
    pub(crate) async fn until_order_export_fails(
        &self,
        service: &str,
        since: Timestamp,
    ) -> Result<(), Failure> {
        self.until_answers(service, PORT, "/health").await?;
        until(
            format!("failing exports of `{service}`"),
            PATIENCE,
            async || {
                self.order(service).await?;
                let said = self.logs_since(service, since).await?;
                let is_error = |line: &str| line.contains(" ERROR opentelemetry.");
                Ok(match said.lines().find(|line| is_error(line)) {
                    Some(_) => Seen::Yes(()),
                    None => Seen::NotYet(said),
                })
            },
        )
        .await
    }
}
