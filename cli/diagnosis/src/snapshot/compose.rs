//! What the Compose files on disk say: merged, their variables replaced, every value with its place, secrets redacted.

mod run;
mod text;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::{
    run::{ComposeLink, ComposeRun, Placed},
    text::ComposeText,
};
use super::{MountKind, RestartPolicy};
use crate::{dependency::Condition, finding::Location};

/// The files of a project, read as Compose reads them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComposeProject {
    /// The project's name.
    pub name: String,
    /// The folder that relative paths start from.
    pub folder: String,
    /// The Compose files, as they were named; later ones override earlier ones.
    pub config_files: Vec<String>,
    /// Every file that was read: Compose files, `.env`, env files.
    pub files: Vec<ReadFile>,
    /// The services, in the order of the files.
    pub services: Vec<ComposeService>,
    /// The command whose view of the files decides on their values, such as `docker compose config`; `None` where they
    /// were read without Compose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_by: Option<String>,
    /// What this reading does not follow, such as `extends`: what stands there is unknown.
    pub beyond: Vec<Beyond>,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadFile {
    /// Its path.
    pub path: String,
    /// When it was last written, by the clock of this machine.
    pub modified_at: Option<Timestamp>,
}

/// A construct whose meaning is not followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beyond {
    /// What it is: `extends`, `include`, `!reset`.
    pub construct: String,
    /// The service that it belongs to; `None` where it concerns the whole project.
    pub service: Option<String>,
    /// Where it stands.
    pub location: Location,
}

/// One service of the files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComposeService {
    /// Its name.
    pub name: String,
    /// Where its first definition stands; for one of an included file, where that is included.
    pub location: Location,
    /// Its image; `None` for one that is only built.
    pub image: Option<ComposeText>,
    /// Where its `build` stands, for one that is built.
    pub build: Option<Location>,
    /// `container_name`.
    pub container_name: Option<ComposeText>,
    /// Its variables: those of its env files, overridden by its `environment`.
    pub environment: Vec<ComposeVariable>,
    /// Its command.
    pub command: Option<ComposeWords>,
    /// Its entrypoint.
    pub entrypoint: Option<ComposeWords>,
    /// The TCP ports that it publishes.
    pub ports: Option<ComposePorts>,
    /// The TCP ports of `expose`.
    pub exposed_ports: Vec<u16>,
    /// What it mounts.
    pub mounts: Vec<ComposeMount>,
    /// Where it joins the network.
    pub network: ComposeNetworking,
    /// `extra_hosts`, `name:address`.
    pub extra_hosts: Vec<String>,
    /// `depends_on`: the services of the project that it waits for.
    #[serde(default)]
    pub depends_on: Vec<ComposeDependency>,
    /// Its labels, redacted; those whose value only a shell knows are left out.
    pub labels: Vec<(String, String)>,
    /// The profiles that it belongs to; one without any always starts.
    pub profiles: Vec<String>,
    /// How many containers of it are meant to run; one where nothing says it.
    pub replicas: Option<u64>,
    /// `restart`.
    pub restart_policy: RestartPolicy,
    /// `mem_limit` or `deploy.resources.limits.memory`, in bytes.
    pub memory_limit: Option<u64>,
    /// How its process is run, probed and stopped.
    #[serde(default)]
    pub run: ComposeRun,
    /// `logging.driver`.
    pub log_driver: Option<String>,
    /// Keys that mount files by rules of their own: `configs`, `secrets`, `volumes_from`.
    pub mounts_elsewhere: bool,
}

/// A service that another one waits for before it is started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComposeDependency {
    /// Its name.
    pub service: String,
    /// What it is waited for to be.
    pub condition: Condition,
}

/// One environment variable of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComposeVariable {
    /// Its name.
    pub name: String,
    /// Its value, redacted where it is secret.
    pub text: ComposeText,
    /// Which of the files' layers says it.
    pub layer: ComposeLayer,
}

/// The layers of a Compose project that set a variable of a container, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComposeLayer {
    /// `environment` of the service.
    Environment,
    /// A file of `env_file`.
    EnvFile,
    /// Compose's own resolved view, which does not say where it found the value.
    Resolved,
}

/// A command line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComposeWords {
    /// Its words, redacted; none for one that is emptied.
    pub words: Vec<ComposeText>,
    /// Where it stands.
    pub location: Location,
}

/// The published TCP ports of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComposePorts {
    /// The ports.
    pub ports: Vec<ComposePort>,
    /// Where the list stands.
    pub location: Location,
}

/// One published TCP port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComposePort {
    /// The address on the host; `None` for the engine's default, all of them.
    pub host_address: Option<String>,
    /// The port on the host.
    pub host: HostPort,
    /// The port in the container; `None` where only a shell knows it.
    pub container_port: Option<u16>,
    /// Whether a shell may have decided otherwise.
    pub certainty: Certainty,
    /// Where it stands.
    pub location: Location,
}

/// The host's side of a published port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostPort {
    /// Any free one.
    Any,
    /// This one.
    One(u16),
    /// One between these two.
    Range(u16, u16),
}

/// Whether a value is as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// It is.
    Written,
    /// It holds variables, which a shell may have set.
    ShellMayDecide,
}

/// Something that a service mounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComposeMount {
    /// A volume, a folder of the host, or memory.
    pub kind: MountKind,
    /// The volume's full name or the absolute path on the host; `None` for an anonymous volume, for memory, and where
    /// only a shell knows it.
    pub source: Option<String>,
    /// The path in the container.
    pub destination: String,
    /// Whether the container may write to it.
    pub writable: bool,
    /// Whether a shell may have decided otherwise.
    pub certainty: Certainty,
    /// Where it stands.
    pub location: Location,
}

/// How a service takes part in networks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ComposeNetworking {
    /// `network_mode`: `host`, `none`, `service:app`.
    Mode(ComposeText),
    /// These networks.
    Networks(Vec<ComposeAttachment>),
}

/// A network that a service joins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComposeAttachment {
    /// The network's full name; `None` where only a shell knows it.
    pub network: Option<String>,
    /// Whose it is.
    pub origin: NetworkOrigin,
    /// Names beside the service's own under which it answers there.
    pub aliases: Vec<String>,
    /// Where it stands.
    pub location: Location,
}

/// Whose a network is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NetworkOrigin {
    /// The project's own.
    Own,
    /// `external`: containers of other projects may be on it.
    External,
}

impl ComposeProject {
    /// The service with this name.
    pub fn service(&self, name: &str) -> Option<&ComposeService> {
        self.services.iter().find(|service| service.name == name)
    }

    /// The file with this path.
    pub fn file(&self, path: &str) -> Option<&ReadFile> {
        self.files.iter().find(|file| file.path == path)
    }

    /// The first construct that leaves a service, or all of them, in part unknown.
    pub fn beyond_of(&self, service: &str) -> Option<&Beyond> {
        self.beyond.iter().find(|beyond| {
            beyond
                .service
                .as_ref()
                .is_none_or(|concerned| concerned == service)
        })
    }
}

impl ComposeService {
    /// The variable with this name.
    pub fn variable(&self, name: &str) -> Option<&ComposeVariable> {
        self.environment
            .iter()
            .find(|variable| variable.name == name)
    }
}
