//! Traces that are found and cannot be read.

use serde_json::json;

use super::super::recover;
use super::ANALYZER;
use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::lab::Lab;
use crate::scenario::{Demo, Scenario, Stage, as_it_is};
use crate::standin;
use crate::trial::Trial;

const TEMPO: &str = "tempo";
/// The Tempo behind the one that is played.
const STORE: &str = "store";

pub(in crate::scenarios) const STAGE: Stage = Stage {
    name: "reading",
    file: file!(),
    demo: Demo::Lacks,
    services: &["textanalyzer", "tempo"],
    furnish: as_it_is,
    scenarios: &[
        Scenario::fault("trace-found-and-not-readable", "PT0602", TEMPO, |trial| {
            Box::pin(not_readable(trial))
        })
        .with_stand_in(),
    ],
};

async fn not_readable(trial: &mut Trial) -> Result<(), Failure> {
    let lab = trial.stack.lab.clone();
    let change = trial.stack.reshape(|project| put_in_front(project, &lab));
    change.await?;
    trial.stack.until_answers(TEMPO, 3200, "/ready").await?;
    trial.stack.until_traced(ANALYZER).await?;
    trial.judge().await?;
    recover(trial).await
}

/// Puts the Tempo that is played before the one that there was, which is none for the doctor.
fn put_in_front(project: &mut Blueprint, lab: &Lab) {
    let tempo = project.service(TEMPO).clone();
    let arguments = ["tempo", "-config.file=/etc/tempo.yaml", STORE];
    let mut front = standin::service(&lab.standin, "docutag-demo-page:dev", &arguments);
    front["labels"] = json!({"dev.ptctl.role": "tempo"});
    let mounts = tempo["volumes"].as_array().into_iter().flatten().cloned();
    if let Some(volumes) = front["volumes"].as_array_mut() {
        volumes.extend(mounts);
    }
    project.add(TEMPO, front);
    let store = project.service(STORE);
    store.extend(tempo);
    store.insert("labels".to_owned(), json!({"dev.ptctl.role": "service"}));
}
