//! The worker: takes batches from the queue and sends them, one at a time.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_sdk::Resource;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{sleep, sleep_until, timeout};

use super::failure::{Failure, Retry};
use super::queue::Queue;
use super::report::Report;
use super::sender::{Accepted, Sender, request};
use super::settings::{Backoff, ExportSettings};
use crate::counters::Counters;

/// What the worker can be asked for.
pub(super) enum Command {
    /// Send what waits now.
    Flush(Asker),
    /// Send what waits now, until the deadline is reached, then end.
    Stop(Asker),
}

/// Who waits for the end of a command. One that is dropped was not carried out.
pub(super) enum Asker {
    /// A task of some runtime.
    Task(oneshot::Sender<()>),
    /// A blocked thread.
    Thread(SyncSender<()>),
}

impl Asker {
    /// Tells that the command was carried out.
    fn tell(self) {
        let is_told = match self {
            Self::Task(asker) => asker.send(()).is_ok(),
            Self::Thread(asker) => asker.send(()).is_ok(),
        };
        if !is_told {
            tracing::debug!("nobody waits for the span export any more");
        }
    }
}

/// Sends batches until it is told to stop.
pub(super) struct Worker {
    pub(super) queue: Arc<Queue>,
    pub(super) counters: Arc<Counters>,
    pub(super) sender: Sender,
    pub(super) settings: ExportSettings,
    pub(super) resource: Resource,
    pub(super) report: Report,
    pub(super) commands: mpsc::UnboundedReceiver<Command>,
    /// Set once the process stops: nothing is sent after this.
    pub(super) deadline: watch::Receiver<Option<Instant>>,
}

/// How an attempt to get rid of a batch ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Delivery {
    /// The backend has it.
    Done,
    /// It is lost, and the next one may have better luck.
    Lost,
    /// It is lost, and there is no use in trying the next one before the process ends.
    Hopeless,
}

impl Worker {
    /// Works until told to stop.
    pub(super) async fn run(mut self) {
        let delay = self.settings.otlp.batch.delay;
        let mut tick = tokio::time::Instant::now() + delay;
        loop {
            tokio::select! {
                // In this order, so that no stream of spans delays the end.
                biased;
                command = self.commands.recv() => match command {
                    Some(Command::Flush(asker)) => {
                        self.drain().await;
                        asker.tell();
                    }
                    Some(Command::Stop(asker)) => {
                        self.stop().await;
                        // Whoever is told must find the export ended.
                        self.commands.close();
                        asker.tell();
                        return;
                    }
                    // Everybody who could ask for more is gone.
                    None => return self.stop().await,
                },
                () = self.queue.has_batch() => {
                    self.send_batch().await;
                }
                () = sleep_until(tick) => {
                    self.drain().await;
                    tick = tokio::time::Instant::now() + delay;
                }
            }
        }
    }

    /// Sends what waits now, though it makes no full batch.
    async fn drain(&mut self) {
        let mut remaining = self.queue.len();
        while remaining > 0 {
            remaining = remaining.saturating_sub(self.settings.otlp.batch.batch);
            if self.send_batch().await == Delivery::Hopeless {
                break;
            }
        }
    }

    /// Sends what waits, as far as the deadline allows, and counts the rest as dropped.
    async fn stop(&mut self) {
        self.queue.close();
        self.drain().await;
        self.queue.discard();
    }

    /// Sends the oldest spans, a batch at most, again and again until it is worthless.
    async fn send_batch(&mut self) -> Delivery {
        let spans = self.queue.take_batch();
        let count = spans.len();
        if count == 0 {
            return Delivery::Done;
        }
        let request = request(spans, &self.resource);
        let give_up = Instant::now() + self.settings.otlp.batch.export_timeout;
        let mut backoff = self.settings.backoff;
        loop {
            let failure = match self.attempt(&request).await {
                Ok(accepted) => {
                    self.count(count, &accepted);
                    return Delivery::Done;
                }
                Err(failure) => failure,
            };
            let pause = self.pause_after(&failure, &mut backoff, give_up);
            let before = self.counters.read();
            if pause.is_none() {
                // A batch that is given up is lost here: the place for a buffer that keeps it.
                self.counters.count_failed(count);
            }
            let line = self.report.failed(Instant::now(), &failure, before);
            self.report.write(line, self.counters.read());
            match pause {
                Some(pause) => self.wait(pause).await,
                None if self.is_stopping() => return Delivery::Hopeless,
                None => return Delivery::Lost,
            }
        }
    }

    /// Makes one attempt, which the deadline cuts short.
    async fn attempt(&mut self, request: &ExportTraceServiceRequest) -> Result<Accepted, Failure> {
        let limit = self.settings.otlp.timeout;
        let mut deadline = self.deadline.clone();
        tokio::select! {
            answer = timeout(limit, self.sender.send(request)) => {
                answer.unwrap_or_else(|_| Err(Failure::timeout(limit)))
            }
            () = passed(&mut deadline) => Err(Failure::cut_short()),
        }
    }

    /// How long to wait before the next attempt, if another one is worth it.
    fn pause_after(
        &self,
        failure: &Failure,
        backoff: &mut Backoff,
        give_up: Instant,
    ) -> Option<Duration> {
        let pause = match failure.retry {
            Retry::Never => return None,
            Retry::Later => backoff.pause(),
            Retry::After(asked) => backoff.pause().max(asked),
        };
        let deadline = *self.deadline.borrow();
        if deadline.is_some() && failure.is_away() {
            // The process stops, and there is no backend: it will hardly come back meanwhile.
            return None;
        }
        let end = deadline.map_or(give_up, |deadline| deadline.min(give_up));
        (Instant::now() + pause < end).then_some(pause)
    }

    /// Waits, but not on when the process begins to stop: one more attempt is made at once then.
    async fn wait(&mut self, pause: Duration) {
        let mut deadline = self.deadline.clone();
        if deadline.borrow_and_update().is_some() {
            sleep(pause).await;
            return;
        }
        tokio::select! {
            () = sleep(pause) => {}
            _ = deadline.wait_for(Option::is_some) => {}
        }
    }

    fn is_stopping(&self) -> bool {
        self.deadline.borrow().is_some()
    }

    /// Counts a batch that was taken, and tells what is worth telling about it.
    fn count(&mut self, spans: usize, accepted: &Accepted) {
        let rejected = accepted.rejected.min(spans);
        self.counters.count_sent(spans - rejected);
        self.counters.count_failed(rejected);
        let now = Instant::now();
        let counters = self.counters.read();
        let line = self.report.succeeded(now, counters);
        self.report.write(line, counters);
        if rejected > 0 || !accepted.message.is_empty() {
            let line = self.report.rejected(now, rejected, &accepted.message);
            self.report.write(line, counters);
        }
    }
}

/// Waits until the process stops and its deadline has passed.
async fn passed(deadline: &mut watch::Receiver<Option<Instant>>) {
    let set = deadline
        .wait_for(Option::is_some)
        .await
        .ok()
        .and_then(|deadline| *deadline);
    match set {
        Some(deadline) => sleep_until(deadline.into()).await,
        // Nobody is left who could set one.
        None => std::future::pending().await,
    }
}
