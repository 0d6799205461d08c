//! What came of smoke checks.

use std::collections::BTreeMap;

use ptctl_diagnosis::{
    finding::Location,
    smoke::{Filled, Outcome, Verdict},
};
use serde::Serialize;

use crate::exit::Exit;

/// The number of the shape of [`SmokeReport`] as JSON.
pub const SMOKE_VERSION: u32 = 1;

/// What came of all checks.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SmokeReport {
    /// The shape's version.
    pub schema_version: u32,
    /// The worst that came of any.
    pub conclusion: Conclusion,
    /// Each in its order.
    pub checks: Vec<CheckReport>,
}

/// What came of one check.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckReport {
    /// Its name.
    pub name: String,
    /// Where it is written; `None` for one of the command line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Location>,
    /// The worst that came of what it expects.
    pub conclusion: Conclusion,
    /// The trace that was made, or the one that came nearest to what was awaited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
    /// How many requests were sent.
    pub requests: u32,
    /// The status of the last answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Milliseconds from the last request to its answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_ms: Option<u64>,
    /// Milliseconds from the answer, or from the beginning of the wait, until everything expected of the trace was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found_ms: Option<u64>,
    /// Milliseconds from beginning to end.
    pub took_ms: u64,
    /// Spans found of each service.
    pub services: BTreeMap<String, usize>,
    /// Who counted what it refused and dropped, where all of them could be compared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub counted_by: Vec<String>,
    /// What was expected, and what came of it.
    pub expected: Vec<Verdict>,
}

/// How checks end, from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Conclusion {
    /// Everything holds.
    Passed,
    /// Something does not hold.
    Failed,
    /// The trace did not come in time.
    Late,
    /// Somebody could not be asked.
    Unknown,
}

impl SmokeReport {
    /// The report of these checks.
    pub fn of(checks: Vec<CheckReport>) -> Self {
        let worst = checks.iter().map(|check| check.conclusion).max();
        Self {
            schema_version: SMOKE_VERSION,
            conclusion: worst.unwrap_or(Conclusion::Passed),
            checks,
        }
    }
}

impl CheckReport {
    /// The worst that came of what is expected.
    pub(super) fn conclude(&mut self) {
        let worst = self.expected.iter().map(|verdict| match verdict.outcome {
            Outcome::Held | Outcome::Skipped(_) => Conclusion::Passed,
            Outcome::Failed(_) => Conclusion::Failed,
            Outcome::Late(_) => Conclusion::Late,
            Outcome::Unknown(_) => Conclusion::Unknown,
        });
        self.conclusion = worst.max().unwrap_or(Conclusion::Passed);
    }

    /// Shows everything as the file has it, without the values that were filled in.
    pub(super) fn hide(&mut self, filled: &Filled) {
        self.name = filled.hidden_in(&self.name);
        for verdict in &mut self.expected {
            verdict.expected = filled.hidden_in(&verdict.expected);
            if let Outcome::Failed(reason)
            | Outcome::Late(reason)
            | Outcome::Unknown(reason)
            | Outcome::Skipped(reason) = &mut verdict.outcome
            {
                *reason = filled.hidden_in(reason);
            }
        }
    }
}

impl Conclusion {
    /// The exit code that it stands for.
    pub fn exit(self) -> Exit {
        match self {
            Self::Passed => Exit::Ok,
            Self::Failed => Exit::Findings,
            Self::Late => Exit::Deadline,
            Self::Unknown => Exit::Blind,
        }
    }
}
