//! The spans that decided how long a trace took: had one of them been shorter, the root would have been.

use super::{SpanKind, Trace, skew::TOLERANCE};

/// A stretch of time for which one span was what the root waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The span.
    pub span: usize,
    /// Nanoseconds since 1970.
    pub from: u64,
    /// Nanoseconds since 1970, later than `from`.
    pub to: u64,
}

impl Stretch {
    /// Its length in nanoseconds.
    pub fn duration(&self) -> u64 {
        self.to - self.from
    }
}

/// The critical path of a trace's root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CriticalPath {
    stretches: Vec<Stretch>,
}

impl CriticalPath {
    /// Follows the root from its end to its start, each time into the child that ended last before the moment. What
    /// goes on after its parent ended was not waited for and is no part of the path; of an answer to a call that was
    /// given up, the part counts for which the caller waited.
    pub fn of(trace: &Trace) -> Self {
        let root = trace.root();
        let span = &trace.spans()[root];
        let mut stretches = Vec::new();
        // Spans to be followed, each within a time; the innermost last.
        let mut waiting = vec![(root, span.start, span.end())];
        while let Some((number, from, to)) = waiting.pop() {
            let parent_end = trace.spans()[number].end();
            let mut children: Vec<(u64, u64, usize)> = trace
                .children(number)
                .filter_map(|child| {
                    let span = &trace.spans()[child];
                    let goes_on = span.end() > parent_end.saturating_add(TOLERANCE);
                    // A server's span is of a call that is waited for, also where its clock is ahead.
                    if !span.is_timed() || goes_on && span.kind != SpanKind::Server {
                        return None;
                    }
                    let (start, end) = (span.start.max(from), span.end().min(to));
                    (start < end).then_some((end, start, child))
                })
                .collect();
            children.sort_unstable();
            let mut cursor = to;
            while let Some((end, start, child)) = children.pop() {
                if end > cursor {
                    continue;
                }
                push(&mut stretches, number, end, cursor);
                waiting.push((child, start, end));
                cursor = start;
            }
            push(&mut stretches, number, from, cursor);
        }
        stretches.sort_unstable_by_key(|stretch| stretch.from);
        Self { stretches }
    }

    /// Its stretches: in order, without a gap between two and without an overlap.
    pub fn stretches(&self) -> &[Stretch] {
        &self.stretches
    }

    /// For each span of the trace, how long it was what the root waited for, in nanoseconds.
    pub fn by_span(&self, trace: &Trace) -> Vec<u64> {
        let mut times = vec![0; trace.spans().len()];
        for stretch in &self.stretches {
            times[stretch.span] += stretch.duration();
        }
        times
    }
}

fn push(stretches: &mut Vec<Stretch>, span: usize, from: u64, to: u64) {
    if from < to {
        stretches.push(Stretch { span, from, to });
    }
}
