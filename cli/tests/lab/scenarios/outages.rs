//! Faults of a running stack that heal without anything being recreated.

use crate::failure::Failure;
use crate::scenario::{Scenario, Stage, as_it_is, named};
use crate::trial::Trial;

/// The services that send traces on this stage.
const BOTH: [&str; 2] = ["controller", "textanalyzer"];

pub(super) const STAGE: Stage = Stage {
    name: "outages",
    services: &["controller", "textanalyzer", "tempo"],
    furnish: as_it_is,
    scenarios: &[
        Scenario::healthy("all-is-well", |trial| Box::pin(all_is_well(trial))),
        Scenario::fault("tempo-paused", "PT0105", "tempo", |trial| {
            Box::pin(tempo_paused(trial))
        })
        .folding(&[
            named("PT0503", "controller"),
            named("PT0503", "textanalyzer"),
        ]),
        Scenario::fault("tempo-stopped", "PT0102", "tempo", |trial| {
            Box::pin(tempo_stopped(trial))
        }),
    ],
};

async fn all_is_well(trial: &mut Trial) -> Result<(), Failure> {
    for service in BOTH {
        trial.stack.until_traced(service).await?;
    }
    trial.judge().await?;
    Ok(())
}

async fn tempo_paused(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.docker(&["pause"], "tempo").await?;
    for service in BOTH {
        trial.stack.until_export_fails(service, trial.began).await?;
    }
    trial.judge().await?;
    trial.stack.docker(&["unpause"], "tempo").await?;
    trial.heals(&BOTH).await
}

async fn tempo_stopped(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.docker(&["stop"], "tempo").await?;
    for service in BOTH {
        trial.stack.until_export_fails(service, trial.began).await?;
    }
    trial.judge().await?;
    trial.stack.docker(&["start"], "tempo").await?;
    trial.heals(&BOTH).await
}
