//! The helper container: our own static binary as an image of one file, run for a moment next to a service.
//!
//! It has a read-only root, no capability beyond what its task needs, no new privileges, limits on memory and
//! processes, and a deadline. Its order comes on standard input, so that no secret stands in its description; when
//! whoever gave the order is gone it ends, and the engine removes it.

mod binary;
mod cleanup;
mod image;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use ptctl_diagnosis::snapshot::ContainerId;
use thiserror::Error;
use tokio::sync::{OnceCell, Semaphore, oneshot};

pub(crate) use self::cleanup::cleanup;
use self::{
    binary::{BinaryError, HelperBinary},
    image::{HelperImage, Origin},
};
use crate::{
    clients::{
        cause::on_one_line,
        deadline::Deadline,
        docker::{Engine, EngineError, LogConfig, NewContainer, NewHostConfig},
    },
    inside::{Order, Report, Task},
};

/// The label of the helper's image and containers.
pub(crate) const HELPER_LABEL: &str = "dev.ptctl.helper";
/// The label that says which run made a container.
const RUN_LABEL: &str = "dev.ptctl.run";
/// The label that says when a container is to be gone, in seconds since 1970.
const DEADLINE_LABEL: &str = "dev.ptctl.deadline";

/// So many helper containers run at a time.
const AT_A_TIME: usize = 4;
/// A helper may use so much memory: a scan of logs stays below 64 MiB.
const MEMORY: u64 = 128 << 20;
/// A helper may have so many threads.
const THREADS: u32 = 64;
/// Files are mounted here.
pub(crate) const MOUNT: &str = "/data";
/// The user of a helper whose task needs no particular one.
const NOBODY: &str = "65534:65534";
/// After its deadline a container is given this long to end by itself before another run collects it.
const GRACE: SignedDuration = SignedDuration::from_secs(10);
/// What the engine needs to make, start and remove a container, on top of the work itself.
const OVERHEAD: Duration = Duration::from_secs(5);

/// Where a helper does its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Spot {
    /// In the network namespace of a running container.
    NetworkOf(ContainerId),
    /// With files mounted read-only at [`MOUNT`], and no network.
    Beside {
        /// A volume's name or a folder of the engine's host.
        source: String,
        /// Who reads them.
        reader: Reader,
    },
}

/// Who reads mounted files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reader {
    /// The user that owns them.
    Owner {
        /// The user.
        uid: u32,
        /// The group.
        gid: u32,
    },
    /// Root with the one capability to read past permissions.
    Anyones,
}

/// Why a helper gave no report.
#[derive(Debug, Error)]
pub(crate) enum HelperError {
    /// The binary cannot be the helper.
    #[error(transparent)]
    Binary(#[from] BinaryError),
    /// The engine refused or failed.
    #[error("{}", on_one_line(.0))]
    Engine(#[from] EngineError),
    /// The order could not be written down.
    #[error("the helper's order could not be written: {0}")]
    Order(serde_json::Error),
    /// It ended without a report.
    #[error("the helper container ended without a report{}", complaint(.0))]
    Silent(String),
    /// Its report cannot be read.
    #[error("the helper's report cannot be read: {0}")]
    Report(serde_json::Error),
    /// The program is ending.
    #[error("the helper was given up")]
    GivenUp,
}

fn complaint(text: &str) -> String {
    match text.lines().next() {
        Some(line) => format!(": {}", ptctl_diagnosis::printable::printable(line)),
        None => String::new(),
    }
}

/// Runs helper containers for one look.
#[derive(Debug)]
pub(crate) struct Helper {
    engine: Engine,
    platform: String,
    binary: PathBuf,
    run: String,
    image: OnceCell<HelperImage>,
    places: Arc<Semaphore>,
    containers: AtomicUsize,
}

impl Helper {
    /// Prepares; nothing is made yet. `platform` is the engine's, `linux/amd64`.
    pub(crate) fn new(engine: Engine, platform: String, binary: PathBuf) -> Self {
        Self {
            engine,
            platform,
            binary,
            run: uuid::Uuid::new_v4().to_string(),
            image: OnceCell::new(),
            places: Arc::new(Semaphore::new(AT_A_TIME)),
            containers: AtomicUsize::new(0),
        }
    }

    /// Runs one helper container and waits for its report.
    pub(crate) async fn perform(
        &self,
        spot: &Spot,
        tasks: Vec<Task>,
        within: Duration,
    ) -> Result<Report, HelperError> {
        let deadline = Deadline::after(within + OVERHEAD);
        let image = self
            .image
            .get_or_try_init(|| self.prepare(deadline))
            .await?;
        let Ok(place) = Arc::clone(&self.places).acquire_owned().await else {
            return Err(HelperError::GivenUp);
        };
        let order = serde_json::to_vec(&Order { within, tasks }).map_err(HelperError::Order)?;
        let container = self.describe(spot, image, within);
        self.containers.fetch_add(1, Ordering::Relaxed);
        let engine = self.engine.clone();
        // A task of its own: when nobody waits for it any more, it still removes what it made.
        let (still_wanted, given_up) = oneshot::channel::<()>();
        let conversation = tokio::spawn(async move {
            let _place = place;
            let id = engine.create_container(&container, deadline).await?;
            let printed = tokio::select! {
                printed = engine.converse(&id, &order, deadline) => printed.map_err(HelperError::from),
                _ = given_up => Err(HelperError::GivenUp),
            };
            // The engine removes it once it has ended; this makes sure that it has.
            let removed = engine
                .remove_container(&id, Deadline::after(OVERHEAD))
                .await;
            let printed = printed?;
            removed?;
            Ok::<_, HelperError>(printed)
        });
        let printed = conversation.await.unwrap_or(Err(HelperError::GivenUp))?;
        drop(still_wanted);
        if printed.line.is_empty() {
            return Err(HelperError::Silent(printed.complaint));
        }
        serde_json::from_slice(&printed.line).map_err(HelperError::Report)
    }

    /// What it did so far, for a person.
    pub(crate) fn deeds(&self) -> Vec<String> {
        let image = self.image.get().map(|image| match image.origin {
            Origin::Imported => format!("imported the image {}", image.name),
            Origin::Found => format!("used the image {}", image.name),
        });
        let containers = match self.containers.load(Ordering::Relaxed) {
            0 => None,
            1 => Some("ran 1 helper container, and removed it".to_owned()),
            count => Some(format!("ran {count} helper containers, and removed them")),
        };
        image.into_iter().chain(containers).collect()
    }

    /// Collects what earlier runs left behind, and sees to the image.
    async fn prepare(&self, deadline: Deadline) -> Result<HelperImage, HelperError> {
        let binary = HelperBinary::load(&self.binary, &self.platform)?;
        cleanup::collect_overdue(&self.engine, deadline).await?;
        Ok(image::ensure(&self.engine, &binary, deadline).await?)
    }

    fn describe(&self, spot: &Spot, image: &HelperImage, within: Duration) -> NewContainer {
        let gone_by = SignedDuration::try_from(within + OVERHEAD)
            .ok()
            .and_then(|within| Timestamp::now().checked_add(within + GRACE).ok())
            .unwrap_or(Timestamp::MAX);
        let (network_mode, binds, user, cap_add) = match spot {
            Spot::NetworkOf(id) => (
                format!("container:{}", id.0),
                Vec::new(),
                NOBODY.to_owned(),
                Vec::new(),
            ),
            Spot::Beside { source, reader } => {
                let (user, capabilities) = match reader {
                    Reader::Owner { uid, gid } => (format!("{uid}:{gid}"), Vec::new()),
                    Reader::Anyones => ("0:0".to_owned(), vec!["DAC_READ_SEARCH".to_owned()]),
                };
                let bind = format!("{source}:{MOUNT}:ro");
                ("none".to_owned(), vec![bind], user, capabilities)
            }
        };
        NewContainer {
            image: image.name.clone(),
            cmd: Vec::new(),
            user,
            labels: BTreeMap::from([
                (HELPER_LABEL.to_owned(), "container".to_owned()),
                (RUN_LABEL.to_owned(), self.run.clone()),
                (DEADLINE_LABEL.to_owned(), gone_by.as_second().to_string()),
            ]),
            open_stdin: true,
            stdin_once: true,
            attach_stdin: true,
            attach_stdout: true,
            attach_stderr: true,
            host_config: NewHostConfig {
                network_mode,
                auto_remove: true,
                readonly_rootfs: true,
                cap_drop: vec!["ALL".to_owned()],
                cap_add,
                security_opt: vec!["no-new-privileges".to_owned()],
                memory: MEMORY,
                pids_limit: THREADS,
                binds,
                log_config: LogConfig {
                    r#type: "none".to_owned(),
                },
            },
        }
    }
}
