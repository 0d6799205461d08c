//! A map for programs.

use jiff::Timestamp;
use ptctl_diagnosis::trace::{
    Peer,
    calls::{CallWay, Callee},
    service_map::{Edge, Node, Seen},
};
use serde::Serialize;

use super::{Mapped, label};
use crate::render::{Sample, figures::FiguresDocument};

/// A map for programs.
#[derive(Debug, Serialize)]
pub(crate) struct MapDocument<'m> {
    since: Timestamp,
    until: Timestamp,
    backends: Vec<BackendDocument<'m>>,
    notes: Vec<String>,
    nodes: Vec<NodeDocument<'m>>,
    calls: Vec<CallDocument>,
}

#[derive(Debug, Serialize)]
struct BackendDocument<'m> {
    tempo: &'m str,
    reached: &'m str,
    #[serde(flatten)]
    sample: &'m Sample,
}

#[derive(Debug, Serialize)]
struct NodeDocument<'m> {
    /// What calls name it by.
    id: usize,
    #[serde(flatten)]
    who: WhoDocument<'m>,
    /// Of a service: what it was asked for and began; `null` where no trace of it was read.
    figures: Option<FiguresDocument>,
    seen_in: &'static str,
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum WhoDocument<'m> {
    /// `null` for spans without a `service.name`.
    Service { name: Option<&'m str> },
    /// Who wrote no span of the calls.
    Peer {
        name: &'m str,
        #[serde(flatten)]
        peer: &'m Peer,
    },
}

#[derive(Debug, Serialize)]
struct CallDocument {
    from: usize,
    to: usize,
    way: &'static str,
    /// Whether it is a service that wrote no span of these calls.
    unanswered: bool,
    #[serde(flatten)]
    figures: FiguresDocument,
    seen_in: &'static str,
}

impl Mapped {
    /// The map for programs.
    pub(crate) fn document(&self) -> MapDocument<'_> {
        let backends = self.from.iter().map(|from| BackendDocument {
            tempo: &from.tempo,
            reached: &from.reached,
            sample: &from.sample,
        });
        let nodes = self.map.nodes.iter().enumerate();
        MapDocument {
            since: self.range.since,
            until: self.range.until,
            backends: backends.collect(),
            notes: self.notes(),
            nodes: nodes.map(|(id, node)| self.node(id, node)).collect(),
            calls: self.map.edges.iter().map(|edge| self.call(edge)).collect(),
        }
    }

    fn node<'m>(&self, id: usize, node: &'m Node) -> NodeDocument<'m> {
        let seconds = self.seconds_of(node.seen);
        NodeDocument {
            id,
            who: match &node.who {
                Callee::Service(name) => WhoDocument::Service {
                    name: name.as_deref(),
                },
                Callee::Peer(peer) => WhoDocument::Peer {
                    name: peer.name(),
                    peer,
                },
            },
            figures: node
                .figures
                .map(|figures| FiguresDocument::of(&figures, seconds)),
            seen_in: seen_in(node.seen),
        }
    }

    fn call(&self, edge: &Edge) -> CallDocument {
        CallDocument {
            from: edge.from,
            to: edge.to,
            way: match edge.way {
                CallWay::Request => "request",
                CallWay::Message => "message",
            },
            unanswered: label::is_unanswered(self, edge),
            figures: FiguresDocument::of(&edge.figures, self.seconds_of(edge.seen)),
            seen_in: seen_in(edge.seen),
        }
    }

    fn seconds_of(&self, seen: Seen) -> Option<f64> {
        self.seconds().filter(|_| seen == Seen::Newest)
    }
}

fn seen_in(seen: Seen) -> &'static str {
    match seen {
        Seen::Newest => "newest_traces",
        Seen::Searched => "searched_traces",
        Seen::Named => "list_of_services",
    }
}
