//! Two services between which the trace is torn: the called one begins traces of its own while a caller waits for it.

use std::collections::BTreeSet;

use super::proxy;
use crate::{
    snapshot::Container,
    trace::{Origin, Peer, PeerKind, Span, SpanKind},
    view::{SeenTrace, Service, Stack},
};

/// Clocks of one machine, and what a socket takes.
const TOLERANCE: u64 = 2_000_000;
/// A message waits so long in its queue at most to be recognised.
const IN_QUEUE: u64 = 10_000_000_000;
/// An answer that takes less than this part of the call is one of many that fit.
const OF_CALL: u64 = 4;
/// And of a whole request within which it fell.
const OF_REQUEST: u64 = 50;

/// How the caller is known to call.
#[derive(Debug, Clone, Copy)]
pub(super) enum Known<'s> {
    /// Its client's spans name the called service.
    ByName,
    /// Its client's spans name a proxy.
    Through(&'s Container),
    /// It records no calls at all; its settings name the called service.
    BySettings,
    /// It leaves messages, and the other takes some soon after.
    ByMessage,
}

/// A request of the caller, and the trace that the called service began within it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair<'t, 's> {
    /// The caller's trace, and the span that waited.
    pub(super) call: (&'t SeenTrace<'s>, &'t Span),
    /// The other trace, and its root.
    pub(super) answer: (&'t SeenTrace<'s>, &'t Span),
}

/// A torn edge.
#[derive(Debug)]
pub(super) struct Torn<'t, 's> {
    pub(super) caller: &'t Service<'s>,
    pub(super) known: Known<'s>,
    pub(super) pairs: Vec<Pair<'t, 's>>,
}

/// The edge to a service at which traces are torn.
pub(super) fn torn<'t, 's>(
    target: &'t Service<'s>,
    stack: &'t Stack<'s>,
    traces: &'t [SeenTrace<'s>],
) -> Option<Torn<'t, 's>> {
    let name = &target.name.as_ref()?.0;
    let begun: Vec<(&SeenTrace<'s>, &Span)> = traces
        .iter()
        .flat_map(|seen| {
            let tops = seen.trace.tops().iter();
            let roots = tops.filter(|top| top.origin == Origin::Root);
            roots.map(move |top| (seen, &seen.trace.spans()[top.span]))
        })
        .filter(|(_, span)| span.service() == Some(name))
        .collect();
    if begun.is_empty() {
        return None;
    }
    let reached: BTreeSet<&str> = callers(name, traces);
    let others = stack.services.iter().filter(|other| {
        let other_name = other.name.as_ref();
        other_name.is_some_and(|other| other.0 != *name && !reached.contains(other.0.as_str()))
    });
    others
        .filter_map(|caller| between(caller, target, &begun, stack, traces))
        .max_by_key(|torn| (matches!(torn.known, Known::ByName), torn.pairs.len()))
}

/// The services below whose spans a service has some, or that its spans name.
fn callers<'t>(name: &str, traces: &'t [SeenTrace<'_>]) -> BTreeSet<&'t str> {
    let mut found = BTreeSet::new();
    for seen in traces {
        for (number, span) in seen.spans_of(name) {
            let parent = seen.trace.parent(number);
            found.extend(parent.and_then(|parent| seen.trace.spans()[parent].service()));
            for link in &span.links {
                let linked = traces
                    .iter()
                    .find(|other| other.trace.id() == link.trace_id);
                let sender = linked.and_then(|other| {
                    let mut spans = other.trace.spans().iter();
                    spans.find(|span| span.id == link.span_id)
                });
                found.extend(sender.and_then(Span::service));
            }
        }
    }
    found
}

fn between<'t, 's>(
    caller: &'t Service<'s>,
    target: &'t Service<'s>,
    begun: &[(&'t SeenTrace<'s>, &'t Span)],
    stack: &'t Stack<'s>,
    traces: &'t [SeenTrace<'s>],
) -> Option<Torn<'t, 's>> {
    let name = &caller.name.as_ref()?.0;
    let own: Vec<(&SeenTrace<'s>, usize, &Span)> = traces
        .iter()
        .flat_map(|seen| {
            seen.spans_of(name)
                .map(move |(number, span)| (seen, number, span))
        })
        .collect();
    let lonely = own
        .iter()
        .filter(|(seen, number, _)| seen.trace.children(*number).next().is_none());
    let mut named = Vec::new();
    let mut proxied = Vec::new();
    let mut sent = Vec::new();
    for (seen, _, span) in lonely {
        match span.kind {
            SpanKind::Client => {
                let peer = Peer::of(span).filter(|peer| peer.kind == PeerKind::Server);
                let host = peer.and_then(|peer| peer.host);
                let Some(container) = host.and_then(|host| stack.container_called(&host)) else {
                    continue;
                };
                if container.id == target.container.id {
                    named.push((*seen, *span));
                } else if proxy::is_proxy(container) {
                    proxied.push((*seen, *span, container));
                }
            }
            SpanKind::Producer => sent.push((*seen, *span)),
            SpanKind::Unspecified | SpanKind::Internal | SpanKind::Server | SpanKind::Consumer => {}
        }
    }
    let torn = |known, pairs: Vec<Pair<'t, 's>>| {
        Some(Torn {
            caller,
            known,
            pairs,
        })
    };
    let pairs = within(&named, begun, OF_CALL);
    if !pairs.is_empty() {
        return torn(Known::ByName, pairs);
    }
    if let Some((_, _, container)) = proxied.first() {
        let calls: Vec<_> = proxied
            .iter()
            .map(|(seen, span, _)| (*seen, *span))
            .collect();
        let pairs = within(&calls, begun, OF_CALL);
        if pairs.len() >= 2 {
            return torn(Known::Through(container), pairs);
        }
    }
    let pairs = by_message(&sent, begun);
    if pairs.len() >= 2 {
        return torn(Known::ByMessage, pairs);
    }
    let calls_nobody = own.iter().all(|(_, _, span)| span.kind != SpanKind::Client);
    if !calls_nobody || !names(caller, target) {
        return None;
    }
    let requests: Vec<(&SeenTrace<'s>, &Span)> = own
        .iter()
        .filter(|(seen, number, _)| seen.trace.parent(*number).is_none())
        .map(|(seen, _, span)| (*seen, *span))
        .collect();
    let served = begun
        .iter()
        .filter(|(_, span)| span.kind == SpanKind::Server);
    let pairs = within(&requests, begun, OF_REQUEST);
    // Requests that come from elsewhere as well may have fallen within by chance.
    (pairs.len() >= 2 && pairs.len() == served.count())
        .then(|| torn(Known::BySettings, pairs))
        .flatten()
}

/// For each root of the called service one span of the caller that it fell within and of which it is a good part.
fn within<'t, 's>(
    calls: &[(&'t SeenTrace<'s>, &'t Span)],
    begun: &[(&'t SeenTrace<'s>, &'t Span)],
    part: u64,
) -> Vec<Pair<'t, 's>> {
    let fits = |call: &Span, answer: &Span| {
        answer.start + TOLERANCE >= call.start
            && answer.end() <= call.end() + TOLERANCE
            && answer.duration().saturating_mul(part) >= call.duration()
    };
    let roots = begun
        .iter()
        .filter(|(_, span)| span.kind == SpanKind::Server);
    let pair = |answer: &(&'t SeenTrace<'s>, &'t Span)| {
        let call = calls.iter().find(|(_, call)| fits(call, answer.1))?;
        Some(Pair {
            call: *call,
            answer: *answer,
        })
    };
    let mut taken = BTreeSet::new();
    let pairs = roots.filter_map(pair);
    // One call has one answer.
    pairs
        .filter(|pair| taken.insert((pair.call.0.trace.id(), pair.call.1.id)))
        .collect()
}

/// For each trace that a message began, without a word of who sent it, one that was sent just before.
fn by_message<'t, 's>(
    sent: &[(&'t SeenTrace<'s>, &'t Span)],
    begun: &[(&'t SeenTrace<'s>, &'t Span)],
) -> Vec<Pair<'t, 's>> {
    let follows = |message: &Span, taken: &Span| {
        taken.start + TOLERANCE >= message.start && taken.start <= message.end() + IN_QUEUE
    };
    let mut used = BTreeSet::new();
    let taken = begun
        .iter()
        .filter(|(_, span)| span.kind == SpanKind::Consumer && span.links.is_empty());
    taken
        .filter_map(|answer| {
            let call = sent.iter().find(|(seen, message)| {
                follows(message, answer.1) && !used.contains(&(seen.trace.id(), message.id))
            })?;
            used.insert((call.0.trace.id(), call.1.id));
            Some(Pair {
                call: *call,
                answer: *answer,
            })
        })
        .collect()
}

/// Whether the settings of a service name another as whom it calls: by a variable, in a command, or by waiting for it.
pub(super) fn names(caller: &Service<'_>, target: &Service<'_>) -> bool {
    let hosts = target.container.attachments.iter();
    let hosts: Vec<&str> = hosts
        .flat_map(|attachment| &attachment.names)
        .map(String::as_str)
        .collect();
    let is_word =
        |character: char| !(character.is_ascii_alphanumeric() || "-_.".contains(character));
    let holds = |text: &str| text.split(is_word).any(|word| hosts.contains(&word));
    let container = caller.container;
    container
        .environment
        .iter()
        .any(|variable| holds(&variable.value))
        || container.command.iter().any(|word| holds(word))
}
