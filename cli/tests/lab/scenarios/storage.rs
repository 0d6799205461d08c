//! Faults of what Tempo keeps, and of logs that lead to it.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{ANALYZER, recover};
use crate::blueprint::{Blueprint, disk};
use crate::failure::Failure;
use crate::scenario::{Demo, Scenario, Stage, as_it_is, named};
use crate::trial::Trial;
use crate::{otlp, standin};

pub(super) const STAGE: Stage = Stage {
    name: "storage",
    file: file!(),
    demo: Demo::Lacks,
    services: &["textanalyzer", "tempo"],
    furnish: as_it_is,
    scenarios: &[
        Scenario::fault("logs-without-trace-id", "PT0901", "shop", |trial| {
            Box::pin(logs_without_ids(trial))
        })
        .with_stand_in(),
        Scenario::fault("disk-nearly-full", "PT0802", "tempo", |trial| {
            Box::pin(disk_nearly_full(trial))
        }),
        Scenario::fault("data-in-the-container", "PT0803", "tempo", |trial| {
            Box::pin(traced_nevertheless(trial, |project| {
                let mounts = &mut project.service("tempo")["volumes"];
                *mounts = json!([mounts[0]]);
            }))
        }),
        Scenario::fault("retention-of-an-hour", "PT0804", "tempo", |trial| {
            Box::pin(traced_nevertheless(trial, |project| {
                project.edit_tempo_config("block_retention: 168h", "block_retention: 1h");
            }))
        }),
        Scenario::fault("disk-full", "PT0802", "tempo", |trial| {
            Box::pin(disk_full(trial))
        })
        .folding(&[named("PT0204", "tempo")]),
        // Last, since its old trace stays in the volume.
        Scenario::fault("retention-not-applied", "PT0801", "tempo", |trial| {
            Box::pin(retention(trial))
        })
        // Its span is old for the metrics generator, too.
        .beside(&[named("PT1017", "tempo")])
        .with_stand_in(),
    ],
};

/// A change after which spans arrive as before.
async fn traced_nevertheless(
    trial: &mut Trial,
    change: impl FnOnce(&mut Blueprint),
) -> Result<(), Failure> {
    trial.stack.reshape(change).await?;
    trial.stack.until_traced(ANALYZER).await?;
    trial.judge().await?;
    recover(trial).await
}

/// A disk of one megabyte behind Tempo's data, and more than that to keep. Tempo would acknowledge it nevertheless;
/// minitempo refuses it.
async fn disk_full(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        project.volume("tiny-disk").extend(disk("1m"));
        let mounts = &mut project.service("tempo")["volumes"];
        *mounts = json!([mounts[0], "tiny-disk:/var/tempo"]);
    });
    change.await?;
    trial.stack.until_answers("tempo", 3200, "/ready").await?;
    otlp::fill(&trial.stack).await?;
    trial.judge().await?;
    recover(trial).await
}

/// A service whose spans arrive, and whose log knows nothing of them.
async fn logs_without_ids(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.until_traced(ANALYZER).await?;
    let program = trial.stack.lab.standin.clone();
    let change = trial.stack.reshape(|project| {
        let mut shop = standin::service(&program, "docutag-demo-page:dev", &["log", "8080"]);
        shop["environment"] = json!({
            "OTEL_SERVICE_NAME": "backfill",
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://tempo:4317",
            "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
        });
        project.add("shop", shop);
    });
    change.await?;
    trial.stack.until_served("shop", 10).await?;
    otlp::send(&trial.stack, &otlp::span(Timestamp::now(), 7, 10)).await?;
    trial.judge().await?;
    recover(trial).await
}

/// A disk of a few megabytes behind Tempo's data. How full it is can only be seen on the engine's own machine, as root.
async fn disk_nearly_full(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        project.volume("small-disk").extend(disk("16m"));
        let mounts = &mut project.service("tempo")["volumes"];
        *mounts = json!([mounts[0], "small-disk:/var/tempo"]);
    });
    change.await?;
    trial.stack.until_traced(ANALYZER).await?;
    trial.judge().await?;
    recover(trial).await
}

/// A span with the times of two days ago plays one that was kept for two days, against a retention of three hours.
async fn retention(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        project.edit_tempo_config("block_retention: 168h", "block_retention: 3h");
    });
    change.await?;
    trial.stack.until_traced(ANALYZER).await?;
    let two_days_ago = Timestamp::now() - SignedDuration::from_hours(48);
    otlp::send(&trial.stack, &otlp::span(two_days_ago, 9, 10)).await?;
    trial.judge().await?;
    recover(trial).await
}
