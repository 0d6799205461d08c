//! What stands around the traces: Grafana, Loki, Prometheus, and logs that carry the ids of traces.

pub(super) mod correlation;
pub(super) mod dashboards;
pub(super) mod grafana;
pub(super) mod loki;
pub(super) mod prometheus;
pub(super) mod reading;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::failure::Failure;
use crate::stack::Stack;
use crate::trial::Trial;
use crate::until::{Seen, until};

use super::ANALYZER;

const PROMETHEUS: &str = "prometheus";
const GRAFANA: &str = "grafana";
const LOKI: &str = "loki";

/// So long a program may start before the doctor calls it not ready, and a little more.
const STARTED: SignedDuration = SignedDuration::from_secs(93);

/// Waits until a service's container has run for so long.
async fn until_running_for(
    stack: &Stack,
    service: &str,
    wanted: SignedDuration,
) -> Result<(), Failure> {
    let within = Duration::try_from(wanted).unwrap_or_default() + Duration::from_secs(20);
    until(format!("`{service}` being old"), within, async || {
        let started = stack.inspect(service, "{{.State.StartedAt}}").await?;
        let Ok(started) = started.parse::<Timestamp>() else {
            return Err(Failure::Stack(format!(
                "`{service}` started at `{started}`"
            )));
        };
        let age = Timestamp::now().duration_since(started);
        Ok(if age > wanted {
            Seen::Yes(())
        } else {
            Seen::NotYet(format!("it runs for {age:#}"))
        })
    })
    .await
}

/// Stops a service's container, and starts it again.
async fn stopped(trial: &mut Trial, service: &str) -> Result<(), Failure> {
    trial.stack.docker(&["stop"], service).await?;
    trial.judge().await?;
    trial.stack.docker(&["start"], service).await?;
    trial.stays_clean().await
}
