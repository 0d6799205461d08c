//! A service that started before Tempo: one that finds it later, and one that never does.

use jiff::{SignedDuration, Timestamp};

use super::ANALYZER;
use crate::failure::Failure;
use crate::scenario::{Demo, Scenario, Stage, as_it_is, named};
use crate::trial::Trial;

/// The doctor gives an exporter a minute to find a Tempo that came up.
const PATIENCE: SignedDuration = SignedDuration::from_secs(61);

pub(super) const STAGE: Stage = Stage {
    name: "order",
    file: file!(),
    demo: Demo::Lacks,
    services: &["textanalyzer", "tempo"],
    furnish: as_it_is,
    scenarios: &[
        Scenario::fault(
            "started-before-tempo-and-never-recovered",
            // From its own network the dead address is seen; that it started first stands beneath.
            "PT0432",
            ANALYZER,
            |trial| Box::pin(never_recovered(trial)),
        )
        .folding(&[named("PT0510", ANALYZER)]),
        Scenario::healthy("started-before-tempo-and-recovered", |trial| {
            Box::pin(recovered(trial))
        }),
    ],
};

async fn recovered(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.docker(&["stop"], "tempo").await?;
    trial.stack.docker(&["restart"], ANALYZER).await?;
    trial
        .stack
        .until_export_fails(ANALYZER, trial.began)
        .await?;
    trial.stack.docker(&["start"], "tempo").await?;
    trial.stack.until_traced(ANALYZER).await?;
    trial.judge().await?;
    Ok(())
}

/// It remembers an address at which Tempo is not, as a client does that looks a name up once.
async fn never_recovered(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.docker(&["stop"], "tempo").await?;
    trial.stack.docker(&["restart"], ANALYZER).await?;
    remember_another_address(trial).await?;
    trial.stack.docker(&["start"], "tempo").await?;
    let late = Timestamp::now() + PATIENCE;
    trial
        .stack
        .until_export_fails(ANALYZER, trial.began)
        .await?;
    trial.stack.until_export_still_fails(ANALYZER, late).await?;
    trial.judge().await?;
    // What the doctor advises; the engine writes the file anew at every start.
    trial.stack.docker(&["restart"], ANALYZER).await?;
    trial.heals(&[ANALYZER]).await
}

/// Names an unused address of the stack's own network in the file by which the service's container knows hosts.
async fn remember_another_address(trial: &Trial) -> Result<(), Failure> {
    let template = "{{range .NetworkSettings.Networks}}{{.Gateway}} {{end}}";
    let gateway = trial.stack.inspect(ANALYZER, template).await?;
    let path = trial.stack.inspect(ANALYZER, "{{.HostsPath}}").await?;
    let Some((network, _)) = gateway.trim().rsplit_once('.') else {
        return Err(Failure::Stack(format!("`{gateway}` is no address")));
    };
    let line = format!("{network}.250\ttempo");
    trial.stack.append_to_file_of_engine(&path, &line, 1).await
}
