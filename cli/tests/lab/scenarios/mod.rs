//! All scenarios, by the stage that they are played on.

mod around;
mod canary;
mod collector;
mod collector_settings;
mod containers;
mod drift;
mod endpoints;
mod exports;
mod healthy;
mod helper;
mod load;
mod log_drivers;
mod neighbours;
mod network_path;
mod object_storage;
mod order;
mod outages;
mod pairs;
mod pairs_in_silence;
mod python;
mod quality;
mod receivers;
mod recorded;
mod restarts;
mod services;
mod storage;
mod tempo;
mod tempo_keeping;
mod tempo_start;
mod unseen;
mod volume;

use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::scenario::Stage;
use crate::trial::Trial;

/// Every stage; those that take longest come first.
pub(crate) static STAGES: &[Stage] = &[
    around::loki::STAGE,
    around::grafana::STAGE,
    around::prometheus::STAGE,
    quality::settled::STAGE,
    around::dashboards::STAGE,
    order::STAGE,
    python::lives::STAGE,
    restarts::STAGE,
    services::STAGE,
    tempo::STAGE,
    tempo_start::STAGE,
    tempo_keeping::STAGE,
    recorded::STAGE,
    object_storage::STAGE,
    load::STAGE,
    outages::STAGE,
    exports::STAGE,
    receivers::STAGE,
    canary::STAGE,
    endpoints::STAGE,
    healthy::STAGE,
    helper::STAGE,
    storage::STAGE,
    volume::STAGE,
    containers::STAGE,
    collector::STAGE,
    collector_settings::STAGE,
    drift::STAGE,
    log_drivers::STAGE,
    neighbours::STAGE,
    network_path::STAGE,
    pairs::STAGE,
    pairs_in_silence::STAGE,
    python::endpoints::STAGE,
    python::settings::STAGE,
    python::context::STAGE,
    python::backend::STAGE,
    python::healthy::STAGE,
    quality::propagation::STAGE,
    quality::spans::STAGE,
    around::correlation::STAGE,
    around::reading::STAGE,
    unseen::engine::STAGE,
    unseen::reach::STAGE,
    unseen::endpoints::STAGE,
    unseen::settings::STAGE,
    unseen::backend::STAGE,
    unseen::pairs::STAGE,
    unseen::healthy::STAGE,
];

/// The one traced service of most stages.
const ANALYZER: &str = "textanalyzer";

/// Sends the analyzer's spans astray by a change of the project, until it logs that they cannot be exported.
async fn astray(trial: &mut Trial, change: impl FnOnce(&mut Blueprint)) -> Result<(), Failure> {
    trial.stack.reshape(change).await?;
    trial
        .stack
        .until_export_fails(ANALYZER, trial.began)
        .await?;
    trial.judge().await?;
    recover(trial).await
}

/// Brings the project back to what it was, and waits until the analyzer's spans arrive and the doctor is content.
async fn recover(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.restore().await?;
    trial.heals(&[ANALYZER]).await
}
