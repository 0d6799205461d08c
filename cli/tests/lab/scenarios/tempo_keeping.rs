//! What Tempo takes in and how it keeps it: ids, long values, volumes, retention, its image and its end.

use jiff::Timestamp;
use serde_json::json;

use super::{ANALYZER, recover};
use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::otlp;
use crate::scenario::{Demo, Scenario, Stage, as_it_is};
use crate::tool::docker;
use crate::trial::Trial;

/// The place in the file where retention is set.
const RETENTION: &str = "      block_retention: 168h\n";

pub(super) const STAGE: Stage = Stage {
    name: "tempo-keeping",
    file: file!(),
    demo: Demo::Lacks,
    services: &["textanalyzer", "tempo"],
    furnish: as_it_is,
    scenarios: &[
        Scenario::fault("compaction-switched-off", "PT0805", "tempo", |trial| {
            Box::pin(traced_nevertheless(trial, |project| {
                let off = format!("{RETENTION}      compaction_disabled: true\n");
                project.edit_tempo_config(RETENTION, &off);
            }))
        }),
        Scenario::fault("retention-in-two-places", "PT0810", "tempo", |trial| {
            Box::pin(traced_nevertheless(trial, |project| {
                let second =
                    "backend_worker:\n  compaction:\n    block_retention: 48h\n\nusage_report:";
                project.edit_tempo_config("usage_report:", second);
            }))
        }),
        Scenario::fault("image-without-a-version", "PT0210", "tempo", |trial| {
            Box::pin(unpinned(trial))
        }),
        Scenario::fault("spans-without-trace-ids", "PT0217", "tempo", |trial| {
            Box::pin(without_ids(trial))
        }),
        Scenario::fault("attributes-too-long", "PT0219", "tempo", |trial| {
            Box::pin(long_values(trial))
        }),
        Scenario::fault("tempo-deaf-at-its-stop", "PT0224", "tempo", |trial| {
            Box::pin(deaf_at_its_stop(trial))
        }),
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

/// Tempo's image under a name of its own that names no version.
async fn unpinned(trial: &mut Trial) -> Result<(), Failure> {
    let image = format!("{}/tempo:latest", trial.stack.project);
    docker(&["tag", "minitempo:dev", &image]).await?;
    let judged = traced_nevertheless(trial, |project| {
        project
            .service("tempo")
            .insert("image".to_owned(), json!(image));
    })
    .await;
    docker(&["image", "rm", "--force", &image]).await?;
    judged
}

/// A sender that is none of the stack's makes spans of its own, and forgets that each is of a trace.
async fn without_ids(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.until_traced(ANALYZER).await?;
    let mut batch = otlp::span(Timestamp::now(), 21, 10);
    batch["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["traceId"] = json!("");
    let answered = otlp::send(&trial.stack, &batch).await?;
    judge_after(trial, answered, 400).await
}

/// One sends whole statements along with its spans.
async fn long_values(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.until_traced(ANALYZER).await?;
    let batch = otlp::span(Timestamp::now(), 21, 7000);
    let answered = otlp::send(&trial.stack, &batch).await?;
    judge_after(trial, answered, 200).await
}

/// Has the doctor look if Tempo answered as it does.
async fn judge_after(trial: &mut Trial, answered: u16, due: u16) -> Result<(), Failure> {
    if answered != due {
        return Err(Failure::Stack(format!("Tempo answers {answered}")));
    }
    trial.judge().await?;
    // Its counters begin anew with it.
    trial.stack.docker(&["restart"], "tempo").await?;
    recover(trial).await
}

/// A frozen Tempo hears no signal: it is stopped all the same, and starts again.
async fn deaf_at_its_stop(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.until_traced(ANALYZER).await?;
    trial
        .stack
        .docker(&["kill", "--signal", "STOP"], "tempo")
        .await?;
    trial
        .stack
        .docker(&["restart", "--time", "1"], "tempo")
        .await?;
    trial.stack.until_answers("tempo", 3200, "/ready").await?;
    trial.stack.until_traced(ANALYZER).await?;
    trial.judge().await?;
    // The engine remembers it for as long as the container is there.
    trial.stack.docker(&["rm", "--force"], "tempo").await?;
    recover(trial).await
}
