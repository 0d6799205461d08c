//! Steady load while Tempo is away: no span is lost.

use std::time::Duration;

use super::ANALYZER;
use crate::failure::Failure;
use crate::load::{SPANS_A_REQUEST, all_found, steady_for};
use crate::say;
use crate::scenario::{Demo, Scenario, Stage, as_it_is};
use crate::trial::Trial;

/// How long Tempo is away.
const AWAY: Duration = Duration::from_mins(1);

pub(super) const STAGE: Stage = Stage {
    name: "load",
    file: file!(),
    demo: Demo::Lacks,
    services: &[ANALYZER, "tempo"],
    furnish: as_it_is,
    scenarios: &[Scenario::healthy(
        "tempo-away-for-a-minute-under-load",
        |trial| Box::pin(away_for_a_minute(trial)),
    )],
};

async fn away_for_a_minute(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.until_traced(ANALYZER).await?;
    let before = trial.stack.spans(ANALYZER).await?;
    trial.stack.docker(&["stop"], "tempo").await?;
    let run = trial.began.as_microsecond().unsigned_abs();
    let load = steady_for(&trial.stack, ANALYZER, run, AWAY).await;
    let waiting = trial.stack.spans(ANALYZER).await?.waiting;
    trial.stack.docker(&["start"], "tempo").await?;
    trial.stack.until_healthy("tempo").await?;
    all_found(&trial.stack, &load.answered).await?;
    trial.stack.until_traced(ANALYZER).await?;
    let after = trial.stack.spans(ANALYZER).await?;
    let requests = load.answered.len();
    say::line(&format!(
        "      {requests} requests answered ({} a second, {SPANS_A_REQUEST} spans each), {} not; {waiting} spans waited",
        requests as u64 / AWAY.as_secs(),
        load.failed
    ));
    let (made, sent) = (after.made - before.made, after.sent - before.sent);
    if load.failed > 0 || made != sent || made < (requests * SPANS_A_REQUEST) as u64 {
        return Err(Failure::Diagnosis(format!(
            "{requests} requests made {made} spans, of which Tempo took {sent}; {} were not answered",
            load.failed
        )));
    }
    let report = trial.judge().await?;
    report.must_have_lost_nothing_of(ANALYZER)
}
