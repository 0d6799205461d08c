//! What nodes and calls are called in a drawing.

use ptctl_diagnosis::trace::{
    PeerKind,
    calls::Callee,
    figures::Figures,
    service_map::{Answer, Edge, Node, Seen},
};

use crate::render::{
    Glyphs,
    figures::{Often, share},
    length::length,
    trace::NO_SERVICE,
};

use super::Mapped;

/// What is said of calls that a service wrote no span of, though it writes others.
pub(super) const UNANSWERED: &str = "no span";
/// What is said of a service that is known by its name alone.
pub(super) const UNREAD: &str = "no trace of it was read";

/// The name of somebody.
pub(super) fn name(who: &Callee) -> &str {
    match who {
        Callee::Service(name) => name.as_deref().unwrap_or(NO_SERVICE),
        Callee::Peer(peer) => peer.name(),
    }
}

/// What a leaf is: its program, else its kind.
pub(super) fn kind(who: &Callee) -> Option<&str> {
    let Callee::Peer(peer) = who else {
        return None;
    };
    let program = peer.system.as_deref().filter(|_| peer.host.is_some());
    Some(program.unwrap_or(match peer.kind {
        PeerKind::Database => "database",
        PeerKind::Messaging => "queue",
        PeerKind::Server => "not traced",
    }))
}

/// What is written on a node, line by line.
pub(super) fn of_node(mapped: &Mapped, node: &Node) -> Vec<String> {
    let mut lines = vec![name(&node.who).to_owned()];
    lines.extend(kind(&node.who).map(str::to_owned));
    match &node.figures {
        Some(figures) => lines.extend(figures_of(figures, mapped.often(node.seen))),
        None if node.seen == Seen::Named => lines.push(UNREAD.to_owned()),
        None => {}
    }
    lines
}

/// What is written on calls, line by line.
pub(super) fn of_edge(mapped: &Mapped, edge: &Edge) -> Vec<String> {
    let mut lines = figures_of(&edge.figures, mapped.often(edge.seen));
    if is_unanswered(mapped, edge) {
        lines.push(UNANSWERED.to_owned());
    }
    lines
}

/// Whether somebody with spans of its own wrote none of these calls.
pub(super) fn is_unanswered(mapped: &Mapped, edge: &Edge) -> bool {
    let to = &mapped.map.nodes[edge.to].who;
    edge.answer == Answer::None && matches!(to, Callee::Service(_))
}

fn figures_of(figures: &Figures, often: Often) -> Vec<String> {
    let mut parts = Vec::new();
    match often {
        Often::Count => parts.push(format!("{}×", often.shown(figures.count))),
        Often::Rate(..) => parts.push(often.shown(figures.count)),
        Often::Unknown => {}
    }
    if figures.errors > 0 {
        parts.push(format!("{} failed", share(figures)));
    }
    let times = figures.percentiles.map(|of| {
        let [p50, p95, p99] =
            [of.p50_ns, of.p95_ns, of.p99_ns].map(|time| length(time, Glyphs::Unicode));
        format!("p50 {p50}, p95 {p95}, p99 {p99}")
    });
    let first = (!parts.is_empty()).then(|| parts.join(", "));
    first.into_iter().chain(times).collect()
}
