//! The Docker engine and what it reported.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::ContainerId;
use crate::observed::Observed;

/// The engine that was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineFacts {
    /// Its address: `unix:///var/run/docker.sock`.
    pub address: String,
    /// What made `ptctl` ask this one.
    pub source: EngineSource,
    /// The product and version: `Docker 20.10.24`.
    pub version: String,
    /// The API version that it speaks: `1.41`.
    pub api_version: String,
    /// The operating system and architecture of its host: `linux/amd64`.
    pub platform: String,
    /// How far the clock of its host is ahead of the one here, as far as the time of the question proves it.
    pub clock_offset: Observed<SignedDuration>,
}

/// What decided which engine is asked, strongest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineSource {
    /// `--host` on the command line.
    HostFlag,
    /// `--context` on the command line.
    ContextFlag(String),
    /// The variable `DOCKER_HOST`.
    DockerHost,
    /// The variable `DOCKER_CONTEXT`.
    DockerContext(String),
    /// The current context of Docker's configuration.
    CurrentContext(String),
    /// A socket at a place where engines listen by default.
    DefaultSocket,
    /// Nothing: files were read and no engine was asked.
    NotAsked,
}

/// Something that the engine reported about a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineEvent {
    /// When.
    pub at: Timestamp,
    /// The container.
    pub container: ContainerId,
    /// What happened.
    pub kind: EngineEventKind,
}

/// The events that explain missing traces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineEventKind {
    /// The container started.
    Start,
    /// Its main process ended, with this exit code.
    Die {
        /// The exit code.
        exit_code: i64,
    },
    /// The kernel killed a process of it for want of memory.
    Oom,
    /// It was frozen.
    Pause,
    /// It was thawed.
    Unpause,
    /// A signal was sent to it.
    Kill {
        /// The signal's number.
        signal: i64,
    },
    /// It joined a network.
    Connect,
    /// It left a network.
    Disconnect,
}
