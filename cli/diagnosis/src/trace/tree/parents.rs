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

/// The parent of each span. Several spans may have one id: where a client and the server that it calls share it, the
/// server is below the client, and what names the id as its parent is below the one of its own service.
pub(super) fn parents(spans: &[Span]) -> Vec<Belongs> {
    let mut by_id: HashMap<SpanId, Vec<usize>> = HashMap::new();
    for (number, span) in spans.iter().enumerate() {
        by_id.entry(span.id).or_default().push(number);
    }
    let find = |number: usize, span: &Span| {
        let namesakes = &by_id[&span.id];
        if span.kind == SpanKind::Server
            && let Some(client) = namesakes
                .iter()
                .find(|other| spans[**other].kind == SpanKind::Client)
        {
            return Belongs::Below(*client);
        }
        let Some(parent) = span.parent else {
            return Belongs::Top(Origin::Root);
        };
        let Some(candidates) = by_id.get(&parent) else {
            return Belongs::Top(Origin::Orphan(parent));
        };
        let others = || candidates.iter().filter(|other| **other != number);
        let own = others().find(|other| spans[**other].service() == span.service());
        match own.or_else(|| others().next()) {
            Some(parent) => Belongs::Below(*parent),
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
        /// Being walked, by the walk that began at this span.
        Walked(usize),
        Clear,
    }
    let mut ways = vec![Way::Unknown; belongs.len()];
    for start in 0..belongs.len() {
        let mut walked = Vec::new();
        let mut at = start;
        loop {
            match ways[at] {
                Way::Clear => break,
                Way::Walked(_) => {
                    let begin = walked.iter().position(|span| *span == at).unwrap_or(0);
                    // Numbers are in the order of time here.
                    if let Some(first) = walked[begin..].iter().min() {
                        belongs[*first] = Belongs::Top(Origin::Loop);
                    }
                    break;
                }
                Way::Unknown => {
                    ways[at] = Way::Walked(start);
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
