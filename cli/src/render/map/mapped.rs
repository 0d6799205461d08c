//! A map and what it was drawn from.

use ptctl_diagnosis::trace::service_map::{Seen, ServiceMap};

use crate::{
    clients::tempo::SearchRange,
    render::{Sample, figures::Often},
};

/// A map of what all backends have.
#[derive(Debug)]
pub(crate) struct Mapped {
    /// The time that was asked about.
    pub(crate) range: SearchRange,
    /// The map.
    pub(crate) map: ServiceMap,
    /// What it was drawn from.
    pub(crate) from: Vec<MapFrom>,
}

/// What one backend gave.
#[derive(Debug)]
pub(crate) struct MapFrom {
    /// The backend.
    pub(crate) tempo: String,
    /// How it was reached.
    pub(crate) reached: String,
    /// Its newest traces.
    pub(crate) sample: Sample,
    /// What could not be asked.
    pub(crate) notes: Vec<String>,
}

impl Mapped {
    /// The length of the time that the newest traces are all of; what several backends have of one time is not known.
    pub(super) fn seconds(&self) -> Option<f64> {
        match &self.from[..] {
            [one] => one.sample.seconds(),
            _ => None,
        }
    }

    /// How it is said how often something happens that was seen there.
    pub(super) fn often(&self, seen: Seen) -> Often {
        let nodes = self.map.nodes.iter().filter_map(|node| node.figures);
        let edges = self.map.edges.iter().map(|edge| edge.figures);
        let most = nodes.chain(edges).map(|figures| figures.count).max();
        match seen {
            Seen::Newest => Often::of(most.unwrap_or_default(), self.seconds()),
            Seen::Searched | Seen::Named => Often::Unknown,
        }
    }

    /// What keeps it from being the whole truth.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        for from in &self.from {
            notes.extend(from.sample.notes());
            notes.extend(from.notes.iter().cloned());
        }
        notes.dedup();
        notes
    }
}
