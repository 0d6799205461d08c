//! Services and their calls as a graph. What answers no call with a span of its own, a database, a queue, somebody else's
//! service, is a leaf.

mod order;

use std::collections::{BTreeMap, BTreeSet};

use super::{
    PeerKind, Trace,
    calls::{CallWay, Callee, Calls, calls},
    figures::{Figures, services},
};

/// The graph.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ServiceMap {
    /// Services, those that call before those that they call, then leaves.
    pub nodes: Vec<Node>,
    /// Calls, in the order of who calls, the most frequent first.
    pub edges: Vec<Edge>,
}

/// Somebody who calls or is called, or neither.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Who.
    pub who: Callee,
    /// What a service was asked for and began; `None` of a leaf, and of a service no trace of which was read.
    pub figures: Option<Figures>,
    /// Where it was seen.
    pub seen: Seen,
}

/// Calls of one kind from one to another, or to itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    /// Who calls, by its place among the nodes.
    pub from: usize,
    /// Whom.
    pub to: usize,
    /// By what.
    pub way: CallWay,
    /// Whether the called one wrote spans of it.
    pub answer: Answer,
    /// How often, how well and how fast.
    pub figures: Figures,
    /// Where it was seen.
    pub seen: Seen,
}

/// Whether a call is continued by the called one's spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// It is.
    Spans,
    /// It is not, whoever it is.
    None,
}

/// Where something was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seen {
    /// In the newest traces of all, which tell how often.
    Newest,
    /// Only in traces that were searched for a service, which do not.
    Searched,
    /// Nowhere: the backend knows its name.
    Named,
}

impl ServiceMap {
    /// The graph of the newest traces, with what others add, and every service that is known by its name.
    pub fn of(newest: &[Trace], searched: &[Trace], known: &[String]) -> Self {
        let everything = || newest.iter().chain(searched);
        let edges = merged(found(calls(newest)), found(calls(everything())));
        let figures = merged(services(newest), services(everything()));
        let mut nodes: BTreeMap<Callee, Node> = BTreeMap::new();
        for (service, (figures, seen)) in figures {
            let who = Callee::Service(service);
            let figures = Some(figures);
            nodes.insert(who.clone(), Node { who, figures, seen });
        }
        let named = known.iter().map(|name| Callee::Service(Some(name.clone())));
        for who in named {
            nodes.entry(who).or_insert_with_key(|who| Node {
                who: who.clone(),
                figures: None,
                seen: Seen::Named,
            });
        }
        let services: BTreeSet<Callee> = nodes.keys().cloned().collect();
        let mut graph = order::Graph::default();
        for ((from, to, way), (figures, seen)) in edges {
            let from = Callee::Service(from);
            let (to, answer) = reached(to, &services);
            nodes.entry(to.clone()).or_insert_with_key(|who| Node {
                who: who.clone(),
                figures: None,
                seen,
            });
            graph.call(from, to, (way, answer, figures, seen));
        }
        graph.ordered(nodes)
    }
}

/// Who calls whom, and how.
type Way = (Option<String>, Callee, CallWay);

fn found(calls: Vec<Calls>) -> BTreeMap<Way, Figures> {
    let calls = calls.into_iter();
    calls
        .map(|call| ((call.from, call.to, call.way), call.figures))
        .collect()
}

/// What the newest traces tell, and what is told by others alone.
fn merged<K: Ord>(
    newest: BTreeMap<K, Figures>,
    all: BTreeMap<K, Figures>,
) -> BTreeMap<K, (Figures, Seen)> {
    let searched = all
        .into_iter()
        .map(|(key, figures)| (key, (figures, Seen::Searched)));
    let newest = newest
        .into_iter()
        .map(|(key, figures)| (key, (figures, Seen::Newest)));
    // Of two with one key the later one stays.
    searched.chain(newest).collect()
}

/// Whom a call reaches: a host that has the name of a service is that service, though it did not answer with a span.
fn reached(to: Callee, services: &BTreeSet<Callee>) -> (Callee, Answer) {
    match to {
        Callee::Service(_) => (to, Answer::Spans),
        Callee::Peer(peer) => {
            let service = Callee::Service(peer.host.clone());
            if peer.kind == PeerKind::Server && peer.host.is_some() && services.contains(&service) {
                (service, Answer::None)
            } else {
                (Callee::Peer(peer), Answer::None)
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
