//! What services do, by its name.

use std::collections::BTreeMap;

use super::{Figures, Tally};
use crate::trace::{Span, SpanKind};

/// What a service does under one name, on one side of a call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Operation {
    /// Its service; `None` for spans whose resource has no name.
    pub service: Option<String>,
    /// The name of its spans.
    pub name: String,
    /// Their side of a call.
    pub kind: SpanKind,
}

/// The figures of each operation.
pub fn operations<'s>(spans: impl IntoIterator<Item = &'s Span>) -> BTreeMap<Operation, Figures> {
    let mut tallies: BTreeMap<Operation, Tally> = BTreeMap::new();
    for span in spans {
        let operation = Operation {
            service: span.service().map(str::to_owned),
            name: span.name.clone(),
            kind: span.kind,
        };
        tallies.entry(operation).or_default().add(span);
    }
    let tallies = tallies.into_iter();
    tallies
        .map(|(operation, tally)| (operation, tally.figures()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{Status, tree::tests::span};

    #[test]
    fn spans_of_one_name_count_together_unless_they_are_on_different_sides_of_a_call() {
        let mut spans: Vec<Span> = (1..=4)
            .map(|id| span(id, None, "web", 0, u64::from(id)))
            .collect();
        spans[0].status = Status::Error("no".to_owned());
        spans[3].kind = SpanKind::Client;
        for span in &mut spans {
            span.name = "GET".to_owned();
        }
        let found: Vec<(SpanKind, u64, u64, u64)> = operations(&spans)
            .into_iter()
            .map(|(operation, figures)| {
                let p50 = figures.percentiles.map_or(0, |of| of.p50_ns);
                (operation.kind, figures.count, figures.errors, p50)
            })
            .collect();
        assert_eq!(
            found,
            [
                (SpanKind::Internal, 3, 1, 2_000_000),
                (SpanKind::Client, 1, 0, 4_000_000),
            ]
        );
    }
}
