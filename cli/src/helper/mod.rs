//! The helper container: our own static binary as an image of one file, run for a moment next to a service.
//!
//! It has a read-only root, no capability beyond what its task needs, no new privileges, limits on memory and
//! processes, and a deadline. Its order comes on standard input, so that no secret stands in its description; when
//! whoever gave the order is gone it ends, and the engine removes it.

mod binary;
mod cleanup;
mod counts;
mod image;
mod session;

use std::{collections::BTreeMap, io, path::PathBuf, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use ptctl_diagnosis::snapshot::ContainerId;
use thiserror::Error;
use tokio::sync::{OnceCell, Semaphore};

use self::{
    binary::{BinaryError, HelperBinary},
    counts::Counts,
    image::{HelperImage, Origin},
};
pub(crate) use self::{cleanup::cleanup, session::Session};
use crate::clients::{
    cause::on_one_line,
    deadline::Deadline,
    docker::{Engine, EngineError, LogConfig, NewContainer, NewHostConfig},
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

/// Why a helper gave no answer.
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
    /// Its standard streams broke.
    #[error("the conversation with the helper container broke off: {0}")]
    Broken(io::Error),
    /// It ended without an answer.
    #[error("the helper container ended without an answer{}", complaint(.0))]
    Silent(String),
    /// Its answer cannot be read.
    #[error("the helper's answer cannot be read: {0}")]
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
    counts: Arc<Counts>,
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
            counts: Arc::default(),
        }
    }

    /// Opens a conversation with a helper container; at most four at a time, others wait for their turn.
    pub(crate) async fn open(&self, spot: &Spot, within: Duration) -> Result<Session, HelperError> {
        let deadline = Deadline::after(within + OVERHEAD);
        let image = self
            .image
            .get_or_try_init(|| self.prepare(deadline))
            .await?;
        let Ok(place) = Arc::clone(&self.places).acquire_owned().await else {
            return Err(HelperError::GivenUp);
        };
        let container = self.describe(spot, image, within);
        let engine = self.engine.clone();
        let counts = Arc::clone(&self.counts);
        Ok(Session::open(engine, container, within, counts, place))
    }

    /// Waits until every container is removed; all conversations have to be over.
    pub(crate) async fn finish(&self, deadline: Deadline) {
        let all = u32::try_from(AT_A_TIME).unwrap_or(1);
        // What is not removed in time is removed by the engine, or collected by a later run.
        drop(deadline.cut(self.places.acquire_many(all)).await);
    }

    /// What it did so far, for a person.
    pub(crate) fn deeds(&self) -> Vec<String> {
        let image = self.image.get().map(|image| match image.origin {
            Origin::Imported => format!("imported the image {}", image.name),
            Origin::Found => format!("used the image {}", image.name),
        });
        image.into_iter().chain(self.counts.shown()).collect()
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
                ("none".to_owned(), vec![bind(source)], user, capabilities)
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

/// Mounts a volume or a folder so that nothing about it changes. Into an empty volume the engine would copy the image's
/// own folder, and with that its owner and mode, even where it is mounted read-only; whoever writes there would be
/// locked out.
fn bind(source: &str) -> String {
    let is_folder = source.starts_with('/');
    let options = if is_folder { "ro" } else { "ro,nocopy" };
    format!("{source}:{MOUNT}:{options}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_volume_keeps_its_owner_and_a_folder_is_mounted_as_it_is() {
        assert_eq!(bind("shop_tempo-data"), "shop_tempo-data:/data:ro,nocopy");
        assert_eq!(bind("/srv/tempo"), "/srv/tempo:/data:ro");
    }
}
