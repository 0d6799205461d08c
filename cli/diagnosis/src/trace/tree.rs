//! The spans of one trace in their order: each after its parent, the children of one by their start.

mod parents;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap, HashSet},
    ops::Range,
};

use serde::Serialize;

use self::parents::{Belongs, open_loops, parents};
use super::{Span, SpanId, TraceId};

/// A trace. Its spans are numbered in the order of the tree, so that a span and all below it have consecutive numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    id: TraceId,
    spans: Vec<Span>,
    nodes: Vec<Node>,
    tops: Vec<Top>,
    duplicates: usize,
}

/// The place of a span in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Node {
    parent: Option<usize>,
    depth: usize,
    /// The spans of its subtree, itself included.
    size: usize,
}

/// A span without a parent in the trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Top {
    /// Its number.
    pub span: usize,
    /// Why it has none.
    pub origin: Origin,
}

/// Why a span stands at the top.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// It names no parent: it began the trace.
    Root,
    /// It names a parent of which the trace has nothing.
    Orphan(SpanId),
    /// It names a parent by what is no span's id.
    Unreadable,
    /// It is below itself: the parents that its trace names form a loop, which is opened here.
    Loop,
}

/// What a service has to do with a trace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ServiceShare {
    /// Its name; `None` for spans whose resource has none.
    pub service: Option<String>,
    /// Its spans.
    pub spans: usize,
    /// Those that failed.
    pub errors: usize,
}

impl Trace {
    /// Puts spans in order; `None` where there are none. A span that was stored twice counts once.
    pub fn new(id: TraceId, mut spans: Vec<Span>) -> Option<Self> {
        let received = spans.len();
        spans.sort_by(|one, other| sort_key(one).cmp(&sort_key(other)));
        let mut seen = HashSet::new();
        spans.retain(|span| seen.insert(span.identity()));
        let duplicates = received - spans.len();
        if spans.is_empty() {
            return None;
        }
        let mut origins = parents(&spans);
        open_loops(&mut origins);
        Some(ordered(id, spans, &origins, duplicates))
    }

    /// Its id.
    pub fn id(&self) -> TraceId {
        self.id
    }

    /// Its spans in order.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// The spans without a parent: by time, those of one missing parent together.
    pub fn tops(&self) -> &[Top] {
        &self.tops
    }

    /// How many spans were stored more than once, each time counted.
    pub fn duplicates(&self) -> usize {
        self.duplicates
    }

    /// The number of a span's parent.
    pub fn parent(&self, span: usize) -> Option<usize> {
        self.nodes[span].parent
    }

    /// How far below its top a span is.
    pub fn depth(&self, span: usize) -> usize {
        self.nodes[span].depth
    }

    /// The numbers of a span and of all below it.
    pub fn subtree(&self, span: usize) -> Range<usize> {
        span..span + self.nodes[span].size
    }

    /// The numbers of a span's children, by their start.
    pub fn children(&self, span: usize) -> impl Iterator<Item = usize> {
        let end = self.subtree(span).end;
        let first = span + 1;
        std::iter::successors((first < end).then_some(first), move |child| {
            let next = self.subtree(*child).end;
            (next < end).then_some(next)
        })
    }

    /// The span that stands for the trace: the first root, else the longest of those without a parent.
    pub fn root(&self) -> usize {
        let roots = self.tops.iter().filter(|top| top.origin == Origin::Root);
        let root = roots.min_by_key(|top| self.spans[top.span].start);
        let longest = || {
            let tops = self.tops.iter();
            tops.max_by_key(|top| (self.spans[top.span].duration(), Reverse(top.span)))
        };
        root.or_else(longest).map_or(0, |top| top.span)
    }

    /// From the first start to the last end, in nanoseconds since 1970. A span without a time does not count.
    pub fn extent(&self) -> Range<u64> {
        let timed = || self.spans.iter().filter(|span| span.start > 0);
        let start = timed().map(|span| span.start).min().unwrap_or_default();
        let end = timed().map(Span::end).max().unwrap_or_default();
        start..end
    }

    /// How many spans failed.
    pub fn errors(&self) -> usize {
        self.spans.iter().filter(|span| span.has_failed()).count()
    }

    /// The services, in the order in which they appear.
    pub fn services(&self) -> Vec<ServiceShare> {
        let mut shares: Vec<ServiceShare> = Vec::new();
        let mut places: HashMap<Option<&str>, usize> = HashMap::new();
        for span in &self.spans {
            let place = *places.entry(span.service()).or_insert_with(|| {
                shares.push(ServiceShare {
                    service: span.service().map(str::to_owned),
                    spans: 0,
                    errors: 0,
                });
                shares.len() - 1
            });
            shares[place].spans += 1;
            shares[place].errors += usize::from(span.has_failed());
        }
        shares
    }
}

/// Earlier first, then longer first; the rest only makes the order the same in every run.
fn sort_key(span: &Span) -> impl Ord + '_ {
    (
        span.start,
        Reverse(span.end()),
        span.id,
        span.parent,
        span.kind,
        (&span.name, span.service(), &span.status),
    )
}

/// Renumbers the spans so that each is followed by what is below it.
fn ordered(id: TraceId, spans: Vec<Span>, belongs: &[Belongs], duplicates: usize) -> Trace {
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); spans.len()];
    let mut tops: Vec<(usize, Origin)> = Vec::new();
    for (number, place) in belongs.iter().enumerate() {
        match place {
            Belongs::Below(parent) => children[*parent].push(number),
            Belongs::Top(origin) => tops.push((number, *origin)),
        }
    }
    let mut firsts: BTreeMap<Origin, usize> = BTreeMap::new();
    for (number, origin) in &tops {
        firsts.entry(*origin).or_insert(*number);
    }
    tops.sort_by_key(|(number, origin)| match origin {
        Origin::Orphan(_) => (firsts[origin], *number),
        Origin::Root | Origin::Unreadable | Origin::Loop => (*number, *number),
    });
    let mut nodes: Vec<Node> = Vec::with_capacity(spans.len());
    let mut order: Vec<usize> = Vec::with_capacity(spans.len());
    let mut placed_tops = Vec::with_capacity(tops.len());
    // What is still to be placed, the next one last.
    let mut waiting: Vec<(usize, Option<usize>)> = Vec::new();
    for (top, origin) in tops {
        placed_tops.push(Top {
            span: order.len(),
            origin,
        });
        waiting.push((top, None));
        while let Some((number, parent)) = waiting.pop() {
            let place = order.len();
            order.push(number);
            nodes.push(Node {
                parent,
                depth: parent.map_or(0, |parent: usize| nodes[parent].depth + 1),
                size: 1,
            });
            waiting.extend(
                children[number]
                    .iter()
                    .rev()
                    .map(|child| (*child, Some(place))),
            );
        }
    }
    for place in (0..nodes.len()).rev() {
        if let Some(parent) = nodes[place].parent {
            nodes[parent].size += nodes[place].size;
        }
    }
    let mut taken: Vec<Option<Span>> = spans.into_iter().map(Some).collect();
    let spans = order
        .into_iter()
        .filter_map(|number| taken[number].take())
        .collect();
    Trace {
        id,
        spans,
        nodes,
        tops: placed_tops,
        duplicates,
    }
}

#[cfg(test)]
pub(super) mod tests;
