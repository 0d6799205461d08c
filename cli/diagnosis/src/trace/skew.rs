//! Times that do not go together: a span that began before the one that caused it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{SpanKind, Trace};

/// What two services' times say of their clocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skew {
    /// The service of the parents.
    pub parent: Option<String>,
    /// The service of the children.
    pub child: Option<String>,
    /// What is out of order.
    pub kind: SkewKind,
    /// By how much at most, in nanoseconds.
    pub nanoseconds: u64,
    /// In how many spans.
    pub spans: usize,
}

/// What is out of order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SkewKind {
    /// A span began before its parent: the child's clock is behind, or its start was set by hand.
    BeforeParent,
    /// An answer began after the call had ended: the child's clock is ahead, or the caller had given up.
    AfterCall,
}

/// Differences below a millisecond are what clocks in step have.
pub(super) const TOLERANCE: u64 = 1_000_000;

impl Skew {
    /// What is out of order in a trace, the most first. Within one service it is its own clock that was set.
    pub fn all(trace: &Trace) -> Vec<Self> {
        let mut found: BTreeMap<_, (u64, usize)> = BTreeMap::new();
        for (number, span) in trace.spans().iter().enumerate() {
            let Some(parent) = trace.parent(number).map(|parent| &trace.spans()[parent]) else {
                continue;
            };
            if span.start == 0 || parent.start == 0 {
                continue;
            }
            let is_answer = (parent.kind, span.kind) == (SpanKind::Client, SpanKind::Server);
            let (kind, by) = if span.start < parent.start {
                (SkewKind::BeforeParent, parent.start - span.start)
            } else if is_answer && parent.is_timed() && span.start > parent.end {
                (SkewKind::AfterCall, span.start - parent.end)
            } else {
                continue;
            };
            if by >= TOLERANCE {
                let entry = found
                    .entry((parent.service(), span.service(), kind))
                    .or_default();
                *entry = (entry.0.max(by), entry.1 + 1);
            }
        }
        let mut all: Vec<Self> = found
            .into_iter()
            .map(|((parent, child, kind), (nanoseconds, spans))| Self {
                parent: parent.map(str::to_owned),
                child: child.map(str::to_owned),
                kind,
                nanoseconds,
                spans,
            })
            .collect();
        all.sort_by_key(|skew| std::cmp::Reverse(skew.nanoseconds));
        all
    }
}
