//! What is written to several logs from now on, through restarts and recreations of their containers.

use std::time::Duration;

use jiff::Timestamp;
use ptctl_diagnosis::snapshot::Container;
use tokio::{sync::mpsc, time::sleep};

use super::{
    FeedLine,
    stream::{Arrival, Streamed},
};
use crate::{
    clients::{
        deadline::Deadline,
        docker::{Engine, LogRange},
    },
    logs::{RawLine, Sieve, Wanted},
};

/// Lines of several logs that arrive within this time are put in order.
const GATHERED: Duration = Duration::from_millis(100);
/// A log that ended, since its container did, is asked for again after this time.
const AGAIN: Duration = Duration::from_secs(1);
/// No question to the engine takes longer.
const ANSWER: Duration = Duration::from_secs(5);
/// So many lines wait to be shown.
const WAITING: usize = 4096;

/// A log that is followed.
#[derive(Debug, Clone)]
pub(crate) struct Followed {
    /// Its container, as it was at first.
    pub(crate) container: Container,
    /// Lines up to this moment have been shown.
    pub(crate) shown_until: Timestamp,
}

/// Hands over lines, with the numbers of their logs, as long as `show` wants more.
pub(crate) async fn follow<E>(
    engine: &Engine,
    logs: Vec<Followed>,
    wanted: &Wanted,
    mut show: impl FnMut(&[(usize, FeedLine)]) -> Result<(), E>,
) -> Result<(), E> {
    let (sender, mut receiver) = mpsc::channel(WAITING);
    for (number, log) in logs.into_iter().enumerate() {
        let sieve = Sieve::new(wanted.clone(), log.container.role);
        let follower = Follower {
            engine: engine.clone(),
            container: log.container,
            shown_until: log.shown_until,
            sieve,
            number,
            sender: sender.clone(),
        };
        tokio::spawn(follower.run());
    }
    drop(sender);
    while let Some(line) = receiver.recv().await {
        let mut lines = vec![line];
        let until = tokio::time::Instant::now() + GATHERED;
        while let Ok(Some(line)) = tokio::time::timeout_at(until, receiver.recv()).await {
            lines.push(line);
        }
        lines.sort_by_key(|(_, line)| line.at);
        show(&lines)?;
    }
    Ok(())
}

struct Follower {
    engine: Engine,
    container: Container,
    shown_until: Timestamp,
    sieve: Sieve,
    number: usize,
    sender: mpsc::Sender<(usize, FeedLine)>,
}

impl Follower {
    async fn run(mut self) {
        while !self.sender.is_closed() {
            self.read_on().await;
            sleep(AGAIN).await;
            self.find_again().await;
        }
    }

    /// Reads until the log ends, breaks off, or nobody listens.
    async fn read_on(&mut self) {
        let log = Streamed::of(&self.engine, &self.container);
        let range = LogRange::Onward {
            since: self.shown_until,
        };
        let Ok(mut stream) = log.open(range, Deadline::after(ANSWER)).await else {
            return;
        };
        let mut lines = Vec::new();
        loop {
            let (sieve, shown_until) = (&mut self.sieve, &mut self.shown_until);
            let take = |line: RawLine<'_>| {
                // The engine begins with the very line that was shown last.
                if line.at.is_some_and(|at| at <= *shown_until) {
                    return;
                }
                *shown_until = (*shown_until).max(line.at.unwrap_or(*shown_until));
                if let Some(told) = sieve.take(line) {
                    lines.push(FeedLine::of(line, told));
                }
            };
            let arrival = stream.next(Deadline::after(Duration::MAX), take).await;
            for line in lines.drain(..) {
                if self.sender.send((self.number, line)).await.is_err() {
                    return;
                }
            }
            match arrival {
                Ok(Arrival::Some) => {}
                Ok(Arrival::Last) | Err(_) => return,
            }
        }
    }

    /// A container that was made again has another id.
    async fn find_again(&mut self) {
        let (Some(_), Some(_)) = (&self.container.project, &self.container.service) else {
            return;
        };
        let Ok(listed) = self.engine.containers(Deadline::after(ANSWER)).await else {
            return;
        };
        let is_there = listed.iter().any(|other| other.id == self.container.id);
        let namesake = listed.iter().find(|other| {
            other.name == self.container.name
                && other.project() == self.container.project.as_deref()
        });
        if let (false, Some(namesake)) = (is_there, namesake) {
            self.container.id = namesake.id.clone();
        }
    }
}
