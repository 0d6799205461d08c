//! Faults of Tempo's configuration and limits.

use serde_json::json;

use super::{ANALYZER, recover};
use crate::failure::Failure;
use crate::scenario::{Demo, Scenario, Stage, as_it_is, named};
use crate::trial::Trial;
use crate::{otlp, standin};

pub(super) const STAGE: Stage = Stage {
    name: "tempo",
    file: file!(),
    demo: Demo::Shows,
    services: &["textanalyzer", "tempo"],
    furnish: as_it_is,
    scenarios: &[
        Scenario::fault("config-of-another-version", "PT0202", "tempo", |trial| {
            Box::pin(config_rejected(trial))
        }),
        Scenario::fault("receiver-on-loopback", "PT0203", "tempo", |trial| {
            Box::pin(loopback(trial))
        })
        .folding(&[named("PT0501", ANALYZER)]),
        Scenario::fault("receiver-not-configured", "PT0226", "tempo", |trial| {
            Box::pin(receiver_missing(trial))
        })
        .folding(&[named("PT0305", ANALYZER), named("PT0501", ANALYZER)]),
        Scenario::fault("tenant-wanted", "PT0213", "tempo", |trial| {
            Box::pin(tenant_wanted(trial))
        })
        .folding(&[named("PT0520", ANALYZER)]),
        Scenario::fault("rate-limit", "PT0216", "tempo", |trial| {
            Box::pin(rate_limit(trial))
        })
        .folding(&[named("PT0204", "tempo"), named("PT0514", ANALYZER)]),
        Scenario::fault("too-many-traces", "PT0215", "tempo", |trial| {
            Box::pin(too_many_traces(trial))
        }),
        Scenario::fault("trace-too-large", "PT0214", "tempo", |trial| {
            Box::pin(trace_too_large(trial))
        }),
        Scenario::fault("tempo-oom-killed", "PT0104", "tempo", |trial| {
            Box::pin(oom_killed(trial))
        }),
        Scenario::fault("tempo-answers-not-ready", "PT0201", "tempo", |trial| {
            Box::pin(not_ready(trial))
        })
        .with_stand_in(),
    ],
};

/// `ingester:` was removed in Tempo 3.0.
async fn config_rejected(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        project.edit_tempo_config(
            "usage_report:",
            "ingester:\n  max_block_duration: 5m\n\nusage_report:",
        );
    });
    change.await?;
    trial.stack.until_restarted("tempo", 1).await?;
    trial
        .stack
        .until_export_fails(ANALYZER, trial.began)
        .await?;
    trial.judge().await?;
    recover(trial).await
}

async fn loopback(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        project.edit_tempo_config("endpoint: 0.0.0.0:4317", "endpoint: 127.0.0.1:4317");
        project.edit_tempo_config("endpoint: 0.0.0.0:4318", "endpoint: 127.0.0.1:4318");
    });
    change.await?;
    trial
        .stack
        .until_export_fails(ANALYZER, trial.began)
        .await?;
    trial.judge().await?;
    recover(trial).await
}

/// Tempo receives gRPC alone, and the service sends over HTTP.
async fn receiver_missing(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        project.edit_tempo_config("        http:\n          endpoint: 0.0.0.0:4318\n", "");
        project.unset(ANALYZER, "TEMPO_ENDPOINT");
        project.set(ANALYZER, "OTEL_EXPORTER_OTLP_ENDPOINT", "http://tempo:4318");
    });
    change.await?;
    trial
        .stack
        .until_export_fails(ANALYZER, trial.began)
        .await?;
    trial.judge().await?;
    recover(trial).await
}

async fn tenant_wanted(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        project.edit_tempo_config(
            "usage_report:",
            "multitenancy_enabled: true\n\nusage_report:",
        );
    });
    change.await?;
    trial
        .stack
        .until_export_fails(ANALYZER, trial.began)
        .await?;
    trial.judge().await?;
    recover(trial).await
}

async fn rate_limit(trial: &mut Trial) -> Result<(), Failure> {
    limit(
        trial,
        "ingestion:\n      rate_limit_bytes: 10\n      burst_size_bytes: 10",
    )
    .await?;
    trial
        .stack
        .until_export_fails(ANALYZER, trial.began)
        .await?;
    trial.judge().await?;
    recover(trial).await
}

async fn too_many_traces(trial: &mut Trial) -> Result<(), Failure> {
    limit(trial, "ingestion:\n      max_traces_per_user: 1").await?;
    trial.stack.until_traced(ANALYZER).await?;
    trial
        .stack
        .until_discarded("live_traces_exceeded", ANALYZER)
        .await?;
    trial.judge().await?;
    recover(trial).await
}

async fn trace_too_large(trial: &mut Trial) -> Result<(), Failure> {
    limit(trial, "global:\n      max_bytes_per_trace: 200").await?;
    trial.stack.until_traced(ANALYZER).await?;
    trial
        .stack
        .until_discarded("trace_too_large", ANALYZER)
        .await?;
    trial.judge().await?;
    recover(trial).await
}

/// Adds a section to the defaults of Tempo's overrides.
async fn limit(trial: &Trial, section: &str) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        project.edit_tempo_config("  defaults:\n", &format!("  defaults:\n    {section}\n"));
    });
    change.await
}

/// A limit that it can start with, and a batch that it cannot hold.
async fn oom_killed(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        let service = project.service("tempo");
        service.insert("mem_limit".to_owned(), json!("16m"));
        service.insert("memswap_limit".to_owned(), json!("16m"));
    });
    change.await?;
    trial.stack.until_answers("tempo", 3200, "/ready").await?;
    otlp::exhaust_memory(&trial.stack).await?;
    trial.judge().await?;
    recover(trial).await
}

/// In Tempo's place stands something that answers its probe as Tempo 2.10 does in its first moment.
async fn not_ready(trial: &mut Trial) -> Result<(), Failure> {
    let program = trial.stack.lab.standin.clone();
    let change = trial.stack.reshape(|project| {
        let body = "Some services are not Running:\nNew: 5\nStarting: 8\nRunning: 5\n\n";
        let answer = [
            "answer",
            "3200",
            "503 Service Unavailable",
            "text/plain; charset=utf-8",
            body,
        ];
        project.add(
            "tempo",
            standin::service(&program, "minitempo:dev", &answer),
        );
    });
    change.await?;
    trial
        .stack
        .until_export_fails(ANALYZER, trial.began)
        .await?;
    trial.judge().await?;
    recover(trial).await
}
