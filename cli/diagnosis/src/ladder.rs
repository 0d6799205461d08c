//! What stands in the way of a service's spans, by the ladder that was climbed from its own network: the first rung that
//! does not hold, and why.

mod judge;
mod obstacle;

use crate::snapshot::{Ladder, Way};

pub use self::{
    judge::judge,
    obstacle::{NameFault, Obstacle},
};

/// The rungs, in the order in which they are climbed.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum RungName {
    /// The name has addresses.
    Resolve,
    /// Somebody takes the connection.
    Connect,
    /// The port speaks what is spoken to it.
    Speak,
    /// An export is taken.
    Export,
    /// It is taken from this service: its credentials and its tenant are good.
    Authenticate,
}

impl RungName {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Speak => "speaks",
            Self::Export => "export",
            Self::Authenticate => "authenticate",
        }
    }
}

/// What a ladder shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement<'l> {
    /// Nothing stands in the way, as far up as this rung.
    Holds(RungName),
    /// A rung does not hold.
    Breaks(Break<'l>),
    /// Not even the first rung is known, for this reason.
    Untold(&'l str),
}

/// A rung that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break<'l> {
    /// What stands in the way.
    pub obstacle: Obstacle<'l>,
    /// The address at which it does; `None` where there is none.
    pub way: Option<&'l Way>,
    /// Whether other addresses of the name are well.
    pub extent: Extent,
}

/// How much of the spans an obstacle stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All.
    All,
    /// Those that go to one of several addresses.
    Part,
}

impl Ladder {
    /// The addresses as a person would write them: `172.20.0.5 (shop_tempo_1) and ::1`.
    pub fn addresses(&self) -> String {
        let shown: Vec<String> = self.ways.iter().map(Way::shown).collect();
        shown.join(" and ")
    }
}
