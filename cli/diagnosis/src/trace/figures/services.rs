//! What services do for others, or begin by themselves.

use std::collections::BTreeMap;

use super::{Figures, Tally};
use crate::trace::{Trace, calls::is_call};

/// The figures of what each service was asked for and of what it began: of its spans that are part of no other span of
/// its own. `None` stands for spans whose resource has no name.
pub fn services<'t>(
    traces: impl IntoIterator<Item = &'t Trace>,
) -> BTreeMap<Option<String>, Figures> {
    let mut tallies: BTreeMap<Option<String>, Tally> = BTreeMap::new();
    for trace in traces {
        let spans = trace.spans();
        for (number, span) in spans.iter().enumerate() {
            let above = trace.parent(number).map(|above| &spans[above]);
            if above.is_none_or(|above| is_call(above, span)) {
                let service = span.service().map(str::to_owned);
                tallies.entry(service).or_default().add(span);
            }
        }
    }
    let tallies = tallies.into_iter();
    tallies
        .map(|(service, tally)| (service, tally.figures()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{Span, SpanKind, tree::tests::span};

    #[test]
    fn what_a_service_does_within_its_own_work_is_not_counted_again() {
        let of = |kind, span: Span| Span { kind, ..span };
        let spans = vec![
            of(SpanKind::Server, span(1, None, "web", 0, 100)),
            span(2, Some(1), "web", 5, 95),
            of(SpanKind::Client, span(3, Some(2), "web", 10, 60)),
            of(SpanKind::Server, span(4, Some(3), "orders", 20, 30)),
            of(SpanKind::Client, span(5, Some(4), "orders", 21, 29)),
            // It calls itself.
            of(SpanKind::Server, span(6, Some(5), "orders", 22, 28)),
        ];
        let trace = Trace::new("1".parse().unwrap(), spans).unwrap();
        let counted: Vec<(Option<String>, u64)> = services([&trace])
            .into_iter()
            .map(|(service, figures)| (service, figures.count))
            .collect();
        assert_eq!(
            counted,
            [(Some("orders".to_owned()), 2), (Some("web".to_owned()), 1)]
        );
    }
}
