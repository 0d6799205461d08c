//! A conversation with one helper container: it is made, asked, heard and removed again.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncWriteExt, WriteHalf},
    sync::{OwnedSemaphorePermit, mpsc, oneshot},
};

use super::{HelperError, OVERHEAD, counts::Counts};
use crate::{
    clients::{
        deadline::Deadline,
        docker::{Attached, Engine, NewContainer},
    },
    inside::{Answer, Answered, Asked, Opening, Task},
};

/// So many questions may wait to be sent.
const WAITING: usize = 64;

/// Asks one helper container. When the last copy is gone, the container ends and is removed.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    questions: mpsc::Sender<Question>,
}

/// What a task is answered with; one failure of the container is the answer to all.
type Reply = Result<Answer, Arc<HelperError>>;

/// Questions that were sent and are not answered yet, by their numbers.
type Open = BTreeMap<u32, oneshot::Sender<Reply>>;

#[derive(Debug)]
struct Question {
    task: Task,
    reply: oneshot::Sender<Reply>,
}

impl Session {
    /// Starts a conversation in a container that is yet to be made. `place` is given back once that is removed.
    pub(super) fn open(
        engine: Engine,
        container: NewContainer,
        within: Duration,
        counts: Arc<Counts>,
        place: OwnedSemaphorePermit,
    ) -> Self {
        let (questions, asked) = mpsc::channel(WAITING);
        // A task of its own: when nobody waits for it any more, it still removes what it made.
        tokio::spawn(async move {
            talk(&engine, &container, within, &counts, asked).await;
            drop(place);
        });
        Self { questions }
    }

    /// Has one task performed.
    pub(crate) async fn ask(&self, task: Task) -> Reply {
        let (reply, answer) = oneshot::channel();
        let gone = || Arc::new(HelperError::GivenUp);
        self.questions
            .send(Question { task, reply })
            .await
            .map_err(|_| gone())?;
        answer.await.unwrap_or_else(|_| Err(gone()))
    }
}

/// Makes the container, answers questions through it, removes it.
async fn talk(
    engine: &Engine,
    container: &NewContainer,
    within: Duration,
    counts: &Counts,
    mut asked: mpsc::Receiver<Question>,
) {
    let deadline = Deadline::after(within + OVERHEAD);
    let id = match engine.create_container(container, deadline).await {
        Ok(id) => id,
        Err(error) => return refuse(asked, Arc::new(error.into())).await,
    };
    counts.add_made();
    let mut open = Open::new();
    let ended = match engine.start_attached(&id, deadline).await {
        Ok(attached) => exchange(attached, within, &mut asked, &mut open).await,
        Err(error) => Err(error.into()),
    };
    let ended = ended.map_err(Arc::new);
    if let Err(error) = &ended {
        for reply in open.into_values() {
            // Nobody may wait for it any more.
            drop(reply.send(Err(Arc::clone(error))));
        }
    }
    // The engine removes it once it has ended; this makes sure that it has.
    let removed = engine
        .remove_container(&id, Deadline::after(OVERHEAD))
        .await;
    if removed.is_ok() {
        counts.add_removed();
    }
    if let Err(error) = ended.and(removed.map_err(|error| Arc::new(error.into()))) {
        refuse(asked, error).await;
    }
}

/// Sends questions and hands out answers, until nobody asks any more or the container has ended. What is still `open`
/// then got no answer.
async fn exchange(
    attached: Attached,
    within: Duration,
    asked: &mut mpsc::Receiver<Question>,
    open: &mut Open,
) -> Result<(), HelperError> {
    let Attached { lines, mut input } = attached;
    send(&mut input, &Opening { within }).await?;
    // A line is read in pieces, so that reading must never be broken off: a task of its own.
    let (printed, mut heard) = mpsc::channel(WAITING);
    let reading = tokio::spawn(async move {
        let mut lines = lines;
        loop {
            match lines.next().await {
                Ok(Some(line)) => {
                    if printed.send(line).await.is_err() {
                        return String::new();
                    }
                }
                Ok(None) => return lines.complaint(),
                Err(error) => return error.to_string(),
            }
        }
    });
    let mut next = 0;
    loop {
        tokio::select! {
            question = asked.recv() => {
                let Some(Question { task, reply }) = question else {
                    // Its standard input ends here, and with that the container.
                    reading.abort();
                    return Ok(());
                };
                next += 1;
                open.insert(next, reply);
                send(&mut input, &Asked { id: next, task }).await?;
            }
            line = heard.recv() => {
                let Some(line) = line else {
                    return Err(HelperError::Silent(reading.await.unwrap_or_default()));
                };
                let Answered { id, answer } =
                    serde_json::from_slice(&line).map_err(HelperError::Report)?;
                if let Some(reply) = open.remove(&id) {
                    drop(reply.send(Ok(answer)));
                }
            }
        }
    }
}

async fn send<S>(input: &mut WriteHalf<S>, line: &impl serde::Serialize) -> Result<(), HelperError>
where
    WriteHalf<S>: AsyncWriteExt + Unpin,
{
    let mut text = serde_json::to_vec(line).map_err(HelperError::Order)?;
    text.push(b'\n');
    input.write_all(&text).await.map_err(HelperError::Broken)?;
    input.flush().await.map_err(HelperError::Broken)
}

/// Answers every question with the same failure.
async fn refuse(mut asked: mpsc::Receiver<Question>, error: Arc<HelperError>) {
    while let Some(question) = asked.recv().await {
        drop(question.reply.send(Err(Arc::clone(&error))));
    }
}
