//! One look of many: what it showed or why it showed nothing, and how long it took.

use std::time::Duration;

use jiff::Timestamp;
use ptctl_diagnosis::{diagnose, diagnosis::Diagnosis, policy::Policy, snapshot::Snapshot};
use tokio::time::Instant;

use super::look;
use crate::{
    error::CommandError,
    exit::{Completeness, Exit},
    gather::GatherRequest,
};

/// One look.
pub(super) struct Round {
    /// When it began.
    pub(super) at: Timestamp,
    /// How long it took, the diagnosis included.
    pub(super) took: Duration,
    /// What it showed.
    pub(super) seen: Result<Seen, CommandError>,
}

/// What a look showed.
pub(super) struct Seen {
    pub(super) snapshot: Snapshot,
    pub(super) diagnosis: Diagnosis,
    pub(super) completeness: Completeness,
    /// How a doctor that looks once would end.
    pub(super) exit: Exit,
}

/// Looks and judges.
pub(super) async fn round(request: &GatherRequest, policy: &Policy) -> Round {
    let at = Timestamp::now();
    let began = Instant::now();
    let seen = look::look(request).await.map(|snapshot| {
        let diagnosis = diagnose(&snapshot, policy);
        let completeness = look::completeness(&snapshot);
        Seen {
            exit: Exit::of(&diagnosis, policy, completeness),
            snapshot,
            diagnosis,
            completeness,
        }
    });
    Round {
        at,
        took: began.elapsed(),
        seen,
    }
}
