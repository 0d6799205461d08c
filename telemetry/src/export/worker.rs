//! The worker: sends what waits, one batch at a time, and decides when a failed one is sent again.

use std::future::Future;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{sleep_until, timeout};

use super::batch::Batch;
use super::catch_up::CatchUp;
use super::failure::{Failure, Retry};
use super::outbox::Outbox;
use super::report::Report;
use super::sender::{Accepted, Sender};
use super::settings::{Backoff, ExportSettings};
use crate::counters::{Counters, ExportCounters};

/// What the worker can be asked for.
pub(super) enum Command {
    /// Send what waits now, as far as the backend takes it.
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

/// The longest that a backend can put off the next attempt: it may be another one by then.
const LONGEST_PUT_OFF: Duration = Duration::from_mins(10);

/// Sends batches until it is told to stop.
pub(super) struct Worker {
    outbox: Outbox,
    counters: Arc<Counters>,
    sender: Sender,
    settings: ExportSettings,
    report: Report,
    commands: mpsc::UnboundedReceiver<Command>,
    /// Set once the process stops: nothing is sent after this.
    deadline: watch::Receiver<Option<Instant>>,
    /// The pauses between attempts, since the last one that worked.
    backoff: Backoff,
    /// How fast what waits follows once the backend is back.
    catch_up: CatchUp,
    /// When to send again, where that is not at once.
    resume: Option<Instant>,
}

/// How an attempt to get rid of the oldest batch ended.
enum Delivery {
    /// It is settled: this many spans were taken or refused for good.
    Settled(usize),
    /// It waits for another attempt.
    PutOff(Failure),
}

impl Worker {
    /// A worker that sends what is in `outbox`, and takes `commands`.
    pub(super) fn new(
        outbox: Outbox,
        counters: Arc<Counters>,
        sender: Sender,
        settings: ExportSettings,
        commands: mpsc::UnboundedReceiver<Command>,
        deadline: watch::Receiver<Option<Instant>>,
    ) -> Self {
        Self {
            outbox,
            counters,
            sender,
            report: Report::new(settings.otlp.endpoint.to_string()),
            backoff: settings.backoff,
            settings,
            commands,
            deadline,
            catch_up: CatchUp::default(),
            resume: None,
        }
    }

    /// Works until told to stop.
    pub(super) async fn run(mut self) {
        let delay = self.settings.otlp.batch.delay;
        let mut tick = Instant::now() + delay;
        loop {
            let resume = self.resume;
            tokio::select! {
                // In this order, so that no stream of spans delays the end.
                biased;
                command = self.commands.recv() => match command {
                    Some(Command::Flush(asker)) => {
                        self.resume = None;
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
                () = sleep_until(resume.unwrap_or(tick).into()), if resume.is_some() => {
                    self.resume = None;
                    self.send_oldest().await;
                }
                () = self.outbox.has_new_batch(), if resume.is_some() => self.outbox.keep_new(),
                () = self.outbox.has_batch(), if resume.is_none() => {
                    self.send_oldest().await;
                }
                () = sleep_until(tick.into()), if resume.is_none() => {
                    self.drain().await;
                    tick = Instant::now() + delay;
                }
            }
            self.tell_drops();
        }
    }

    /// Sends what waits now, though it makes no full batch, until an attempt fails.
    async fn drain(&mut self) {
        let mut remaining = self.outbox.len();
        while remaining > 0 {
            match self.send_oldest().await {
                Some(Delivery::Settled(spans)) => remaining = remaining.saturating_sub(spans),
                Some(Delivery::PutOff(_)) | None => break,
            }
        }
    }

    /// Sends what waits, as far as the deadline allows, and counts the rest as dropped.
    async fn stop(&mut self) {
        self.outbox.close();
        let set = *self.deadline.borrow();
        let deadline = set.unwrap_or_else(|| Instant::now() + self.settings.otlp.timeout);
        let mut last = None;
        while let Some(delivery) = self.send_oldest().await {
            let Delivery::PutOff(failure) = delivery else {
                continue;
            };
            let resume = self.resume.take();
            // A backend that is not there at all will hardly come back meanwhile.
            let is_hopeless = failure.is_away() || resume.is_none_or(|resume| resume >= deadline);
            last = Some(failure);
            match resume {
                Some(resume) if !is_hopeless => sleep_until(resume.into()).await,
                Some(_) | None => break,
            }
        }
        self.tell_drops();
        self.outbox.discard();
        let counters = self.counters.read();
        let line = Report::ended(last, counters);
        self.report.write(line, counters);
    }

    /// Makes one attempt to send the oldest batch; `None` where nothing waits.
    async fn send_oldest(&mut self) -> Option<Delivery> {
        let batch = self.outbox.take()?;
        let attempt = attempt(&self.sender, &batch, &self.settings, self.deadline.clone());
        let answer = self.outbox.keep_new_until(attempt).await;
        Some(match answer {
            Ok(accepted) => self.settle(&batch, &accepted),
            Err(failure) => match failure.retry {
                Retry::Never => self.give_up(batch.spans(), &failure),
                Retry::Later => self.put_off(batch, failure, Duration::ZERO),
                Retry::After(asked) => self.put_off(batch, failure, asked),
            },
        })
    }

    /// Counts a batch that was taken, and tells what is worth telling about it.
    fn settle(&mut self, batch: &Batch, accepted: &Accepted) -> Delivery {
        let spans = batch.spans();
        self.backoff = self.settings.backoff;
        let rejected = accepted.rejected.min(spans);
        self.counters.count_sent(spans - rejected);
        self.counters.count_failed(rejected);
        let now = Instant::now();
        let pause = self.catch_up.pause(batch, self.outbox.buffered_bytes());
        self.resume = pause.map(|pause| now + pause);
        let counters = self.counters.read();
        let line = self.report.succeeded(now, counters);
        self.report.write(line, counters);
        if rejected > 0 || !accepted.message.is_empty() {
            let line = self.report.rejected(now, rejected, &accepted.message);
            self.report.write(line, counters);
        }
        Delivery::Settled(spans)
    }

    /// Counts a batch that would be refused again and again as lost, and goes on with the next.
    fn give_up(&mut self, spans: usize, failure: &Failure) -> Delivery {
        self.backoff = self.settings.backoff;
        let before = self.counters.read();
        self.counters.count_failed(spans);
        self.tell_failure(failure, before, spans);
        Delivery::Settled(spans)
    }

    /// Keeps a batch for another attempt, after a pause that is as long as was `asked` for, or
    /// longer.
    fn put_off(&mut self, batch: Batch, failure: Failure, asked: Duration) -> Delivery {
        let pause = self.backoff.pause().max(asked.min(LONGEST_PUT_OFF));
        self.resume = Some(Instant::now() + pause);
        self.catch_up.begin();
        let before = self.counters.read();
        self.counters.count_retried(batch.spans());
        self.outbox.put_back(batch);
        self.tell_failure(&failure, before, 0);
        Delivery::PutOff(failure)
    }

    fn tell_failure(&mut self, failure: &Failure, before: ExportCounters, lost: usize) {
        let line = self.report.failed(Instant::now(), failure, before, lost);
        self.report.write(line, self.counters.read());
    }

    /// Tells of spans that were dropped since they were last told of.
    fn tell_drops(&mut self) {
        let counters = self.counters.read();
        for line in self.report.drops(Instant::now(), counters) {
            self.report.write(line, counters);
        }
    }
}

/// Makes one attempt, which the deadline cuts short.
fn attempt(
    sender: &Sender,
    batch: &Batch,
    settings: &ExportSettings,
    mut deadline: watch::Receiver<Option<Instant>>,
) -> impl Future<Output = Result<Accepted, Failure>> {
    let limit = settings
        .otlp
        .timeout
        .min(settings.otlp.batch.export_timeout);
    async move {
        tokio::select! {
            answer = timeout(limit, sender.send(batch)) => {
                answer.unwrap_or_else(|_| Err(Failure::timeout(limit)))
            }
            () = passed(&mut deadline) => Err(Failure::cut_short()),
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
