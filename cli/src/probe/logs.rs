//! What the log of a container says: the window, and the first minute after a start that lies before it.
//!
//! Where the engine's files can be read from here they are: as fast as the disk, and the beginning of the window is
//! found by halves. Otherwise the engine streams 15 to 36 MB/s and reads from the log's own beginning, so that all
//! containers are read at once, each bounded in bytes and time; what that leaves out of a log the helper reads whole,
//! where it was asked for.

mod files;
mod ranges;
mod stream;

use std::{num::NonZero, thread::available_parallelism, time::Duration};

use ptctl_diagnosis::{
    observed::{Gap, Observed, Probe},
    snapshot::{Container, LogFacts, Role},
    subject::Subject,
};
use tokio::sync::{Semaphore, SemaphorePermit};

use self::files::Beside;
use super::Look;
use crate::{
    clients::{cause::on_one_line, deadline::Deadline},
    logs::{Endpoints, Run},
};

/// The files of one log are not read for longer.
const TIME_LIMIT: Duration = Duration::from_secs(8);

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

    /// Waits until a log may be read; `None` where that takes longer than there is time.
    async fn turn(&self, deadline: Deadline) -> Option<SemaphorePermit<'_>> {
        deadline.cut(self.readers.acquire()).await.ok()?.ok()
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
    let unread = match files::read(look, container, &ranges, run, sources).await {
        Beside::Read(facts) if facts.window.lines > 0 => return Observed::Known(*facts),
        Beside::Read(facts) => {
            return Observed::Known(with_end(look, container, *facts, run, sources).await);
        }
        Beside::Late(reason) => return gap(reason),
        Beside::Away => None,
        Beside::Failed(reason) => Some(reason),
    };
    let streamed = stream::read(look, container, &ranges, run, sources.endpoints.clone()).await;
    let mut facts = match (streamed, unread) {
        (Ok(facts), None) => facts,
        (Ok(mut facts), Some(reason)) => {
            let cut = facts.window.cut.take();
            facts.window.cut = Some(joined(reason, cut));
            facts
        }
        (Err(error), reason) => return gap(joined(on_one_line(&error.fault), reason)),
    };
    if let Some(cut) = facts.window.cut.take() {
        match files::read_inside(look, container, &ranges, run, sources).await {
            None => facts.window.cut = Some(cut),
            Some(Ok(whole)) => facts = *whole,
            Some(Err(reason)) => facts.window.cut = Some(joined(cut, Some(reason))),
        }
    }
    Observed::Known(facts)
}

/// A log without a line in its window still has an end to show, which the engine knows where to find.
async fn with_end(
    look: &Look<'_>,
    container: &Container,
    mut facts: LogFacts,
    run: Run,
    sources: &LogSources,
) -> LogFacts {
    match stream::end(look, container, run, sources.endpoints.clone()).await {
        Ok(end) => facts.tail = end.tail,
        Err(error) => {
            let reason = format!("its end cannot be shown: {}", on_one_line(&error.fault));
            facts.window.cut = Some(joined(reason, facts.window.cut.take()));
        }
    }
    facts
}

/// Reasons as one fragment.
fn joined(reason: String, other: Option<String>) -> String {
    match other {
        Some(other) => format!("{reason}; {other}"),
        None => reason,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_log_behind_a_slow_one_does_not_wait_past_the_deadline() {
        let sources = LogSources {
            endpoints: Endpoints::default(),
            readers: Semaphore::new(1),
        };
        let slow = sources.turn(Deadline::after(Duration::from_mins(5))).await;
        assert!(slow.is_some());
        assert!(
            sources
                .turn(Deadline::after(Duration::ZERO))
                .await
                .is_none()
        );
        drop(slow);
        let free = sources.turn(Deadline::after(Duration::from_mins(5))).await;
        assert!(free.is_some());
    }
}
