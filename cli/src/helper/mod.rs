//! The helper container: our own static binary as an image of one file, run for a moment next to a service.
//!
//! It has a read-only root, no capability beyond what its task needs, no new privileges, limits on memory and
//! processes, and a deadline. Its order comes on standard input, so that no secret stands in its description; when
//! whoever gave the order is gone it ends, and the engine removes it.

mod binary;
mod cleanup;
mod clock;
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
    clock::EngineClock,
    counts::Counts,
    image::{HelperImage, Origin},
};
pub(crate) use self::{cleanup::cleanup, session::Session};
use crate::clients::{
    cause::on_one_line,
    deadline::Deadline,
    docker::{Engine, EngineError, LogConfig, NewContainer, NewHostConfig, NewMount},
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
/// What earlier runs left behind is not looked after for longer.
const COLLECTING: Duration = Duration::from_secs(2);
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

/// The name of the image of a binary, this program's own where none is given, imported where the engine has not got it.
pub(crate) async fn image(
    engine: &Engine,
    platform: &str,
    binary: Option<PathBuf>,
    deadline: Deadline,
) -> Result<String, HelperError> {
    let path = binary.unwrap_or_else(own_binary);
    let binary = HelperBinary::load(&path, platform)?;
    Ok(image::ensure(engine, &binary, deadline).await?.name)
}

/// This program, as it runs: on Linux even where its file was replaced meanwhile.
pub(crate) fn own_binary() -> PathBuf {
    if cfg!(target_os = "linux") {
        return PathBuf::from("/proc/self/exe");
    }
    std::env::current_exe().unwrap_or_else(|_| PathBuf::from("ptctl"))
}

/// What has to be there before the first container is made.
#[derive(Debug)]
struct Ready {
    image: HelperImage,
    clock: Option<EngineClock>,
    /// Why not all that earlier runs left behind is gone.
    left: Vec<String>,
}

/// Runs helper containers for one look.
#[derive(Debug)]
pub(crate) struct Helper {
    engine: Engine,
    platform: String,
    binary: PathBuf,
    run: String,
    ready: OnceCell<Ready>,
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
            ready: OnceCell::new(),
            places: Arc::new(Semaphore::new(AT_A_TIME)),
            counts: Arc::default(),
        }
    }

    /// Opens a conversation with a helper container; at most four at a time, others wait for their turn.
    pub(crate) async fn open(&self, spot: &Spot, within: Duration) -> Result<Session, HelperError> {
        let deadline = Deadline::after(within + OVERHEAD);
        let ready = self
            .ready
            .get_or_try_init(|| self.prepare(deadline))
            .await?;
        let Ok(place) = Arc::clone(&self.places).acquire_owned().await else {
            return Err(HelperError::GivenUp);
        };
        let container = self.describe(spot, ready, within);
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
        let ready = self.ready.get();
        let image = ready.map(|ready| match ready.image.origin {
            Origin::Imported => format!("imported the image {}", ready.image.name),
            Origin::Found => format!("used the image {}", ready.image.name),
        });
        let left = ready.into_iter().flat_map(|ready| ready.left.clone());
        left.chain(image).chain(self.counts.shown()).collect()
    }

    /// Collects what earlier runs left behind, and sees to the image. That something stays behind keeps nobody from work.
    async fn prepare(&self, deadline: Deadline) -> Result<Ready, HelperError> {
        let binary = HelperBinary::load(&self.binary, &self.platform)?;
        let collecting = deadline.capped(COLLECTING);
        let mut left = Vec::new();
        let clock = EngineClock::read(&self.engine, collecting).await;
        let clock = clock.unwrap_or_else(|error| {
            left.push(on_one_line(&error));
            None
        });
        match cleanup::collect_overdue(&self.engine, clock, collecting).await {
            Ok(cleaned) => left.extend(cleaned.failed.iter().map(|error| on_one_line(error))),
            Err(error) => left.push(on_one_line(&error)),
        }
        let image = image::ensure(&self.engine, &binary, deadline).await?;
        Ok(Ready { image, clock, left })
    }

    fn describe(&self, spot: &Spot, ready: &Ready, within: Duration) -> NewContainer {
        let now = ready.clock.map_or_else(Timestamp::now, EngineClock::now);
        let gone_by = SignedDuration::try_from(within + OVERHEAD)
            .ok()
            .and_then(|within| now.checked_add(within + GRACE).ok())
            .unwrap_or(Timestamp::MAX);
        let (network_mode, mounted, user, cap_add) = match spot {
            Spot::NetworkOf(id) => (
                format!("container:{}", id.0),
                Mounted::default(),
                NOBODY.to_owned(),
                Vec::new(),
            ),
            Spot::Beside { source, reader } => {
                let (user, capabilities) = match reader {
                    Reader::Owner { uid, gid } => (format!("{uid}:{gid}"), Vec::new()),
                    Reader::Anyones => ("0:0".to_owned(), vec!["DAC_READ_SEARCH".to_owned()]),
                };
                ("none".to_owned(), Mounted::of(source), user, capabilities)
            }
        };
        NewContainer {
            image: ready.image.name.clone(),
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
                binds: mounted.binds,
                mounts: mounted.mounts,
                log_config: LogConfig {
                    r#type: "none".to_owned(),
                },
            },
        }
    }
}

/// What is mounted, so that nothing about it changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Mounted {
    binds: Vec<String>,
    mounts: Vec<NewMount>,
}

impl Mounted {
    /// A volume or a folder. Into an empty volume the engine would copy the image's own folder, and with that its owner
    /// and mode, even where it is mounted read-only; whoever writes there would be locked out. A folder that is gone it
    /// would make anew, as root's, if it were asked by a bind.
    fn of(source: &str) -> Self {
        if source.starts_with('/') {
            return Self {
                mounts: vec![NewMount {
                    r#type: "bind".to_owned(),
                    source: source.to_owned(),
                    target: MOUNT.to_owned(),
                    read_only: true,
                }],
                ..Self::default()
            };
        }
        Self {
            binds: vec![format!("{source}:{MOUNT}:ro,nocopy")],
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_volume_keeps_its_owner_and_a_folder_that_is_gone_stays_gone() {
        let volume = Mounted::of("shop_tempo-data");
        assert_eq!(volume.binds, ["shop_tempo-data:/data:ro,nocopy"]);
        assert_eq!(volume.mounts, []);
        // The engine makes the folder of a bind that is not there, and refuses a mount of one.
        let folder = Mounted::of("/srv/tempo");
        assert_eq!(folder.binds, Vec::<String>::new());
        let mount = serde_json::to_value(&folder.mounts[0]).expect("JSON");
        let expected = serde_json::json!({
            "Type": "bind", "Source": "/srv/tempo", "Target": "/data", "ReadOnly": true
        });
        assert_eq!(mount, expected);
    }
}
