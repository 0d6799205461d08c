//! Stacks with a Python service that are in order: nothing may be found.

use serde_json::json;

use super::{ORDERS, over_http, set, with_orders};
use crate::blueprint::Blueprint;
use crate::failure::Failure;

use crate::scenario::{Demo, Scenario, Stage};
use crate::scenarios::ANALYZER;
use crate::trial::Trial;

pub(in crate::scenarios) const STAGE: Stage = Stage {
    name: "python-healthy",
    file: file!(),
    demo: Demo::Lacks,
    services: &["textanalyzer", "tempo"],
    furnish: with_orders,
    scenarios: &[
        Scenario::healthy("python-over-grpc", |trial| Box::pin(variant(trial, |_| {}))),
        Scenario::healthy("python-over-http", |trial| {
            Box::pin(variant(trial, |project| {
                over_http(project, "http://tempo:4318");
            }))
        }),
        Scenario::healthy("python-traces-endpoint-with-its-path", |trial| {
            Box::pin(variant(trial, |project| {
                project.unset(ORDERS, "OTEL_EXPORTER_OTLP_ENDPOINT");
                set(
                    project,
                    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
                    "http://tempo:4318/v1/traces",
                );
                set(
                    project,
                    "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
                    "http/protobuf",
                );
            }))
        }),
        Scenario::healthy("python-sdk-set-up-in-code", |trial| {
            Box::pin(variant(trial, |project| {
                let command = json!(["python3", "/app/app.py", "--sdk", "grpc"]);
                project
                    .service(ORDERS)
                    .insert("command".to_owned(), command);
            }))
        }),
        Scenario::healthy("python-metrics-sent-to-tempo-as-well", |trial| {
            Box::pin(variant(trial, |project| {
                project.unset(ORDERS, "OTEL_METRICS_EXPORTER");
                set(project, "OTEL_METRIC_EXPORT_INTERVAL", "500");
            }))
        }),
        Scenario::healthy("python-calls-a-service-of-ours", |trial| {
            Box::pin(variant(trial, |project| {
                set(project, "TEXTANALYZER_URL", "http://textanalyzer:8080");
            }))
        }),
    ],
};

/// A change after which the spans of both services arrive as before.
async fn variant(trial: &mut Trial, change: impl FnOnce(&mut Blueprint)) -> Result<(), Failure> {
    trial.stack.reshape(change).await?;
    trial.stack.until_order_traced(ORDERS).await?;
    trial.stack.until_traced(ANALYZER).await?;
    trial.judge().await?;
    trial.stack.restore().await
}
