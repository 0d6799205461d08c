//! What came of one expectation.

use serde::Serialize;

use crate::finding::Location;

/// One expectation and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// What was expected, in words.
    pub expected: String,
    /// Where that is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Location>,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What came of an expectation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "outcome", content = "reason")]
pub enum Outcome {
    /// It holds.
    Held,
    /// It does not hold.
    Failed(String),
    /// What it is about did not come in time.
    Late(String),
    /// Nobody could look.
    Unknown(String),
    /// It was not looked at, since something before it did not hold.
    Skipped(String),
}

/// Whether what was found can still become another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finality {
    /// More spans may change it.
    Open,
    /// Nothing that arrives will.
    Final,
}

impl Outcome {
    /// Whether it holds.
    pub fn is_held(&self) -> bool {
        *self == Self::Held
    }

    /// Its name in one word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Failed(_) => "failed",
            Self::Late(_) => "late",
            Self::Unknown(_) => "unknown",
            Self::Skipped(_) => "skipped",
        }
    }

    /// Why it does not hold.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Held => None,
            Self::Failed(reason)
            | Self::Late(reason)
            | Self::Unknown(reason)
            | Self::Skipped(reason) => Some(reason),
        }
    }
}
