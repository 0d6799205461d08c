//! Which spans of a trace are shown: all, or so few that a person can read them, with the count of the others.

use std::collections::HashMap;

use super::{CriticalPath, Origin, SpanId, SpanKind, Trace};

/// How much of a trace is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folding {
    /// Every span.
    None,
    /// Siblings that repeat each other are folded, and there are at most so many rows.
    Rows(usize),
}

/// The rows of a trace, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    /// What is shown.
    pub rows: Vec<Row>,
    /// What comes after the last row.
    pub left_out: LeftOut,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it shows.
    pub kind: RowKind,
    /// How far it is indented.
    pub depth: usize,
    /// Whether it is the last one below its parent.
    pub is_last: bool,
}

/// What a row shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowKind {
    /// A span.
    Span(usize),
    /// A parent of which the trace has nothing, and how many spans name it.
    Missing(SpanId, usize),
    /// Siblings that are folded.
    Folded(Fold),
}

/// Siblings of one service, name and kind, and all below them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fold {
    /// One of them.
    pub example: usize,
    /// How many siblings.
    pub siblings: usize,
    /// How many spans, those below them included.
    pub spans: usize,
    /// How many of these spans failed.
    pub errors: usize,
    /// The shortest sibling, in nanoseconds.
    pub shortest: u64,
    /// The longest.
    pub longest: u64,
}

/// Spans that are not shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// How many.
    pub spans: usize,
    /// How many of them failed.
    pub errors: usize,
}

/// So many siblings that repeat each other are shown one by one; folding fewer would save no line.
const FEW: usize = 5;
/// Of those that fold, the first ones that are shown.
const FIRST: usize = 2;
/// And the first ones that failed, or have something below them that did.
const FAILED: usize = 2;

impl Rows {
    /// The rows of a trace.
    pub fn of(trace: &Trace, path: &CriticalPath, folding: Folding) -> Self {
        let folder = Folder::new(trace, path, folding);
        let mut rows = folder.rows();
        let mut left_out = LeftOut::default();
        if let Folding::Rows(most) = folding
            && rows.len() > most
        {
            for row in rows.drain(most..) {
                left_out.add(folder.trace, &row.kind);
            }
        }
        Self { rows, left_out }
    }
}

impl LeftOut {
    fn add(&mut self, trace: &Trace, row: &RowKind) {
        match row {
            RowKind::Span(span) => {
                self.spans += 1;
                self.errors += usize::from(trace.spans()[*span].has_failed());
            }
            RowKind::Folded(fold) => {
                self.spans += fold.spans;
                self.errors += fold.errors;
            }
            RowKind::Missing(..) => {}
        }
    }
}

struct Folder<'t> {
    trace: &'t Trace,
    folding: Folding,
    /// How many spans before each one failed.
    errors_before: Vec<usize>,
    /// What all spans before each one have of the critical path.
    critical_before: Vec<u64>,
}

impl<'t> Folder<'t> {
    fn new(trace: &'t Trace, path: &CriticalPath, folding: Folding) -> Self {
        let mut errors = 0;
        let mut errors_before = vec![0];
        for span in trace.spans() {
            errors += usize::from(span.has_failed());
            errors_before.push(errors);
        }
        let mut critical = 0;
        let mut critical_before = vec![0];
        for time in path.by_span(trace) {
            critical += time;
            critical_before.push(critical);
        }
        Self {
            trace,
            folding,
            errors_before,
            critical_before,
        }
    }

    fn rows(&self) -> Vec<Row> {
        let mut orphans: HashMap<SpanId, Vec<usize>> = HashMap::new();
        for top in self.trace.tops() {
            if let Origin::Orphan(parent) = top.origin {
                orphans.entry(parent).or_default().push(top.span);
            }
        }
        let mut rows = Vec::new();
        // What is still to be shown, the next one last.
        let mut waiting: Vec<Row> = self.tops();
        waiting.reverse();
        while let Some(row) = waiting.pop() {
            let below = match row.kind {
                RowKind::Span(span) => {
                    self.siblings(&self.trace.children(span).collect::<Vec<_>>())
                }
                RowKind::Missing(parent, _) => {
                    let orphans = orphans.get(&parent).map_or(&[][..], Vec::as_slice);
                    self.siblings(orphans)
                }
                RowKind::Folded(_) => Vec::new(),
            };
            let depth = row.depth + 1;
            let last = below.len().saturating_sub(1);
            rows.push(row);
            let below = below.into_iter().enumerate().rev();
            waiting.extend(below.map(|(place, kind)| Row {
                kind,
                depth,
                is_last: place == last,
            }));
        }
        rows
    }

    /// The rows at the top: roots, and the parents that are missing.
    fn tops(&self) -> Vec<Row> {
        let mut kinds: Vec<RowKind> = Vec::new();
        let mut plain = Vec::new();
        for top in self.trace.tops() {
            let Origin::Orphan(parent) = top.origin else {
                plain.push(top.span);
                continue;
            };
            kinds.extend(self.siblings(&std::mem::take(&mut plain)));
            match kinds.last_mut() {
                Some(RowKind::Missing(last, orphans)) if *last == parent => *orphans += 1,
                Some(_) | None => kinds.push(RowKind::Missing(parent, 1)),
            }
        }
        kinds.extend(self.siblings(&plain));
        let last = kinds.len().saturating_sub(1);
        kinds
            .into_iter()
            .enumerate()
            .map(|(place, kind)| Row {
                kind,
                depth: 0,
                is_last: place == last,
            })
            .collect()
    }

    /// The rows of siblings.
    fn siblings(&self, siblings: &[usize]) -> Vec<RowKind> {
        let shown_all = || siblings.iter().map(|span| RowKind::Span(*span)).collect();
        if self.folding == Folding::None || siblings.len() <= FEW {
            return shown_all();
        }
        let mut groups: HashMap<(Option<&str>, &str, SpanKind), Vec<usize>> = HashMap::new();
        for sibling in siblings {
            groups
                .entry(self.likeness(*sibling))
                .or_default()
                .push(*sibling);
        }
        if groups.values().all(|group| group.len() <= FEW) {
            return shown_all();
        }
        let mut folds: HashMap<usize, RowKind> = HashMap::new();
        let mut hidden = std::collections::HashSet::new();
        for group in groups.values().filter(|group| group.len() > FEW) {
            let folded = self.folded(group);
            // The row of a fold takes the place of one that it folds.
            if folded.len() < 2 {
                continue;
            }
            if let (Some(first), Some(fold)) = (folded.first(), self.fold(&folded)) {
                folds.insert(*first, RowKind::Folded(fold));
                hidden.extend(folded);
            }
        }
        siblings
            .iter()
            .filter_map(|span| {
                let fold = folds.remove(span);
                fold.or_else(|| (!hidden.contains(span)).then_some(RowKind::Span(*span)))
            })
            .collect()
    }

    fn likeness(&self, span: usize) -> (Option<&'t str>, &'t str, SpanKind) {
        let span = &self.trace.spans()[span];
        (span.service(), &span.name, span.kind)
    }

    /// Those of a group that are not shown one by one: not the first, not the first that failed, and not the one that
    /// the root waited for longest.
    fn folded(&self, group: &[usize]) -> Vec<usize> {
        let failed = group.iter().filter(|span| self.errors(**span) > 0);
        let slowest = group.iter().max_by_key(|span| {
            (
                self.critical_within(**span),
                self.trace.spans()[**span].duration(),
            )
        });
        let kept: Vec<&usize> = group
            .iter()
            .take(FIRST)
            .chain(failed.take(FAILED))
            .chain(slowest)
            .collect();
        group
            .iter()
            .filter(|span| !kept.contains(span))
            .copied()
            .collect()
    }

    fn fold(&self, folded: &[usize]) -> Option<Fold> {
        let durations = || {
            folded
                .iter()
                .map(|span| self.trace.spans()[*span].duration())
        };
        Some(Fold {
            example: *folded.first()?,
            siblings: folded.len(),
            spans: folded
                .iter()
                .map(|span| self.trace.subtree(*span).len())
                .sum(),
            errors: folded.iter().map(|span| self.errors(*span)).sum(),
            shortest: durations().min()?,
            longest: durations().max()?,
        })
    }

    fn errors(&self, span: usize) -> usize {
        let range = self.trace.subtree(span);
        self.errors_before[range.end] - self.errors_before[range.start]
    }

    fn critical_within(&self, span: usize) -> u64 {
        let range = self.trace.subtree(span);
        self.critical_before[range.end] - self.critical_before[range.start]
    }
}
