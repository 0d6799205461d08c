//! What is wrong with a trace as a whole.

use serde::Serialize;

use super::{Origin, Skew, Span, SpanId, Trace};

/// Something that makes a trace less than whole, or its picture less than true.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "warning", rename_all = "snake_case")]
pub enum Warning {
    /// No span says that it began the trace.
    NoRoot,
    /// Several spans say that they began it.
    SeveralRoots {
        /// How many.
        roots: usize,
    },
    /// Spans name a parent of which there is nothing.
    MissingParent {
        /// The parent.
        parent: SpanId,
        /// How many spans name it.
        orphans: usize,
    },
    /// The parents of spans form loops.
    Loops {
        /// How many.
        loops: usize,
    },
    /// Spans were stored more than once.
    Duplicates {
        /// How many copies were left out.
        copies: usize,
    },
    /// Spans name a parent by what is no span's id.
    UnreadableParent {
        /// How many.
        spans: usize,
    },
    /// Spans end before they begin.
    EndsBeforeStart {
        /// How many.
        spans: usize,
    },
    /// Spans do not say when they began, or not when they ended.
    Untimed {
        /// How many.
        spans: usize,
    },
    /// Clocks do not agree.
    Skew(Skew),
}

impl Warning {
    /// What is wrong with a trace.
    pub fn all(trace: &Trace) -> Vec<Self> {
        let mut warnings = Vec::new();
        let tops = trace.tops();
        let count = |origin: Origin| tops.iter().filter(|top| top.origin == origin).count();
        match count(Origin::Root) {
            0 => warnings.push(Self::NoRoot),
            1 => {}
            roots => warnings.push(Self::SeveralRoots { roots }),
        }
        let mut missing: Vec<(SpanId, usize)> = Vec::new();
        for top in tops {
            if let Origin::Orphan(parent) = top.origin {
                match missing.last_mut() {
                    Some((last, orphans)) if *last == parent => *orphans += 1,
                    Some(_) | None => missing.push((parent, 1)),
                }
            }
        }
        warnings.extend(
            missing
                .into_iter()
                .map(|(parent, orphans)| Self::MissingParent { parent, orphans }),
        );
        match count(Origin::Loop) {
            0 => {}
            loops => warnings.push(Self::Loops { loops }),
        }
        match trace.duplicates() {
            0 => {}
            copies => warnings.push(Self::Duplicates { copies }),
        }
        match count(Origin::Unreadable) {
            0 => {}
            spans => warnings.push(Self::UnreadableParent { spans }),
        }
        let untimed = trace.spans().iter().filter(|span| !span.is_timed());
        let (untimed, reversed): (Vec<&Span>, Vec<&Span>) =
            untimed.partition(|span| span.start == 0 || span.end == 0);
        match reversed.len() {
            0 => {}
            spans => warnings.push(Self::EndsBeforeStart { spans }),
        }
        match untimed.len() {
            0 => {}
            spans => warnings.push(Self::Untimed { spans }),
        }
        warnings.extend(Skew::all(trace).into_iter().map(Self::Skew));
        warnings
    }
}
