//! The way of a service's spans, hop by hop: where it is whole, where it breaks, and what lies beyond.

mod hop;
mod judge;

use serde::{Deserialize, Serialize};

pub use self::hop::{Hop, HopName, HopState};
use super::route::Routes;
use crate::{
    code::Code,
    diagnosis::{Passed, RootCause, Unchecked},
    subject::Subject,
    view::Stack,
};

/// One way from an app to Grafana, with everyone whose way looks exactly so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Path {
    /// The services, by name.
    pub services: Vec<Subject>,
    /// The hops in order; those that do not exist here, such as a collector, are left out.
    pub hops: Vec<Hop>,
}

impl Path {
    /// The cause of its first hop that is not whole.
    pub fn broken_by(&self) -> Option<Code> {
        self.hops.iter().find_map(|hop| match hop.state {
            HopState::Broken { by } | HopState::Degraded { by } => Some(by),
            HopState::Ok | HopState::Unknown | HopState::Blocked { .. } => None,
        })
    }
}

/// The ways of all services, equal ones once, in the order of the causes that break them; whole ones last.
pub(super) fn paths(
    stack: &Stack<'_>,
    routes: &Routes,
    causes: &[RootCause],
    passed: &[Passed],
    unchecked: &[Unchecked],
) -> Vec<Path> {
    let judge = judge::Judge::new(stack, routes, causes, passed, unchecked);
    let mut paths: Vec<Path> = Vec::new();
    let mut services: Vec<_> = stack.services.iter().collect();
    services.sort_by(|one, other| one.subject.cmp(&other.subject));
    for service in services {
        let hops = judge.hops(service);
        match paths.iter_mut().find(|path| path.hops == hops) {
            Some(path) => path.services.push(service.subject.clone()),
            None => paths.push(Path {
                services: vec![service.subject.clone()],
                hops,
            }),
        }
    }
    let place = |path: &Path| {
        path.broken_by().map_or(usize::MAX, |code| {
            causes
                .iter()
                .position(|cause| cause.finding.code == code)
                .unwrap_or(usize::MAX)
        })
    };
    paths.sort_by_key(place);
    paths
}

#[cfg(test)]
mod tests;
