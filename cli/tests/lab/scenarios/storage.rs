//! Faults of what Tempo keeps, and of logs that lead to it.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{ANALYZER, recover};
use crate::blueprint::disk;
use crate::failure::Failure;
use crate::scenario::{Demo, Scenario, Stage, as_it_is};
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
        Scenario::fault("retention-not-applied", "PT0801", "tempo", |trial| {
            Box::pin(retention(trial))
        })
        .with_stand_in(),
    ],
};

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

/// A span with the times of two days ago plays one that was kept for two days, against a retention of an hour.
async fn retention(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        project.edit_tempo_config("block_retention: 168h", "block_retention: 1h");
    });
    change.await?;
    trial.stack.until_traced(ANALYZER).await?;
    let two_days_ago = Timestamp::now() - SignedDuration::from_hours(48);
    otlp::send(&trial.stack, &otlp::span(two_days_ago, 9, 10)).await?;
    trial.judge().await?;
    recover(trial).await
}
