//! The span processor: puts spans that end into the queue, and owns the worker's thread.

use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use opentelemetry::Context;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};
use tokio::runtime::{self, Runtime};
use tokio::sync::{mpsc, oneshot, watch};

use super::outbox::Outbox;
use super::queue::Queue;
use super::sender::Sender;
use super::settings::ExportSettings;
use super::worker::{Asker, Command, Worker};
use crate::counters::Counters;
use crate::error::InitError;

/// How much longer than its deadline a worker is waited for: it keeps the deadline itself.
const GRACE: Duration = Duration::from_millis(250);

/// How long a flush may take where the caller does not say, as in the SDK.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(5);

/// A span processor that sends spans from a thread of its own.
///
/// The thread has a runtime of its own, so that neither a runtime with one worker nor one that is
/// blocked by whoever waits for the end can keep spans from being sent.
#[derive(Debug)]
pub(crate) struct ExportProcessor {
    control: ExportControl,
}

/// A handle on the export, for whoever flushes or ends it.
#[derive(Clone)]
pub(crate) struct ExportControl {
    queue: Arc<Queue>,
    commands: mpsc::UnboundedSender<Command>,
    deadline: Arc<watch::Sender<Option<Instant>>>,
}

/// The worker did not do what it was asked for in time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NotInTime;

impl ExportProcessor {
    /// Starts the thread. What is wrong with the client it needs is told here.
    pub(crate) fn start(
        settings: ExportSettings,
        resource: Resource,
        counters: Arc<Counters>,
    ) -> Result<Self, InitError> {
        let queue = Arc::new(Queue::new(settings.otlp.batch, Arc::clone(&counters)));
        let (commands, received) = mpsc::unbounded_channel();
        let (deadline, watched) = watch::channel(None);
        let (started, start) = sync_channel(1);
        let plan = Plan {
            queue: Arc::clone(&queue),
            counters,
            settings,
            resource,
            commands: received,
            deadline: watched,
        };
        thread::Builder::new()
            .name("telemetry-export".to_owned())
            .spawn(move || plan.run(&started))
            .map_err(InitError::Thread)?;
        match start.recv() {
            Ok(started) => started?,
            Err(_) => unreachable!("the thread tells how it started before it ends"),
        }
        Ok(Self {
            control: ExportControl {
                queue,
                commands,
                deadline: Arc::new(deadline),
            },
        })
    }

    /// A handle on the export.
    pub(crate) fn control(&self) -> ExportControl {
        self.control.clone()
    }
}

/// What the thread needs to make its worker.
struct Plan {
    queue: Arc<Queue>,
    counters: Arc<Counters>,
    settings: ExportSettings,
    resource: Resource,
    commands: mpsc::UnboundedReceiver<Command>,
    deadline: watch::Receiver<Option<Instant>>,
}

impl Plan {
    /// Makes the worker, tells whether that worked, and lets it work until it is told to stop.
    fn run(self, started: &SyncSender<Result<(), InitError>>) {
        let (runtime, sender) = match self.prepare() {
            Ok(prepared) => prepared,
            Err(error) => {
                if let Err(untold) = started.send(Err(error)) {
                    tracing::error!(error = ?untold.0, "the span export did not start");
                }
                return;
            }
        };
        if started.send(Ok(())).is_err() {
            return;
        }
        let outbox = Outbox::new(
            self.queue,
            self.settings.otlp.retry_buffer,
            self.resource,
            Arc::clone(&self.counters),
        );
        let worker = Worker::new(
            outbox,
            self.counters,
            sender,
            self.settings,
            self.commands,
            self.deadline,
        );
        runtime.block_on(worker.run());
        // A name that is still being looked up must not hold up the end.
        runtime.shutdown_background();
    }

    fn prepare(&self) -> Result<(Runtime, Sender), InitError> {
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(InitError::Thread)?;
        // The client's connection is driven by the runtime it is made in.
        let inside = runtime.enter();
        let sender = Sender::new(&self.settings.otlp)?;
        drop(inside);
        Ok((runtime, sender))
    }
}

impl ExportControl {
    /// Sends what waits, as far as the backend takes it.
    pub(crate) async fn flush(&self) -> Result<(), NotInTime> {
        let (done, end) = oneshot::channel();
        self.ask(Command::Flush(Asker::Task(done)));
        end.await.map_err(|_| NotInTime)
    }

    /// Sends what waits until `within` is over, then ends the export for good.
    ///
    /// The worker keeps the time, so this needs no timer of the runtime it is awaited in.
    pub(crate) async fn stop(&self, within: Duration) -> Result<(), NotInTime> {
        self.set_deadline(within);
        let (done, end) = oneshot::channel();
        self.ask(Command::Stop(Asker::Task(done)));
        end.await.map_err(|_| NotInTime)
    }

    /// As [`ExportControl::stop`], blocking this thread.
    pub(crate) fn stop_blocking(&self, within: Duration) -> Result<(), NotInTime> {
        self.set_deadline(within);
        let (done, end) = sync_channel(1);
        self.ask(Command::Stop(Asker::Thread(done)));
        end.recv_timeout(within + GRACE).map_err(|_| NotInTime)
    }

    /// Whether the worker has ended.
    pub(crate) fn has_ended(&self) -> bool {
        self.commands.is_closed()
    }

    fn flush_blocking(&self, within: Duration) -> Result<(), NotInTime> {
        let (done, end) = sync_channel(1);
        self.ask(Command::Flush(Asker::Thread(done)));
        end.recv_timeout(within).map_err(|_| NotInTime)
    }

    fn set_deadline(&self, within: Duration) {
        self.deadline.send_if_modified(|deadline| {
            let is_first = deadline.is_none();
            deadline.get_or_insert_with(|| Instant::now() + within);
            is_first
        });
    }

    fn ask(&self, command: Command) {
        if self.commands.send(command).is_err() {
            // The command is dropped with its asker in it, which whoever waits notices.
            tracing::debug!("the span export has ended already");
        }
    }
}

impl fmt::Debug for ExportControl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ExportControl")
            .field("queue", &self.queue)
            .finish_non_exhaustive()
    }
}

impl SpanProcessor for ExportProcessor {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        if span.span_context.is_sampled() {
            self.control.queue.push(span);
        }
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.control
            .flush_blocking(FLUSH_TIMEOUT)
            .map_err(|NotInTime| OTelSdkError::Timeout(FLUSH_TIMEOUT))
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        if self.control.has_ended() {
            return Ok(());
        }
        self.control
            .stop_blocking(timeout)
            .map_err(|NotInTime| OTelSdkError::Timeout(timeout))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Exporter, Lookup};

    /// An export that has nothing to send.
    fn export() -> ExportProcessor {
        let find = |name: &str| (name == "TEMPO_ENDPOINT").then(|| "127.0.0.1:4317".into());
        let Ok(Config::Enabled(tracing)) = Config::read("stopped", &Lookup::new(&find)) else {
            panic!("the configuration enables tracing");
        };
        let Exporter::Otlp(otlp) = tracing.exporter else {
            panic!("the configuration has an endpoint");
        };
        let settings = ExportSettings::new(*otlp);
        ExportProcessor::start(settings, Resource::builder_empty().build(), Arc::default()).unwrap()
    }

    #[test]
    fn the_export_has_ended_before_whoever_stopped_it_is_told() {
        let control = export().control();
        // Nothing is told through this channel before it is received.
        let (told, end) = sync_channel(0);
        control.ask(Command::Stop(Asker::Thread(told)));
        let deadline = Instant::now() + Duration::from_secs(5);
        while !control.has_ended() {
            assert!(Instant::now() < deadline, "told before it ended");
            thread::yield_now();
        }
        end.recv_timeout(Duration::from_secs(5)).unwrap();
    }
}
