//! Starts runs when they are due.
//!
//! The timer keeps no list: whenever it wakes it asks each enabled task for its latest occurrence since it last
//! looked. So a changed task, a clock that was set and a machine that slept need no care of their own.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use service_kit::database::DatabaseError;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::run::Trigger;
use super::runner::Runner;
use super::store::{Claim, TaskStore};
use super::task::Task;

/// How late an occurrence may be seen and still be run.
pub const GRACE: SignedDuration = SignedDuration::from_secs(60);

/// The longest sleep, so that a clock that is set is noticed.
const LONGEST_SLEEP: Duration = Duration::from_secs(30);

/// The shortest sleep, so that a clock a moment behind does not spin.
const SHORTEST_SLEEP: Duration = Duration::from_millis(5);

/// Tells the timer that tasks were added or changed.
#[derive(Debug, Clone, Default)]
pub struct Wakeup(Arc<Notify>);

impl Wakeup {
    /// Has the timer look at the tasks again.
    pub fn now(&self) {
        self.0.notify_one();
    }
}

/// Starts due runs until `stop`, then waits for those under way.
pub async fn keep_time(store: TaskStore, runner: Runner, wakeup: Wakeup, stop: CancellationToken) {
    let mut seen = Timestamp::now() - GRACE;
    loop {
        let now = Timestamp::now();
        let sleep = match start_due(&store, &runner, seen, now).await {
            Ok(next) => {
                seen = now;
                sleep_until(next, Timestamp::now())
            }
            Err(cause) => {
                error!(
                    error = telemetry::cause_chain(&cause),
                    "could not look for due tasks"
                );
                LONGEST_SLEEP
            }
        };
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(sleep) => {}
            () = wakeup.0.notified() => {}
        }
    }
    runner.finish().await;
}

/// Starts the runs that are due, and says when the next one will be.
async fn start_due(
    store: &TaskStore,
    runner: &Runner,
    seen: Timestamp,
    now: Timestamp,
) -> Result<Option<Timestamp>, DatabaseError> {
    let tasks = store.enabled_tasks().await?;
    for task in &tasks {
        let Some(occurrence) = task.due(seen, now) else {
            continue;
        };
        if now.duration_since(occurrence) > GRACE {
            warn!(task = %task.definition.name, scheduled_for = %occurrence, "skipped an occurrence that was missed");
            continue;
        }
        start(runner, task, occurrence).await?;
    }
    Ok(tasks.iter().filter_map(|task| task.next_run(now)).min())
}

async fn start(runner: &Runner, task: &Task, occurrence: Timestamp) -> Result<(), DatabaseError> {
    let name = &task.definition.name;
    match runner
        .start(
            task,
            Trigger::Schedule {
                scheduled_for: occurrence,
            },
        )
        .await?
    {
        Claim::Granted(run) => {
            info!(task = %name, run_id = %run.id, scheduled_for = %occurrence, "run started");
        }
        Claim::AlreadyRunning => {
            warn!(task = %name, scheduled_for = %occurrence, "skipped an occurrence: the task is still running");
        }
        Claim::AlreadyDone | Claim::NothingThere => {}
    }
    Ok(())
}

fn sleep_until(next: Option<Timestamp>, now: Timestamp) -> Duration {
    let until =
        next.map(|next| Duration::try_from(next.duration_since(now)).unwrap_or(Duration::ZERO));
    until
        .unwrap_or(LONGEST_SLEEP)
        .clamp(SHORTEST_SLEEP, LONGEST_SLEEP)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_timer_sleeps_until_the_next_occurrence_but_never_long() {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        assert_eq!(
            sleep_until(Some("2026-11-22T12:00:02Z".parse().unwrap()), now),
            Duration::from_secs(2)
        );
        assert_eq!(
            sleep_until(Some("2026-11-23T12:00:00Z".parse().unwrap()), now),
            LONGEST_SLEEP
        );
        assert_eq!(
            sleep_until(Some("2026-11-22T11:00:00Z".parse().unwrap()), now),
            SHORTEST_SLEEP
        );
        assert_eq!(sleep_until(None, now), LONGEST_SLEEP);
    }
}
