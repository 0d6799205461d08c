//! The volume of a backend on a real engine: read where it lies, and by the helper container.

use std::time::Duration;

use serde_json::Value;

use super::{ANALYZER, helper::static_binary};
use crate::doctor::ptctl;
use crate::failure::Failure;
use crate::scenario::{Demo, Scenario, Stage, as_it_is};
use crate::tool::{docker, finish};
use crate::trial::Trial;
use crate::until::{Seen, until};

/// Until when a helper must be gone.
const GONE_WITHIN: Duration = Duration::from_secs(10);

pub(super) const STAGE: Stage = Stage {
    name: "volume",
    file: file!(),
    demo: Demo::Lacks,
    services: &["textanalyzer", "tempo"],
    furnish: as_it_is,
    scenarios: &[Scenario::healthy("volume-read-in-two-ways", |trial| {
        Box::pin(read_in_two_ways(trial))
    })],
};

/// The blocks are counted from here and by the helper, and both see the same.
async fn read_in_two_ways(trial: &mut Trial) -> Result<(), Failure> {
    let binary = static_binary(trial).await?;
    trial.stack.until_traced(ANALYZER).await?;
    let from_here = stored(trial, &["--probe=direct"]).await?;
    let by_the_helper = stored(trial, &["--probe=helper", "--helper-binary", &binary]).await?;
    nothing_is_left(trial).await?;
    for (told, how) in [(&from_here, "from here"), (&by_the_helper, "by the helper")] {
        let blocks = told["minitempo"]["live"]["blocks"].as_u64();
        if blocks.is_none_or(|blocks| blocks == 0) {
            let why = format!("no block of minitempo was seen {how}: {told}");
            return Err(Failure::Diagnosis(why));
        }
    }
    let of = |told: &Value| told["minitempo"]["live"]["start"].clone();
    if of(&from_here) != of(&by_the_helper) {
        let why = format!("the two ways differ: {from_here} and {by_the_helper}");
        return Err(Failure::Diagnosis(why));
    }
    trial.judge().await?;
    Ok(())
}

/// What `ptctl storage` says lies in the only backend's volume.
async fn stored(trial: &Trial, more: &[&str]) -> Result<Value, Failure> {
    let mut arguments = vec![
        "storage",
        "--output",
        "json",
        "--project",
        &trial.stack.project,
    ];
    arguments.extend(more);
    let output = finish(ptctl(&arguments, &trial.stack.folder)).await?;
    let told: Value = serde_json::from_slice(&output.stdout).map_err(|_| Failure::NoReport {
        status: output.status.to_string(),
        said: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    })?;
    let stored = &told["tempos"][0]["stored"];
    match stored.get("known") {
        Some(known) => Ok(known.clone()),
        None => Err(Failure::Diagnosis(format!(
            "the volume was not read with {more:?}: {stored}"
        ))),
    }
}

/// That no helper container with the backend's volume is there any more.
async fn nothing_is_left(trial: &Trial) -> Result<(), Failure> {
    let volume = format!("volume={}_tempo-data", trial.stack.project);
    until(
        "no helper container at the volume",
        GONE_WITHIN,
        async || {
            let filters = ["--filter", "label=dev.ptctl.helper", "--filter", &volume];
            let left = docker(&[&["ps", "--all", "--quiet"][..], &filters].concat()).await?;
            Ok(match left.trim() {
                "" => Seen::Yes(()),
                left => Seen::NotYet(left.to_owned()),
            })
        },
    )
    .await
}
