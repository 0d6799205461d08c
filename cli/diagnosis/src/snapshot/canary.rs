//! Spans that `ptctl` wrote with the settings of a service, from its network, and what became of them.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{ContainerId, Delivery};
use crate::observed::Observed;

/// The `service.name` of every canary, by which all other views leave them out.
pub const CANARY_SERVICE: &str = "ptctl-canary";

/// The canary of one service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Canary {
    /// The container whose settings and network were used.
    pub from: ContainerId,
    /// What became of it, or why none was sent.
    pub flight: Observed<Flight>,
}

/// A canary that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flight {
    /// What was peculiar about it.
    pub shape: CanaryShape,
    /// Where it was sent to: `tempo:4317`.
    pub to: String,
    /// When.
    pub sent_at: Timestamp,
    /// The id of its first trace, 32 digits.
    pub trace_id: String,
    /// How many spans it had.
    pub spans: u64,
    /// What the receiver said.
    pub delivery: Delivery,
    /// What was found of it; `None` where the receiver did not take it.
    pub landing: Option<Observed<Landing>>,
}

/// What a canary looks like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CanaryShape {
    /// One small span.
    #[default]
    Plain,
    /// One whose trace id begins with zeros.
    LeadingZeroId,
    /// One of about a megabyte.
    Large,
    /// One with text in many alphabets.
    NonAscii,
    /// A hundred traces of one span each.
    Hundred,
}

/// What was found of a canary, in one backend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Landing {
    /// The backend's name.
    pub tempo: String,
    /// The address that was asked.
    pub asked: String,
    /// Whether it is there by its id.
    pub by_id: Sight,
    /// How many of its spans are.
    pub spans_found: u64,
    /// How many of its spans nobody knows of, since the questions for them failed.
    #[serde(default)]
    pub spans_unknown: u64,
    /// Whether its text came back as it was sent.
    pub text: Fidelity,
    /// Whether a search by tags finds it.
    pub by_tags: Sight,
    /// Whether a query in `TraceQL` finds it.
    pub by_query: Sight,
}

/// Whether text came back as it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fidelity {
    /// There was none to look at.
    NotAsked,
    /// It did.
    Kept,
    /// It did not.
    Changed,
}

/// How one way to find a canary went; all times count from its acceptance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "sight")]
pub enum Sight {
    /// It was found.
    Found {
        /// When.
        after: SignedDuration,
    },
    /// It was not, and it is too early to call it lost.
    NotYet {
        /// How long was waited.
        waited: SignedDuration,
        /// By when it has to be found.
        due: SignedDuration,
    },
    /// It was not, and it should have been.
    Missing {
        /// How long was waited.
        waited: SignedDuration,
    },
    /// The question failed.
    Failed {
        /// Why.
        reason: String,
    },
    /// Nobody asked.
    NotAsked,
}

impl Sight {
    /// Whether it was found.
    pub fn is_found(&self) -> bool {
        matches!(self, Self::Found { .. })
    }
}

impl Canary {
    /// The flight, where one took place.
    pub fn flown(&self) -> Option<&Flight> {
        self.flight.known()
    }
}

impl Flight {
    /// What was found of it, where anybody looked.
    pub fn landed(&self) -> Option<&Landing> {
        self.landing.as_ref()?.known()
    }

    /// Whether it was found by its id: the whole way in works.
    pub fn has_arrived(&self) -> bool {
        self.landed()
            .is_some_and(|landing| landing.by_id.is_found())
    }
}
