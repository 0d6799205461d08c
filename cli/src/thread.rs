//! Work on a thread that nobody waits for when the program ends.
//!
//! The runtime waits for its own blocking threads, so that a signal would not end a program that reads a large file.

use std::io;

use tokio::sync::oneshot;

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
