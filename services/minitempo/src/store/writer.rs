//! The one thread that writes: it gathers what waits, writes it in one transaction and answers all who wait (group
//! commit), and starts a new block when the open one is old or full.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::{mpsc, oneshot};
use tracing::{debug, error, info};

use super::block::Block;
use super::catalogue::Catalogue;
use super::error::{Causes, StoreError};
use super::fragment::Fragment;
use super::handle::{Command, WriterCounters, WriterHandle};
use super::recovery::{EXTENSION, SetAside, recover};

/// How many requests may wait for the writer before senders are held back.
const QUEUE: usize = 1024;
/// How long nothing is written after a write failed: a full disk is not freed by trying again at once.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(1);
/// How much payload one transaction takes at most before those who wait are answered.
const COMMIT_BYTES: usize = 8 << 20;

/// How the store is to be kept.
#[derive(Debug, Clone)]
pub(crate) struct WriterSettings {
    /// Where the blocks lie.
    pub(crate) folder: PathBuf,
    /// How long one block takes fragments.
    pub(crate) block_duration: Duration,
    /// How much payload one block takes.
    pub(crate) block_bytes: u64,
    /// How long a block is kept after its last fragment; zero keeps it for good.
    pub(crate) retention: Duration,
}

/// The writing thread; it ends when it is told to, or when all handles are gone.
pub(crate) struct Writer {
    commands: mpsc::Sender<Command>,
    thread: JoinHandle<()>,
}

/// A store that has been opened.
pub(crate) struct Opened {
    pub(crate) writer: Writer,
    pub(crate) handle: WriterHandle,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) set_aside: Vec<SetAside>,
}

impl Writer {
    /// Opens the store of a folder and starts its writing thread.
    pub(crate) fn open(settings: WriterSettings) -> Result<Opened, StoreError> {
        let recovered = recover(&settings.folder)?;
        let newest = recovered.blocks.last().cloned();
        for block in &recovered.blocks {
            let is_newest = newest.as_ref().is_some_and(|last| Arc::ptr_eq(last, block));
            if block.is_open() && !is_newest {
                block.seal()?;
            }
        }
        let catalogue = Arc::new(Catalogue::new(recovered.blocks));
        let current = match newest.filter(|block| block.is_open()) {
            Some(block) => block,
            None => create_block(&settings, &catalogue)?,
        };
        let counters = Arc::new(WriterCounters::default());
        let (commands, inbox) = mpsc::channel(QUEUE);
        let mut state = State {
            settings,
            catalogue: Arc::clone(&catalogue),
            current,
            sealing: Vec::new(),
            counters: Arc::clone(&counters),
            last_failure: None,
        };
        let thread = thread::Builder::new()
            .name("span-writer".to_owned())
            .spawn(move || state.run(inbox))
            .map_err(|source| StoreError::StartWriter { source })?;
        Ok(Opened {
            writer: Self {
                commands: commands.clone(),
                thread,
            },
            handle: WriterHandle { commands, counters },
            catalogue,
            set_aside: recovered.set_aside,
        })
    }

    /// Writes everything handed over until now, refuses what comes later, and ends the thread.
    pub(crate) fn finish(self) {
        if self.commands.blocking_send(Command::Finish).is_err() {
            debug!("the span writer has ended before");
        }
        if self.thread.join().is_err() {
            error!("the span writer ended with a panic");
        }
    }
}

/// What the writing thread works with.
pub(super) struct State {
    pub(super) settings: WriterSettings,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) current: Arc<Block>,
    pub(super) sealing: Vec<JoinHandle<()>>,
    pub(super) counters: Arc<WriterCounters>,
    pub(super) last_failure: Option<(Instant, Arc<StoreError>)>,
}

type Waiting = (Vec<Fragment>, oneshot::Sender<Result<(), Arc<StoreError>>>);

impl State {
    fn run(&mut self, mut inbox: mpsc::Receiver<Command>) {
        while let Some(command) = inbox.blocking_recv() {
            let mut waiting = Vec::new();
            let mut bytes = 0;
            let mut keep_house = false;
            let mut finish = false;
            let mut next = Some(command);
            while let Some(command) = next {
                match command {
                    Command::Append { fragments, stored } => {
                        bytes += fragments.iter().map(Fragment::record_len).sum::<usize>();
                        waiting.push((fragments, stored));
                    }
                    Command::KeepHouse => keep_house = true,
                    Command::Finish => finish = true,
                }
                next = if bytes < COMMIT_BYTES && !finish {
                    inbox.try_recv().ok()
                } else {
                    None
                };
            }
            self.commit(waiting);
            if finish {
                break;
            }
            if keep_house {
                self.keep_house();
            }
            self.roll_over_if_due();
        }
        for sealing in self.sealing.drain(..) {
            if sealing.join().is_err() {
                error!("sealing a block ended with a panic");
            }
        }
    }

    fn commit(&mut self, waiting: Vec<Waiting>) {
        if waiting.is_empty() {
            return;
        }
        let result = self.write(&waiting);
        let counter = if result.is_ok() {
            &self.counters.commits
        } else {
            &self.counters.failed_commits
        };
        counter.fetch_add(1, Ordering::Relaxed);
        for (_, stored) in waiting {
            if stored.send(result.clone()).is_err() {
                debug!("a request was given up while its spans were written");
            }
        }
    }

    fn write(&mut self, waiting: &[Waiting]) -> Result<(), Arc<StoreError>> {
        if let Some((at, failure)) = &self.last_failure
            && at.elapsed() < PAUSE_AFTER_FAILURE
        {
            return Err(Arc::clone(failure));
        }
        let fragments: Vec<&Fragment> = waiting.iter().flat_map(|(group, _)| group).collect();
        match self.current.append(&fragments, unix_millis()) {
            Ok(()) => {
                if self.last_failure.take().is_some() {
                    info!("spans are written again");
                }
                Ok(())
            }
            Err(failure) => {
                error!(err = %Causes(&failure), "failed to write spans");
                if let Err(failure) = self.current.reopen() {
                    error!(err = %Causes(&failure), "failed to reopen the block after a failed write");
                }
                let failure = Arc::new(failure);
                self.last_failure = Some((Instant::now(), Arc::clone(&failure)));
                Err(failure)
            }
        }
    }

    fn roll_over_if_due(&mut self) {
        if self.current.payload_bytes() == 0 {
            return;
        }
        let full = self.current.payload_bytes() >= self.settings.block_bytes;
        let old = block_age(&self.current) >= self.settings.block_duration;
        if !full && !old {
            return;
        }
        let next = match create_block(&self.settings, &self.catalogue) {
            Ok(next) => next,
            Err(failure) => {
                error!(err = %Causes(&failure), "failed to start a new block");
                return;
            }
        };
        let full_block = std::mem::replace(&mut self.current, next);
        self.start_sealing(full_block);
    }

    /// Seals a block on a thread of its own: it takes long, and the storage engine may panic on a file that was altered.
    pub(super) fn start_sealing(&mut self, block: Arc<Block>) {
        self.sealing.retain(|sealing| !sealing.is_finished());
        let counters = Arc::clone(&self.counters);
        self.sealing.push(thread::spawn(move || match block.seal() {
            Ok(()) => {
                counters.sealed.fetch_add(1, Ordering::Relaxed);
                info!(block = %block.path().display(), "block sealed");
            }
            Err(failure) => {
                counters.failed_seals.fetch_add(1, Ordering::Relaxed);
                error!(err = %Causes(&failure), "failed to seal block");
            }
        }));
    }
}

pub(super) fn create_block(
    settings: &WriterSettings,
    catalogue: &Catalogue,
) -> Result<Arc<Block>, StoreError> {
    let mut millis = unix_millis();
    let mut path;
    loop {
        path = settings.folder.join(format!("{millis:014}.{EXTENSION}"));
        if !path.exists() {
            break;
        }
        millis += 1;
    }
    let block = Arc::new(Block::create(&path)?);
    catalogue.push(Arc::clone(&block));
    Ok(block)
}

/// How long ago a block was made; its name says when.
fn block_age(block: &Block) -> Duration {
    let made = block
        .path()
        .file_stem()
        .and_then(|stem| stem.to_str())
        .and_then(|stem| stem.parse().ok())
        .unwrap_or(0);
    Duration::from_millis(unix_millis().saturating_sub(made))
}

pub(super) fn unix_millis() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| {
            u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
        })
}
