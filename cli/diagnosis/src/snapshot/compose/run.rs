//! How Compose files say that the process of a service is run, probed and stopped.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::super::HealthCheck;
use crate::finding::Location;

/// What a service's files say of its process beside its command; what only a shell knows is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComposeRun {
    /// `user`.
    pub user: Option<String>,
    /// `init`.
    pub init: Option<bool>,
    /// `stop_signal`.
    pub stop_signal: Option<String>,
    /// `stop_grace_period`.
    pub stop_grace: Option<Placed<SignedDuration>>,
    /// `healthcheck`, where it says what to run and is not switched off.
    pub health_check: Option<Placed<HealthCheck>>,
    /// `logging.options`, in the order of their names.
    pub log_options: Vec<(String, String)>,
    /// `links`.
    pub links: Vec<ComposeLink>,
}

/// A value of a file with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub location: Location,
}

/// A service under a name of one's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComposeLink {
    /// The service that is meant.
    pub service: String,
    /// The name that it is given here.
    pub alias: String,
}
