//! Which span is below which.

use std::collections::HashMap;

use super::Origin;
use crate::trace::{Span, SpanId, SpanKind};

/// Where a span belongs while the tree is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Belongs {
    Below(usize),
    Top(Origin),
}

/// The first spans of several: enough to find one that is another than a given one.
#[derive(Debug, Default)]
struct Firsts([Option<usize>; 2]);

impl Firsts {
    fn add(&mut self, number: usize) {
        if let Some(free) = self.0.iter_mut().find(|place| place.is_none()) {
            *free = Some(number);
        }
    }

    fn other_than(&self, number: usize) -> Option<usize> {
        let mut all = self.0.iter().flatten().copied();
        all.find(|other| *other != number)
    }
}

/// The parent of each span. Several spans may have one id: where a client and the server that it calls share it, the
/// server is below the client, and what names the id as its parent is below the one of its own service.
pub(super) fn parents(spans: &[Span]) -> Vec<Belongs> {
    let mut clients: HashMap<SpanId, usize> = HashMap::new();
    let mut by_id: HashMap<SpanId, Firsts> = HashMap::new();
    let mut by_service: HashMap<(SpanId, Option<&str>), Firsts> = HashMap::new();
    for (number, span) in spans.iter().enumerate() {
        if span.kind == SpanKind::Client {
            clients.entry(span.id).or_insert(number);
        }
        by_id.entry(span.id).or_default().add(number);
        let own = by_service.entry((span.id, span.service())).or_default();
        own.add(number);
    }
    let find = |number: usize, span: &Span| {
        if span.kind == SpanKind::Server
            && let Some(client) = clients.get(&span.id)
        {
            return Belongs::Below(*client);
        }
        let Some(parent) = span.parent else {
            return Belongs::Top(if span.parent_is_unreadable {
                Origin::Unreadable
            } else {
                Origin::Root
            });
        };
        let Some(candidates) = by_id.get(&parent) else {
            return Belongs::Top(Origin::Orphan(parent));
        };
        let own = by_service.get(&(parent, span.service()));
        let own = own.and_then(|own| own.other_than(number));
        match own.or_else(|| candidates.other_than(number)) {
            Some(parent) => Belongs::Below(parent),
            None => Belongs::Top(Origin::Loop),
        }
    };
    spans
        .iter()
        .enumerate()
        .map(|(number, span)| find(number, span))
        .collect()
}

/// Opens every loop of parents at its earliest span.
pub(super) fn open_loops(belongs: &mut [Belongs]) {
    /// How far the way up from a span is known.
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Way {
        Unknown,
        /// Being walked.
        Walked,
        Clear,
    }
    let mut ways = vec![Way::Unknown; belongs.len()];
    for start in 0..belongs.len() {
        let mut walked = Vec::new();
        let mut at = start;
        loop {
            match ways[at] {
                Way::Clear => break,
                Way::Walked => {
                    let begin = walked.iter().position(|span| *span == at).unwrap_or(0);
                    // Numbers are in the order of time here.
                    if let Some(first) = walked[begin..].iter().min() {
                        belongs[*first] = Belongs::Top(Origin::Loop);
                    }
                    break;
                }
                Way::Unknown => {
                    ways[at] = Way::Walked;
                    walked.push(at);
                }
            }
            match belongs[at] {
                Belongs::Below(parent) => at = parent,
                Belongs::Top(_) => break,
            }
        }
        for span in walked {
            ways[span] = Way::Clear;
        }
    }
}
