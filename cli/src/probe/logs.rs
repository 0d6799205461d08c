//! What the log of a container says: the window, and the first minute after a start that lies before it.
//!
//! Where the engine's files can be read from here they are: as fast as the disk, and the beginning of the window is
//! found by halves. Otherwise the engine streams 15 to 36 MB/s and reads from the log's own beginning, so that all
//! containers are read at once, each bounded in bytes and time; what that leaves out of a log the helper reads whole,
//! where it was asked for.

mod files;
mod ranges;
mod stream;

use std::{num::NonZero, thread::available_parallelism};

use ptctl_diagnosis::{
    observed::{Gap, Observed, Probe},
    snapshot::{Container, LogFacts, Role},
    subject::Subject,
};
use tokio::sync::Semaphore;

use super::Look;
use crate::{
    clients::cause::on_one_line,
    logs::{Endpoints, Run},
};

/// What the logs of one stack are read with.
#[derive(Debug)]
pub(crate) struct LogSources {
    endpoints: Endpoints,
    /// More files at once would only take each other's processor.
    readers: Semaphore,
}

impl LogSources {
    /// What the logs of these containers are read with.
    pub(crate) fn of(containers: &[Container]) -> Self {
        Self {
            endpoints: Endpoints::of(containers),
            readers: Semaphore::new(available_parallelism().map_or(1, NonZero::get)),
        }
    }
}

/// Reads the log of one container.
pub(crate) async fn of(
    look: &Look<'_>,
    container: &Container,
    sources: &LogSources,
) -> Observed<LogFacts> {
    let gap = |reason: String| Observed::Unknown(Gap::new(Probe::Logs, subject(container), reason));
    let Some(ranges) = ranges::of(look, container) else {
        return gap("the container was never started".to_owned());
    };
    let run = Run::of(container, look.taken_at);
    // A log without a line in its window still has an end to show, which the engine knows where to find.
    if let Some(facts) = files::read(look, container, &ranges, run, sources).await
        && facts.window.lines > 0
    {
        return Observed::Known(facts);
    }
    match stream::read(look, container, &ranges, run, sources.endpoints.clone()).await {
        Ok(facts) if facts.window.cut.is_some() => {
            let whole = files::read_inside(look, container, &ranges, run, sources).await;
            Observed::Known(whole.unwrap_or(facts))
        }
        Ok(facts) => Observed::Known(facts),
        Err(error) => gap(on_one_line(&error.fault)),
    }
}

fn subject(container: &Container) -> Subject {
    let name = container.display_name().to_owned();
    match container.role {
        Role::Tempo => Subject::Tempo(name),
        Role::Collector => Subject::Collector(name),
        Role::Grafana => Subject::Grafana(name),
        Role::Loki => Subject::Loki(name),
        Role::Prometheus => Subject::Prometheus(name),
        Role::Service => Subject::Service(name),
    }
}
