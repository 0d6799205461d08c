//! The process whose log is read.

use jiff::{SignedDuration, Timestamp};
use ptctl_diagnosis::snapshot::{Container, Role};
use serde::{Deserialize, Serialize};

use super::start::first_moment;

/// What is looked for in a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// A service: its requests, its trace ids, its export errors.
    Service,
    /// A backend or collector: its receivers and its refusals.
    Receiver,
}

/// The process whose log it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Run {
    /// What the container is to tracing.
    pub(crate) role: Role,
    /// Its last start.
    pub(crate) started_at: Option<Timestamp>,
    /// Its last end, which may lie before its last start.
    pub(crate) ended_at: Option<Timestamp>,
    /// It ended otherwise than by being stopped.
    pub(crate) has_failed: bool,
    /// When its log is read.
    pub(crate) read_at: Timestamp,
}

impl Run {
    /// A container's last run, looked at now.
    pub(crate) fn of(container: &Container, read_at: Timestamp) -> Self {
        Self {
            role: container.role,
            started_at: container
                .state
                .started_at
                .map(|started_at| first_moment(started_at, container.state.finished_at)),
            ended_at: container.state.finished_at,
            has_failed: !matches!(container.state.exit_code, 0 | 130 | 137 | 143)
                || container.state.restart_count > 0,
            read_at,
        }
    }

    pub(super) fn scope(self) -> Scope {
        match self.role {
            Role::Tempo | Role::Collector => Scope::Receiver,
            Role::Service | Role::Grafana | Role::Loki | Role::Prometheus => Scope::Service,
        }
    }

    /// Whether a line of this time was written before the last start.
    pub(super) fn is_earlier(self, at: Option<Timestamp>) -> bool {
        matches!((at, self.started_at), (Some(at), Some(started)) if at < started)
    }

    /// How long the current run has lasted at a moment; `None` for a process that does not run.
    pub(super) fn runs_since(self, now: Timestamp) -> Option<SignedDuration> {
        let started = self.started_at?;
        let runs = self.ended_at.is_none_or(|ended| ended < started);
        runs.then(|| now.duration_since(started))
    }
}
