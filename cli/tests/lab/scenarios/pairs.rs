//! Two faults at once that have nothing to do with each other: both are root causes.

use serde_json::json;

use super::ANALYZER;
use crate::blueprint::{Blueprint, disk};
use crate::failure::Failure;
use crate::lab::Lab;
use crate::python;
use crate::scenario::{Demo, Scenario, Stage, named};
use crate::trial::Trial;

/// The second service of ours.
pub(super) const SCRAPER: &str = "scraper";
/// The Python service beside them.
pub(super) const ORDERS: &str = "orders";

pub(super) const STAGE: Stage = Stage {
    name: "pairs",
    file: file!(),
    demo: Demo::Lacks,
    services: &["scraper", "textanalyzer", "tempo"],
    furnish: with_orders,
    scenarios: &[
        Scenario::fault("mistyped-and-localhost", "PT0303", SCRAPER, |trial| {
            Box::pin(pair(trial, &[SCRAPER, ANALYZER], |project| {
                project.set(SCRAPER, "TEMPO_ENDPOINT", "tmepo:4317");
                project.set(ANALYZER, "TEMPO_ENDPOINT", "localhost:4317");
            }))
        })
        .with(&[named("PT0302", ANALYZER)]),
        Scenario::fault(
            "wrong-protocol-and-paused-service",
            "PT0306",
            ANALYZER,
            |trial| Box::pin(wrong_protocol_and_paused(trial)),
        )
        .with(&[named("PT0114", SCRAPER)]),
        Scenario::fault("small-disk-and-mistyped", "PT0303", ANALYZER, |trial| {
            Box::pin(pair(trial, &[ANALYZER], |project| {
                project.volume("small-disk").extend(disk("16m"));
                let mounts = &mut project.service("tempo")["volumes"];
                *mounts = json!([mounts[0], "small-disk:/var/tempo"]);
                project.set(ANALYZER, "TEMPO_ENDPOINT", "tmepo:4317");
            }))
        })
        .with(&[named("PT0802", "tempo")]),
        Scenario::fault(
            "rate-limit-and-another-network",
            "PT0216",
            "tempo",
            |trial| {
                Box::pin(pair(trial, &[SCRAPER, ANALYZER], |project| {
                    rate_limit(project);
                    project.network("elsewhere");
                    let networks = json!(["elsewhere"]);
                    project
                        .service(ANALYZER)
                        .insert("networks".to_owned(), networks);
                }))
            },
        )
        .folding(&[named("PT0514", SCRAPER)])
        .with(&[named("PT0304", ANALYZER)]),
        Scenario::fault(
            "loopback-receiver-and-crash-loop",
            "PT0203",
            "tempo",
            |trial| Box::pin(loopback_and_crash_loop(trial)),
        )
        .folding(&[named("PT0501", SCRAPER)])
        .with(&[named("PT0112", ANALYZER)]),
        Scenario::fault("quotes-and-stopped-service", "PT0301", ANALYZER, |trial| {
            Box::pin(quotes_and_stopped(trial))
        })
        .with(&[named("PT0111", SCRAPER)]),
        Scenario::fault(
            "python-localhost-and-ours-mistyped",
            "PT0302",
            ORDERS,
            |trial| Box::pin(python_and_ours(trial)),
        )
        .with(&[named("PT0303", ANALYZER)]),
        Scenario::fault("tempo-paused-and-mistyped", "PT0105", "tempo", |trial| {
            Box::pin(tempo_and_mistyped(trial, &["pause"], &["unpause"]))
        })
        .folding(&[named("PT0503", SCRAPER)])
        .with(&[named("PT0303", ANALYZER)]),
        Scenario::fault("tempo-stopped-and-localhost", "PT0102", "tempo", |trial| {
            Box::pin(tempo_and_localhost(trial))
        })
        .with(&[named("PT0302", ANALYZER)]),
        Scenario::fault(
            "health-check-without-tool-and-query-port",
            "PT0313",
            SCRAPER,
            |trial| Box::pin(health_check_and_query_port(trial)),
        )
        .with(&[named("PT0121", ANALYZER)]),
        Scenario::fault(
            "tempo-refuses-config-and-service-paused",
            "PT0202",
            "tempo",
            |trial| Box::pin(config_and_paused(trial)),
        )
        .with(&[named("PT0114", ANALYZER)]),
        Scenario::fault(
            "trace-too-large-and-python-mistyped",
            "PT0214",
            "tempo",
            |trial| Box::pin(too_large_and_mistyped(trial)),
        )
        .with(&[named("PT0303", ORDERS)]),
    ],
};

/// Adds the Python service.
pub(super) fn with_orders(project: &mut Blueprint, _: &Lab) {
    project.add(ORDERS, python::service(ORDERS));
}

/// A change of the project that makes both faults, which show in the exports of these services.
async fn pair(
    trial: &mut Trial,
    failing: &[&str],
    change: impl FnOnce(&mut Blueprint),
) -> Result<(), Failure> {
    trial.stack.reshape(change).await?;
    for service in failing {
        trial.stack.until_export_fails(service, trial.began).await?;
    }
    trial.judge().await?;
    recover(trial).await
}

/// Brings the project back to what it was, and waits until spans of all three arrive and the doctor is content.
pub(super) async fn recover(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.restore().await?;
    trial.stack.until_order_traced(ORDERS).await?;
    trial.heals(&[SCRAPER, ANALYZER]).await
}

async fn wrong_protocol_and_paused(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        project.unset(ANALYZER, "TEMPO_ENDPOINT");
        project.set(ANALYZER, "OTEL_EXPORTER_OTLP_ENDPOINT", "http://tempo:4318");
        project.set(ANALYZER, "OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
    });
    change.await?;
    trial
        .stack
        .until_export_fails(ANALYZER, trial.began)
        .await?;
    trial.stack.docker(&["pause"], SCRAPER).await?;
    trial.judge().await?;
    trial.stack.docker(&["unpause"], SCRAPER).await?;
    recover(trial).await
}

async fn loopback_and_crash_loop(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        project.edit_tempo_config("endpoint: 0.0.0.0:4317", "endpoint: 127.0.0.1:4317");
        project.set(ANALYZER, "LISTEN_ADDR", "port 8080");
    });
    change.await?;
    trial.stack.until_export_fails(SCRAPER, trial.began).await?;
    trial.stack.until_restarted(ANALYZER, 3).await?;
    trial.judge().await?;
    recover(trial).await
}

async fn quotes_and_stopped(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        project.set(ANALYZER, "TEMPO_ENDPOINT", "\"tempo:4317\"");
    });
    change.await?;
    trial.stack.until_served(ANALYZER, 10).await?;
    trial.stack.docker(&["stop"], SCRAPER).await?;
    trial.judge().await?;
    trial.stack.docker(&["start"], SCRAPER).await?;
    recover(trial).await
}

async fn python_and_ours(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        project.set(
            ORDERS,
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "http://localhost:4317",
        );
        project.set(ANALYZER, "TEMPO_ENDPOINT", "tmepo:4317");
    });
    change.await?;
    trial
        .stack
        .until_export_fails(ANALYZER, trial.began)
        .await?;
    trial
        .stack
        .until_order_export_fails(ORDERS, trial.began)
        .await?;
    trial.judge().await?;
    recover(trial).await
}

async fn tempo_and_mistyped(
    trial: &mut Trial,
    fail: &[&str],
    heal: &[&str],
) -> Result<(), Failure> {
    trial
        .stack
        .reshape(|project| project.set(ANALYZER, "TEMPO_ENDPOINT", "tmepo:4317"))
        .await?;
    trial.stack.docker(fail, "tempo").await?;
    for service in [SCRAPER, ANALYZER] {
        trial.stack.until_export_fails(service, trial.began).await?;
    }
    trial.judge().await?;
    trial.stack.docker(heal, "tempo").await?;
    recover(trial).await
}

async fn tempo_and_localhost(trial: &mut Trial) -> Result<(), Failure> {
    trial
        .stack
        .reshape(|project| project.set(ANALYZER, "TEMPO_ENDPOINT", "localhost:4317"))
        .await?;
    trial.stack.docker(&["stop"], "tempo").await?;
    for service in [SCRAPER, ANALYZER] {
        trial.stack.until_export_fails(service, trial.began).await?;
    }
    trial.judge().await?;
    trial.stack.docker(&["start"], "tempo").await?;
    recover(trial).await
}

async fn health_check_and_query_port(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        let check = json!({
            "test": ["CMD-SHELL", "curl --fail http://localhost:8080/health"],
            "interval": "1s", "timeout": "1s", "retries": 2,
        });
        project
            .service(ANALYZER)
            .insert("healthcheck".to_owned(), check);
        project.set(SCRAPER, "TEMPO_ENDPOINT", "tempo:3200");
    });
    change.await?;
    trial.stack.until_export_fails(SCRAPER, trial.began).await?;
    trial.stack.until_traced(ANALYZER).await?;
    trial.stack.until_health(ANALYZER, "unhealthy").await?;
    trial.judge().await?;
    recover(trial).await
}

async fn config_and_paused(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        let removed = "ingester:\n  max_block_duration: 5m\n\nusage_report:";
        project.edit_tempo_config("usage_report:", removed);
    });
    change.await?;
    trial.stack.until_restarted("tempo", 1).await?;
    trial.stack.until_export_fails(SCRAPER, trial.began).await?;
    trial.stack.docker(&["pause"], ANALYZER).await?;
    trial.judge().await?;
    trial.stack.docker(&["unpause"], ANALYZER).await?;
    recover(trial).await
}

async fn too_large_and_mistyped(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        let limit = "  defaults:\n    global:\n      max_bytes_per_trace: 200\n";
        project.edit_tempo_config("  defaults:\n", limit);
        project.set(ORDERS, "OTEL_EXPORTER_OTLP_ENDPOINT", "http://tmepo:4317");
    });
    change.await?;
    trial.stack.until_traced(ANALYZER).await?;
    trial
        .stack
        .until_discarded("trace_too_large", ANALYZER)
        .await?;
    trial
        .stack
        .until_order_export_fails(ORDERS, trial.began)
        .await?;
    trial.judge().await?;
    recover(trial).await
}

fn rate_limit(project: &mut Blueprint) {
    let limit =
        "  defaults:\n    ingestion:\n      rate_limit_bytes: 10\n      burst_size_bytes: 10\n";
    project.edit_tempo_config("  defaults:\n", limit);
}
