//! Several feeds as one, the oldest line first.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
};

use jiff::Timestamp;
use ptctl_diagnosis::snapshot::Container;
use tokio::sync::mpsc;

use super::{
    End, FeedLine, Sent, file,
    stream::{self, Streamed},
};
use crate::{
    clients::{deadline::Deadline, docker::LogRange},
    gather::LogShelf,
    logs::{LogFiles, Sieve, TimeRange, Wanted},
};

/// So many batches of one feed wait while another's lines are older.
const WAITING: usize = 1;

/// The merged feeds of one window.
#[derive(Debug)]
pub(crate) struct Merged {
    feeds: Vec<Feed>,
    /// The time of the next line of each feed that has one.
    heads: BinaryHeap<Reverse<(Timestamp, usize)>>,
    has_begun: bool,
}

#[derive(Debug)]
struct Feed {
    receiver: mpsc::Receiver<Sent>,
    lines: VecDeque<FeedLine>,
    last_at: Timestamp,
    end: Option<End>,
}

impl Merged {
    /// Begins to read the logs of these containers, in their order: from their files where those are here, else as the
    /// engine streams them.
    pub(crate) fn open(
        shelf: &LogShelf,
        containers: &[Container],
        wanted: &Wanted,
        range: TimeRange,
        deadline: Deadline,
    ) -> Self {
        let feeds = containers
            .iter()
            .map(|container| Feed::open(shelf, container, wanted, range, deadline))
            .collect();
        Self {
            feeds,
            heads: BinaryHeap::new(),
            has_begun: false,
        }
    }

    /// The next line, and which log it is of; `None` when all have ended.
    pub(crate) async fn next(&mut self) -> Option<(usize, FeedLine)> {
        if !self.has_begun {
            self.has_begun = true;
            for number in 0..self.feeds.len() {
                self.line_up(number).await;
            }
        }
        let Reverse((_, number)) = self.heads.pop()?;
        let line = self.feeds[number].lines.pop_front()?;
        self.line_up(number).await;
        Some((number, line))
    }

    /// How the reading of each log ended.
    pub(crate) fn ends(self) -> Vec<End> {
        self.feeds
            .into_iter()
            .map(|feed| feed.end.unwrap_or_default())
            .collect()
    }

    async fn line_up(&mut self, number: usize) {
        if let Some(at) = self.feeds[number].head().await {
            self.heads.push(Reverse((at, number)));
        }
    }
}

impl Feed {
    fn open(
        shelf: &LogShelf,
        container: &Container,
        wanted: &Wanted,
        range: TimeRange,
        deadline: Deadline,
    ) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        let sieve = Sieve::new(wanted.clone(), container.role);
        let cursor = shelf
            .folder(container)
            .and_then(|folder| LogFiles::open(&folder).ok())
            .and_then(|files| files.window(range, deadline).ok());
        match cursor {
            Some(cursor) => {
                let work = move || file::send(cursor, sieve, &sender);
                // Without a thread the feed ends at once, and says so.
                drop(
                    std::thread::Builder::new()
                        .name("log".to_owned())
                        .spawn(work),
                );
            }
            None => {
                let log = Streamed::of(&shelf.engine, container);
                let range = LogRange::Between {
                    since: range.since,
                    until: range.until,
                };
                tokio::spawn(stream::send(log, range, deadline, sieve, sender));
            }
        }
        Self {
            receiver,
            lines: VecDeque::new(),
            last_at: range.since,
            end: None,
        }
    }

    /// The time of the next line, once there is one; one without a time stands by the line before it.
    async fn head(&mut self) -> Option<Timestamp> {
        while self.lines.is_empty() {
            match self.receiver.recv().await {
                Some(Sent::Lines(lines)) => self.lines = lines.into(),
                Some(Sent::End(end)) => {
                    self.end = Some(end);
                    return None;
                }
                None => {
                    self.end.get_or_insert_with(|| End {
                        left_out: Some("its reader ended without a word".to_owned()),
                        ..End::default()
                    });
                    return None;
                }
            }
        }
        let at = self.lines.front()?.at.unwrap_or(self.last_at);
        self.last_at = at;
        Some(at)
    }
}
