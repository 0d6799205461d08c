//! What became of a plan.

use std::time::Duration;

use ptctl_diagnosis::snapshot::Snapshot;
use serde::{Serialize, Serializer};

use super::{Plan, Step, Window, readiness::not_ready};

/// What became of each step, and what was seen afterwards.
#[derive(Debug, Serialize)]
pub struct Account {
    /// How far the plan came.
    pub outcome: Outcome,
    /// What became of each step, in the plan's order.
    pub steps: Vec<Done>,
    /// Containers that were ready in their step and are not any more, with the reason.
    pub fallen: Vec<Fallen>,
    /// Findings that a step was for and that a last look has as well; `None` where no findings were looked for.
    pub still_found: Option<Vec<String>>,
    /// Services that make spans and that no canary was written for.
    pub unproved: Vec<String>,
    /// What was counted meanwhile.
    pub window: Option<Window>,
}

/// How far a plan came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was only made.
    Planned,
    /// A person said no.
    Declined,
    /// Every step reached health.
    Done,
    /// A step did not, and the rest was not begun.
    Stopped,
}

/// What became of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Done {
    /// It was not begun.
    NotBegun,
    /// Its container is ready.
    Ready {
        /// After how long.
        #[serde(rename = "after_ms", serialize_with = "milliseconds")]
        after: Duration,
        /// How it was stopped.
        stop: Stop,
    },
    /// Its container did not become ready in time.
    NotReady {
        /// The last reason.
        reason: String,
        /// How it was stopped.
        stop: Stop,
    },
    /// It could not be done at all.
    Failed {
        /// Why.
        reason: String,
    },
}

/// How a container was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// It did not have to be, or it ended by itself, as far as anybody knows.
    Quiet,
    /// It did not end within its grace and was killed.
    Killed,
}

/// A container that did not stay ready.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fallen {
    /// Its name.
    pub container_name: String,
    /// Why it is not ready.
    pub reason: String,
}

impl Account {
    /// Whether everything was done and nothing that was looked for afterwards is wrong.
    pub(crate) fn is_whole(&self) -> bool {
        let is_still_found = self
            .still_found
            .as_ref()
            .is_some_and(|found| !found.is_empty());
        self.outcome == Outcome::Done
            && self.fallen.is_empty()
            && self.unproved.is_empty()
            && !is_still_found
    }

    /// The account of a plan of which nothing was done.
    pub(crate) fn untouched(plan: &Plan, outcome: Outcome) -> Self {
        Self {
            outcome,
            steps: plan.steps.iter().map(|_| Done::NotBegun).collect(),
            fallen: Vec::new(),
            still_found: None,
            unproved: Vec::new(),
            window: None,
        }
    }
}

/// The containers of the plan that are not ready in a last look.
pub(crate) fn fallen(plan: &Plan, snapshot: &Snapshot) -> Vec<Fallen> {
    let of_step = |step: &Step| -> Vec<Fallen> {
        let containers = step.containers(snapshot);
        if containers.is_empty() {
            return vec![Fallen {
                container_name: step.container_name.clone(),
                reason: "it is gone".to_owned(),
            }];
        }
        containers
            .into_iter()
            .filter_map(|container| {
                Some(Fallen {
                    container_name: container.name.clone(),
                    reason: not_ready(container, snapshot)?,
                })
            })
            .collect()
    };
    plan.steps.iter().flat_map(of_step).collect()
}

fn milliseconds<S: Serializer>(length: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(length.as_millis()).unwrap_or(u64::MAX))
}
