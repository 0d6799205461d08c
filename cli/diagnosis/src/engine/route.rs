//! Whom the spans of each service pass on their way.

use std::collections::{BTreeSet, HashMap};

use crate::{subject::Subject, view::Stack};

/// The collectors and backends behind each service.
#[derive(Debug)]
pub(super) struct Routes(HashMap<Subject, BTreeSet<Subject>>);

impl Routes {
    /// The routes of a stack.
    pub(super) fn of_stack(stack: &Stack<'_>) -> Self {
        Self(stack.export_paths())
    }

    /// What the spans of `service` pass.
    pub(super) fn of(&self, service: &Subject) -> impl Iterator<Item = &Subject> {
        self.0.get(service).into_iter().flatten()
    }

    /// Whether the spans of `service` pass `station`.
    pub(super) fn pass(&self, service: &Subject, station: &Subject) -> bool {
        self.of(service).any(|passed| passed == station)
    }
}
