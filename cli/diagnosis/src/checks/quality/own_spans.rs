//! The spans of one service among the traces that were read.

use crate::{
    check::Outcome,
    observed::Gap,
    trace::Span,
    view::{SeenTrace, Service, Stack},
};

/// Spans, each with its trace.
pub(super) type Spans<'t, 's> = Vec<(&'t SeenTrace<'s>, &'t Span)>;

/// Each span of a service; `Err` with why there is nothing to judge where there is none.
pub(super) fn of<'t, 's>(
    service: &Service<'_>,
    stack: &'t Stack<'s>,
) -> Result<Result<Spans<'t, 's>, Outcome>, Gap> {
    let Some(name) = &service.name else {
        return Ok(Err(NAMELESS));
    };
    let mut spans = Vec::new();
    for seen in stack.traces()? {
        let own = seen.trace.spans().iter();
        let own = own.filter(|span| span.service() == Some(name.0.as_str()));
        spans.extend(own.map(|span| (seen, span)));
    }
    Ok(if spans.is_empty() {
        Err(Outcome::NotApplicable(
            "no trace that was read has a span of it",
        ))
    } else {
        Ok(spans)
    })
}

/// Nobody knows which spans are a service's.
const NAMELESS: Outcome = Outcome::NotApplicable("nothing tells the name on its spans");
