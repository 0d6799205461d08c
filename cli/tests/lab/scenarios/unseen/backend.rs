//! Faults of the backend's own configuration and of where it keeps what it has.

use serde_json::json;

use super::{CHECKOUT, INVOICES, STORE, a_shop, recover, until_kept};
use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::scenario::{Demo, Scenario, Stage};
use crate::trial::Trial;

pub(in crate::scenarios) const STAGE: Stage = Stage {
    name: "unseen-backend",
    file: file!(),
    demo: Demo::Lacks,
    services: &["tempo"],
    furnish: a_shop,
    scenarios: &[
        Scenario::fault(
            "unseen-both-receivers-on-one-port",
            "PT0207",
            STORE,
            |trial| {
                Box::pin(does_not_start(trial, |project| {
                    project.edit_tempo_config("endpoint: 0.0.0.0:4318", "endpoint: 0.0.0.0:4317");
                }))
            },
        ),
        Scenario::fault("unseen-receiver-of-another-age", "PT0227", STORE, |trial| {
            Box::pin(does_not_start(trial, |project| {
                let both = "  receivers:\n    opencensus:\n    otlp:\n";
                project.edit_tempo_config("  receivers:\n    otlp:\n", both);
            }))
        }),
        Scenario::fault("unseen-target-of-another-age", "PT0228", STORE, |trial| {
            Box::pin(does_not_start(trial, |project| {
                let arguments = [
                    "-config.file=/etc/tempo.yaml",
                    "-target=scalable-single-binary",
                ];
                project
                    .service(STORE)
                    .insert("command".to_owned(), json!(arguments));
            }))
        }),
        Scenario::fault("unseen-config-is-a-folder", "PT0208", STORE, |trial| {
            Box::pin(config_is_a_folder(trial))
        }),
        Scenario::fault("unseen-data-in-memory", "PT0803", STORE, |trial| {
            Box::pin(data_in_memory(trial))
        }),
    ],
};

/// Changes the project so that the backend ends again and again, and nobody can export.
async fn does_not_start(
    trial: &mut Trial,
    change: impl FnOnce(&mut Blueprint),
) -> Result<(), Failure> {
    trial.stack.reshape(change).await?;
    trial.stack.until_restarted(STORE, 2).await?;
    for service in [CHECKOUT, INVOICES] {
        trial
            .stack
            .until_order_export_fails(service, trial.began)
            .await?;
    }
    trial.judge().await?;
    recover(trial).await
}

/// Where Docker finds no file to mount it makes a folder.
async fn config_is_a_folder(trial: &mut Trial) -> Result<(), Failure> {
    let mistyped = trial.stack.folder.join("spanstore.yml");
    does_not_start(trial, |project| {
        let mounts = &mut project.service(STORE)["volumes"];
        let config = format!("{}:/etc/tempo.yaml:ro", mistyped.display());
        *mounts = json!([config, mounts[1]]);
    })
    .await
}

/// Everything works, until the container is made anew.
async fn data_in_memory(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        let store = project.service(STORE);
        let config = store["volumes"][0].clone();
        store.insert("volumes".to_owned(), json!([config]));
        let memory = "/var/tempo:uid=10001,gid=10001,mode=0700,size=256m";
        store.insert("tmpfs".to_owned(), json!([memory]));
    });
    change.await?;
    for service in [CHECKOUT, INVOICES] {
        until_kept(trial, service, STORE).await?;
    }
    trial.judge().await?;
    recover(trial).await
}
