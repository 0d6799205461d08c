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
        cause::on_one_line,
        deadline::Deadline,
        docker::{Engine, EngineError, LogRange},
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

/// What arrives from the logs that are followed, each with the number of its log.
#[derive(Debug)]
pub(crate) enum News {
    /// Lines, the oldest first.
    Lines(Vec<(usize, FeedLine)>),
    /// Why a log gives nothing at present. It is asked for again.
    Trouble(usize, String),
}

/// Hands over what arrives as long as `show` wants more.
pub(crate) async fn follow<E>(
    engine: &Engine,
    logs: Vec<Followed>,
    wanted: &Wanted,
    mut show: impl FnMut(News) -> Result<(), E>,
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
            told: None,
            sender: sender.clone(),
        };
        tokio::spawn(follower.run());
    }
    drop(sender);
    while let Some((lines, trouble)) = gathered(&mut receiver).await {
        if !lines.is_empty() {
            show(News::Lines(lines))?;
        }
        for (number, reason) in trouble {
            show(News::Trouble(number, reason))?;
        }
    }
    Ok(())
}

/// What one follower sends.
#[derive(Debug)]
enum Message {
    Line(FeedLine),
    Trouble(String),
}

/// Lines and troubles, each with the number of its log.
type Gathered = (Vec<(usize, FeedLine)>, Vec<(usize, String)>);

/// What arrives within a moment, the lines in order; `None` when all followers have ended.
async fn gathered(receiver: &mut mpsc::Receiver<(usize, Message)>) -> Option<Gathered> {
    let (mut lines, mut trouble) = (Vec::new(), Vec::new());
    let mut sort_in = |(number, message)| match message {
        Message::Line(line) => lines.push((number, line)),
        Message::Trouble(reason) => trouble.push((number, reason)),
    };
    sort_in(receiver.recv().await?);
    let until = tokio::time::Instant::now() + GATHERED;
    let mut count = 1;
    // A log that never pauses is shown all the same.
    while count < WAITING
        && let Ok(Some(message)) = tokio::time::timeout_at(until, receiver.recv()).await
    {
        sort_in(message);
        count += 1;
    }
    lines.sort_by_key(|(_, line)| line.at);
    Some((lines, trouble))
}

struct Follower {
    engine: Engine,
    container: Container,
    shown_until: Timestamp,
    sieve: Sieve,
    number: usize,
    /// The trouble that was told last, until something arrives again.
    told: Option<String>,
    sender: mpsc::Sender<(usize, Message)>,
}

impl Follower {
    async fn run(mut self) {
        while !self.sender.is_closed() {
            if let Err(error) = self.read_on().await {
                self.tell(&error).await;
            }
            sleep(AGAIN).await;
            self.find_again().await;
        }
    }

    /// Says why nothing comes, once.
    async fn tell(&mut self, error: &EngineError) {
        let reason = if error.is_missing() {
            "its container is gone: waiting for another of its name".to_owned()
        } else {
            format!(
                "it cannot be followed for now: {}",
                on_one_line(&error.fault)
            )
        };
        if self.told.as_ref() != Some(&reason) {
            self.told = Some(reason.clone());
            // Nobody listens any more only when the program ends.
            drop(
                self.sender
                    .send((self.number, Message::Trouble(reason)))
                    .await,
            );
        }
    }

    /// Reads until the log ends, breaks off, or nobody listens.
    async fn read_on(&mut self) -> Result<(), EngineError> {
        let log = Streamed::of(&self.engine, &self.container);
        let since = self.shown_until;
        let range = LogRange::Onward { since };
        // Of a quiet log the engine says nothing before its first line, not even that it has it.
        let mut stream = log.open(range, Deadline::after(Duration::MAX)).await?;
        let mut lines = Vec::new();
        loop {
            let (sieve, shown_until) = (&mut self.sieve, &mut self.shown_until);
            let take = |line: RawLine<'_>| {
                // The engine begins with the very line that was shown last. Later ones may be out of order, since output
                // and errors of a process reach it on two ways.
                if line.at.is_some_and(|at| at <= since) {
                    return;
                }
                *shown_until = (*shown_until).max(line.at.unwrap_or(since));
                if let Some(told) = sieve.take(line) {
                    lines.push(FeedLine::of(line, told));
                }
            };
            let arrival = stream.next(Deadline::after(Duration::MAX), take).await;
            if matches!(arrival, Ok(Arrival::Some)) {
                self.told = None;
            }
            for line in lines.drain(..) {
                let message = (self.number, Message::Line(line));
                if self.sender.send(message).await.is_err() {
                    return Ok(());
                }
            }
            match arrival? {
                Arrival::Some => {}
                Arrival::Last => return Ok(()),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::Told;

    fn line(second: i64) -> FeedLine {
        FeedLine {
            at: Some(Timestamp::from_second(second).expect("a time")),
            bytes: Vec::new(),
            told: Told {
                level: None,
                verdict: None,
            },
        }
    }

    #[tokio::test]
    async fn lines_of_several_logs_that_arrive_together_are_put_in_the_order_of_their_times() {
        let (sender, mut receiver) = mpsc::channel(WAITING);
        for (log, second) in [(0, 7), (1, 5), (0, 8), (1, 6)] {
            let message = (log, Message::Line(line(second)));
            sender.send(message).await.expect("a channel");
        }
        let trouble = (1, Message::Trouble("gone".to_owned()));
        sender.send(trouble).await.expect("a channel");
        drop(sender);
        let (lines, trouble) = gathered(&mut receiver).await.expect("lines");
        let order: Vec<_> = lines
            .iter()
            .map(|(log, line)| (*log, line.at.map(Timestamp::as_second)))
            .collect();
        assert_eq!(
            order,
            [(1, Some(5)), (1, Some(6)), (0, Some(7)), (0, Some(8))]
        );
        assert_eq!(trouble, [(1, "gone".to_owned())]);
        assert!(gathered(&mut receiver).await.is_none());
    }
}
