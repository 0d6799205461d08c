//! One source of facts a file: a client's answers become facts, or the gap where a fact should be.

pub(crate) mod canary;
pub(crate) mod collector;
pub(crate) mod compose_files;
pub(crate) mod containers;
pub(crate) mod events;
pub(crate) mod exporter;
pub(crate) mod file;
pub(crate) mod grafana;
pub(crate) mod images;
pub(crate) mod log_files;
pub(crate) mod logged_traces;
pub(crate) mod logs;
pub(crate) mod loki;
pub(crate) mod network_path;
mod page;
pub(crate) mod project_volumes;
pub(crate) mod prometheus;
pub(crate) mod service_metrics;
pub(crate) mod tempo;
pub(crate) mod visit;
pub(crate) mod volume;
mod way;

use std::{path::Path, time::Duration};

use jiff::Timestamp;

use crate::{
    clients::{deadline::Deadline, docker::Engine},
    gather::hands::Hands,
};

pub(crate) use self::way::{AddressReach, DiskReach};

/// No single question to the engine may take longer.
pub(crate) const ENGINE_LIMIT: Duration = Duration::from_secs(5);
/// No single question to a backend or a service may take longer.
pub(crate) const HTTP_LIMIT: Duration = Duration::from_secs(2);

/// What every probe of one look works with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look<'l> {
    /// The engine.
    pub(crate) engine: &'l Engine,
    /// The ways to the inside of its containers.
    pub(crate) hands: &'l Hands,
    /// Whether addresses of containers can be reached from here.
    pub(crate) addresses: AddressReach,
    /// Whether its disks can be read from here.
    pub(crate) disks: DiskReach,
    /// The engine's folder of data on its host, where it tells.
    pub(crate) data_root: Option<&'l Path>,
    /// When everything has to be over.
    pub(crate) deadline: Deadline,
    /// The beginning of the window.
    pub(crate) since: Timestamp,
    /// When the look began.
    pub(crate) taken_at: Timestamp,
}

impl Look<'_> {
    /// The deadline of one question to the engine.
    pub(crate) fn engine_deadline(&self) -> Deadline {
        self.deadline.capped(ENGINE_LIMIT)
    }

    /// The deadline of one question to a backend or a service.
    pub(crate) fn http_deadline(&self) -> Deadline {
        self.deadline.capped(HTTP_LIMIT)
    }
}
