//! A Tempo that does not start, and says why.

use serde_json::json;

use super::{ANALYZER, recover};
use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::scenario::{Demo, Scenario, Stage, as_it_is};
use crate::trial::Trial;

pub(super) const STAGE: Stage = Stage {
    name: "tempo-start",
    file: file!(),
    demo: Demo::Shows,
    services: &["textanalyzer", "tempo"],
    furnish: as_it_is,
    scenarios: &[
        Scenario::fault("data-folder-of-another-user", "PT0206", "tempo", |trial| {
            Box::pin(fails(trial, |project| {
                // What 10001 wrote, this user may not even read.
                let tempo = project.service("tempo");
                tempo.insert("user".to_owned(), json!("4711:4711"));
            }))
        }),
        Scenario::fault("data-on-a-read-only-disk", "PT0206", "tempo", |trial| {
            Box::pin(fails(trial, |project| {
                let mounts = &mut project.service("tempo")["volumes"];
                *mounts = json!([mounts[0], "tempo-data:/var/tempo:ro"]);
            }))
        }),
        Scenario::fault("two-receivers-on-one-port", "PT0207", "tempo", |trial| {
            Box::pin(fails(trial, |project| {
                project.edit_tempo_config("endpoint: 0.0.0.0:4318", "endpoint: 0.0.0.0:4317");
            }))
        }),
        Scenario::fault("config-file-is-a-folder", "PT0208", "tempo", |trial| {
            Box::pin(fails(trial, |project| {
                // Docker makes a folder of a file that is not there.
                project.volume("mistyped");
                let mounts = &mut project.service("tempo")["volumes"];
                *mounts = json!(["mistyped:/etc/tempo.yaml", mounts[1]]);
            }))
        }),
        Scenario::fault("config-file-not-mounted", "PT0208", "tempo", |trial| {
            Box::pin(fails(trial, |project| {
                let mounts = &mut project.service("tempo")["volumes"];
                *mounts = json!([mounts[1]]);
            }))
        }),
        Scenario::fault("limits-in-the-flat-form", "PT0212", "tempo", |trial| {
            Box::pin(fails(trial, |project| {
                project.edit_tempo_config(
                    "overrides:\n  defaults:\n",
                    "overrides:\n  ingestion_rate_limit_bytes: 1000000\n  defaults:\n",
                );
            }))
        }),
        Scenario::fault("receiver-of-another-version", "PT0227", "tempo", |trial| {
            Box::pin(fails(trial, |project| {
                project.edit_tempo_config("    otlp:\n", "    opencensus:\n    otlp:\n");
            }))
        }),
        Scenario::fault("target-of-another-version", "PT0228", "tempo", |trial| {
            Box::pin(fails(trial, |project| {
                let command = json!([
                    "-config.file=/etc/tempo.yaml",
                    "-target=scalable-single-binary"
                ]);
                project
                    .service("tempo")
                    .insert("command".to_owned(), command);
            }))
        }),
        Scenario::fault("flag-mistyped", "PT0233", "tempo", |trial| {
            Box::pin(fails(trial, |project| {
                let command = json!(["-config.file=/etc/tempo.yaml", "-config.expandenv=true"]);
                project
                    .service("tempo")
                    .insert("command".to_owned(), command);
            }))
        }),
    ],
};

/// A change after which Tempo ends at every start, and its restart policy starts it again.
async fn fails(trial: &mut Trial, change: impl FnOnce(&mut Blueprint)) -> Result<(), Failure> {
    trial.stack.reshape(change).await?;
    trial.stack.until_restarted("tempo", 3).await?;
    trial
        .stack
        .until_export_fails(ANALYZER, trial.began)
        .await?;
    trial.judge().await?;
    recover(trial).await
}
