//! A log's files as a feed.

use super::{Batch, End, FeedLine, Sender, Sent};
use crate::logs::{LogCursor, Sieve, Want};

/// Sends every line that is wanted; ends early when nobody takes them.
pub(super) fn send(mut cursor: LogCursor, mut sieve: Sieve, sender: &Sender) {
    let mut batch = Batch::new();
    let mut last_at = None;
    loop {
        let want = sieve.anchors().map_or(Want::Every, Want::Hits);
        let Some(line) = cursor.next(want) else {
            break;
        };
        last_at = last_at.max(line.at);
        if let Some(told) = sieve.take(line) {
            batch.push(FeedLine::of(line, told));
        }
        if batch.is_full() && sender.blocking_send(Sent::Lines(batch.take())).is_err() {
            return;
        }
    }
    let end = End {
        last_at: last_at.max(cursor.passed().last_at),
        begins_late: cursor.begins_late(),
        left_out: cursor.stop().map(ToString::to_string),
    };
    let rest = Sent::Lines(batch.take());
    if sender.blocking_send(rest).is_ok() {
        // Nobody takes it any more only when the program ends.
        drop(sender.blocking_send(Sent::End(end)));
    }
}
