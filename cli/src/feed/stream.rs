//! A log that the engine streams as a feed.

use jiff::Timestamp;
use ptctl_diagnosis::snapshot::{Container, ContainerId};

use super::{Batch, End, FeedLine, Sender, Sent};
use crate::{
    clients::{
        cause::on_one_line,
        deadline::Deadline,
        docker::{Engine, EngineError, LogRange, LogStream},
    },
    logs::{Framing, Lines, RawLine, Sieve},
};

/// A container whose log the engine is asked for.
#[derive(Debug, Clone)]
pub(super) struct Streamed {
    engine: Engine,
    id: ContainerId,
    framing: Framing,
}

impl Streamed {
    pub(super) fn of(engine: &Engine, container: &Container) -> Self {
        Self {
            engine: engine.clone(),
            id: container.id.clone(),
            framing: if container.tty {
                Framing::Plain
            } else {
                Framing::Frames
            },
        }
    }

    pub(super) async fn open(
        &self,
        range: LogRange,
        deadline: Deadline,
    ) -> Result<OpenStream, EngineError> {
        Ok(OpenStream {
            stream: self.engine.log(&self.id, range, deadline).await?,
            lines: Some(Lines::new(self.framing)),
        })
    }
}

/// A log while it arrives.
#[derive(Debug)]
pub(super) struct OpenStream {
    stream: LogStream,
    lines: Option<Lines>,
}

/// Whether more may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrival {
    Some,
    Last,
}

impl OpenStream {
    /// Waits for the next bytes and hands over the lines that they end.
    pub(super) async fn next(
        &mut self,
        deadline: Deadline,
        take: impl FnMut(RawLine<'_>),
    ) -> Result<Arrival, EngineError> {
        match (self.stream.next(deadline).await?, &mut self.lines) {
            (Some(chunk), Some(lines)) => {
                lines.push(&chunk, take);
                Ok(Arrival::Some)
            }
            (Some(_) | None, lines) => {
                if let Some(lines) = lines.take() {
                    lines.finish(take);
                }
                Ok(Arrival::Last)
            }
        }
    }
}

/// Sends every line of a window that is wanted; ends early when nobody takes them.
pub(super) async fn send(
    log: Streamed,
    range: LogRange,
    deadline: Deadline,
    sieve: Sieve,
    sender: Sender,
) {
    let mut last_at = None;
    let read = send_lines(&log, range, deadline, sieve, &sender, &mut last_at).await;
    let end = End {
        last_at,
        begins_late: None,
        left_out: read.err().map(|error| on_one_line(&error.fault)),
    };
    // Nobody takes it any more only when the program ends.
    drop(sender.send(Sent::End(end)).await);
}

async fn send_lines(
    log: &Streamed,
    range: LogRange,
    deadline: Deadline,
    mut sieve: Sieve,
    sender: &Sender,
    last_at: &mut Option<Timestamp>,
) -> Result<(), EngineError> {
    let mut stream = log.open(range, deadline).await?;
    let mut batch = Batch::new();
    loop {
        let arrival = stream
            .next(deadline, |line| {
                *last_at = (*last_at).max(line.at);
                if let Some(told) = sieve.take(line) {
                    batch.push(FeedLine::of(line, told));
                }
            })
            .await;
        let is_last = !matches!(arrival, Ok(Arrival::Some));
        if (is_last || batch.is_full()) && sender.send(Sent::Lines(batch.take())).await.is_err() {
            return Ok(());
        }
        match arrival? {
            Arrival::Some => {}
            Arrival::Last => return Ok(()),
        }
    }
}
