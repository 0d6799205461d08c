//! What the helper container does: tasks as lines on standard input, answers as lines on standard output.

use std::{io, time::Duration};

use futures_util::{StreamExt, stream::FuturesUnordered};
use thiserror::Error;
use tokio::io::{AsyncBufReadExt, AsyncWrite, AsyncWriteExt, BufReader};

use super::{Answered, Asked, Opening, Place};
use crate::clients::deadline::Deadline;

/// The opening has to come within this time, since whoever started the helper may be gone.
const OPENING_LIMIT: Duration = Duration::from_secs(10);

/// Why a helper ended before its work was done.
#[derive(Debug, Error)]
pub enum ServeError {
    /// Nobody opened the conversation.
    #[error("nobody asked anything on standard input: this command is for the helper container")]
    NoOpening,
    /// A line cannot be read; it is never quoted, since it may hold secrets.
    #[error("a line on standard input is not one of this version's (column {column})")]
    Line {
        /// Where it goes wrong.
        column: usize,
    },
    /// Time is up.
    #[error("the work was not done in time")]
    Late,
    /// Standard input or output broke.
    #[error("the conversation broke off")]
    Broken(#[source] io::Error),
}

/// Answers what is asked on standard input until that ends, or time is up.
pub(crate) async fn serve() -> Result<(), ServeError> {
    converse(
        BufReader::new(tokio::io::stdin()),
        tokio::io::stdout(),
        &Place::of_helper(),
    )
    .await
}

async fn converse(
    input: impl AsyncBufReadExt + Unpin,
    mut output: impl AsyncWrite + Unpin,
    place: &Place,
) -> Result<(), ServeError> {
    let mut lines = input.lines();
    let opening = Deadline::after(OPENING_LIMIT).cut(lines.next_line()).await;
    let Ok(Ok(Some(opening))) = opening else {
        return Err(ServeError::NoOpening);
    };
    let opening: Opening = read(&opening)?;
    let deadline = Deadline::after(opening.within);
    let talk = async {
        let mut work = FuturesUnordered::new();
        loop {
            tokio::select! {
                line = lines.next_line() => {
                    // Whoever asked wants no answer any more.
                    let Some(line) = line.map_err(ServeError::Broken)? else {
                        return Ok(());
                    };
                    let Asked { id, task } = read(&line)?;
                    work.push(async move {
                        let answer = task.perform(place, deadline).await;
                        Answered { id, answer }
                    });
                }
                Some(answered) = work.next() => {
                    let mut text = serde_json::to_vec(&answered)
                        .map_err(|error| ServeError::Broken(io::Error::other(error)))?;
                    text.push(b'\n');
                    output.write_all(&text).await.map_err(ServeError::Broken)?;
                    output.flush().await.map_err(ServeError::Broken)?;
                }
            }
        }
    };
    deadline.cut(talk).await.unwrap_or(Err(ServeError::Late))
}

fn read<'l, T: serde::Deserialize<'l>>(line: &'l str) -> Result<T, ServeError> {
    serde_json::from_str(line).map_err(|error| ServeError::Line {
        column: error.column(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inside::{SocketsTask, Task};

    async fn printed(input: &str) -> (Result<(), ServeError>, String) {
        let (mut writer, reader) = tokio::io::duplex(1 << 16);
        writer.write_all(input.as_bytes()).await.expect("a pipe");
        let (output, mut heard) = tokio::io::duplex(1 << 20);
        let place = Place::own();
        let asker = async {
            let mut lines = BufReader::new(&mut heard).lines();
            let line = lines.next_line().await.expect("a pipe");
            drop(writer);
            line.unwrap_or_default()
        };
        tokio::join!(converse(BufReader::new(reader), output, &place), asker)
    }

    #[tokio::test]
    async fn a_task_is_answered_under_its_number_and_hanging_up_ends_it() {
        let opening = serde_json::to_string(&Opening {
            within: Duration::from_secs(20),
        })
        .expect("JSON");
        let asked = serde_json::to_string(&Asked {
            id: 7,
            task: Task::from(SocketsTask { ports: vec![4317] }),
        })
        .expect("JSON");
        let (ended, line) = printed(&format!("{opening}\n{asked}\n")).await;
        ended.expect("an end in peace");
        let answered: Answered = serde_json::from_str(&line).expect("an answer");
        assert_eq!(answered.id, 7);
    }

    #[tokio::test]
    async fn what_it_cannot_read_is_refused_and_never_quoted() {
        let (ended, _) =
            printed("{\"within\":{\"secs\":5,\"nanos\":0}}\n{\"token\":\"s3cret\"}\n").await;
        let said = ended.expect_err("a refusal").to_string();
        assert!(!said.contains("s3cret"), "{said}");
        let (ended, _) = printed("hello\n").await;
        assert!(matches!(ended, Err(ServeError::Line { .. })));
    }
}
