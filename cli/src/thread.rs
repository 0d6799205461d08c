//! Work on a thread that nobody waits for when the program ends.
//!
//! The runtime waits for its own blocking threads, so that a signal would not end a program that reads a large file.

use std::io;

use thiserror::Error;
use tokio::sync::oneshot;

use crate::clients::deadline::Deadline;

/// Why some work on a thread brought nothing.
#[derive(Debug, Error)]
pub(crate) enum Unfinished {
    /// The disk that it waits for may never answer; its thread waits on.
    #[error("the disk did not answer in time")]
    Late,
    /// No thread could be had, or it ended without a result.
    #[error("the thread ended early: {0}")]
    Ended(#[source] io::Error),
}

/// Does some work on a thread of its own; `Err` where none could be had, or where it ended without a result.
pub(crate) async fn apart<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<T> {
    let (done, end) = oneshot::channel();
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || {
            // Nobody listens any more only when the program ends or has lost its interest.
            drop(done.send(work()));
        })?;
    end.await.map_err(io::Error::other)
}

/// The same until a deadline: what waits for a disk that hangs is left behind.
pub(crate) async fn apart_until<T: Send + 'static>(
    deadline: Deadline,
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Unfinished> {
    match deadline.cut(apart(name, work)).await {
        Ok(done) => done.map_err(Unfinished::Ended),
        Err(_) => Err(Unfinished::Late),
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, time::Duration};

    use super::*;

    #[tokio::test]
    async fn a_disk_that_never_answers_holds_nobody_up() {
        let (answer, disk) = mpsc::channel::<()>();
        let deadline = Deadline::after(Duration::from_millis(20));
        let asked = apart_until(deadline, "disk", move || disk.recv()).await;
        assert!(matches!(asked, Err(Unfinished::Late)), "{asked:?}");
        drop(answer);
    }

    #[tokio::test]
    async fn what_is_done_in_time_is_handed_over() {
        let deadline = Deadline::after(Duration::from_mins(1));
        let done = apart_until(deadline, "sum", || 1 + 1).await;
        assert_eq!(done.expect("done"), 2);
    }
}
