//! Whether a trace is the one that was expected.

mod span;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Unit};

use super::{
    expectation::{TimeRange, What},
    verdict::{Finality, Outcome},
};
use crate::trace::{Origin, Span, SpanId, Trace};

/// So many names are told at most.
const TOLD: usize = 5;

/// What of a trace lies outside of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Awaited {
    /// The parent that the request named: a span beneath it is no orphan.
    pub parent: Option<SpanId>,
}

/// Judges what is expected of a trace; `None` for what is not about it.
pub fn judge_trace(what: &What, trace: &Trace, awaited: Awaited) -> Option<(Outcome, Finality)> {
    let open = |outcome| Some((outcome, Finality::Open));
    match what {
        What::Service(service) => open(of_service(service, trace)),
        What::Edge { from, to } => open(edge(from, to, trace)),
        What::NoOrphans => open(orphans(trace, awaited)),
        What::NoErrors => Some(errors(trace)),
        What::Duration(range) => Some(whole(*range, trace)),
        What::Span(wanted) => Some(span::spans(wanted, trace, awaited)),
        What::Status(_) | What::Body(_) | What::Log(_) | What::NoLosses => None,
    }
}

fn held_or(reasons: Option<String>) -> Outcome {
    reasons.map_or(Outcome::Held, Outcome::Failed)
}

fn of_service(service: &str, trace: &Trace) -> Outcome {
    let has = trace
        .spans()
        .iter()
        .any(|span| span.service() == Some(service));
    held_or((!has).then(|| format!("the trace has spans of {}", services(trace))))
}

fn services(trace: &Trace) -> String {
    let names: Vec<String> = trace
        .services()
        .iter()
        .map(|share| {
            share
                .service
                .as_deref()
                .map_or("no named service".to_owned(), quoted)
        })
        .collect();
    few(&names)
}

fn edge(from: &str, to: &str, trace: &Trace) -> Outcome {
    let callers: BTreeSet<&str> = trace
        .spans()
        .iter()
        .enumerate()
        .filter(|(_, span)| span.service() == Some(to))
        .filter_map(|(number, _)| trace.spans()[trace.parent(number)?].service())
        .collect();
    if callers.contains(from) {
        return Outcome::Held;
    }
    let has = |name: &str| {
        trace
            .spans()
            .iter()
            .any(|span| span.service() == Some(name))
    };
    let others: Vec<String> = callers
        .into_iter()
        .filter(|caller| *caller != to)
        .map(quoted)
        .collect();
    Outcome::Failed(if !has(to) {
        format!("the trace has no span of `{to}`")
    } else if !has(from) {
        format!("the trace has no span of `{from}`")
    } else if others.is_empty() {
        format!("no span of `{to}` has a parent in another service")
    } else {
        format!("`{to}` is called by {}", few(&others))
    })
}

fn orphans(trace: &Trace, awaited: Awaited) -> Outcome {
    let orphans: Vec<String> = trace
        .tops()
        .iter()
        .filter_map(|top| match top.origin {
            Origin::Orphan(parent) if Some(parent) != awaited.parent => Some(format!(
                "{} (parent {parent})",
                named(&trace.spans()[top.span])
            )),
            Origin::Unreadable => Some(format!(
                "{} (a parent that is no span's id)",
                named(&trace.spans()[top.span])
            )),
            Origin::Orphan(_) | Origin::Root | Origin::Loop => None,
        })
        .collect();
    held_or(
        (!orphans.is_empty()).then(|| format!("the trace lacks the parent of {}", few(&orphans))),
    )
}

fn errors(trace: &Trace) -> (Outcome, Finality) {
    let failed: Vec<String> = trace
        .spans()
        .iter()
        .filter(|span| span.has_failed())
        .map(|span| match span.failure() {
            Some(why) => format!("{}: {why}", named(span)),
            None => named(span),
        })
        .collect();
    if failed.is_empty() {
        return (Outcome::Held, Finality::Open);
    }
    let reason = format!("it is set by {}", few(&failed));
    (Outcome::Failed(reason), Finality::Final)
}

fn whole(range: TimeRange, trace: &Trace) -> (Outcome, Finality) {
    let extent = trace.extent();
    let took = nanoseconds(extent.end.saturating_sub(extent.start));
    // A trace only grows.
    let finality = if range.under.is_some_and(|most| took > most) {
        Finality::Final
    } else {
        Finality::Open
    };
    (
        held_or((!range.holds(took)).then(|| format!("it took {}", spoken(took)))),
        finality,
    )
}

/// How long something took, for a person: no more digits than mean anything.
fn spoken(took: SignedDuration) -> String {
    let unit = match took.as_nanos() {
        0..1_000_000 => Unit::Nanosecond,
        1_000_000..1_000_000_000 => Unit::Microsecond,
        _ => Unit::Millisecond,
    };
    format!("{:#}", took.round(unit).unwrap_or(took))
}

fn nanoseconds(count: u64) -> SignedDuration {
    SignedDuration::from_nanos(i64::try_from(count).unwrap_or(i64::MAX))
}

fn named(span: &Span) -> String {
    match span.service() {
        Some(service) => format!("`{}` of `{service}`", span.name),
        None => format!("`{}`", span.name),
    }
}

fn quoted(text: &str) -> String {
    format!("`{text}`")
}

/// The first few, and how many more.
fn few(texts: &[String]) -> String {
    let first = texts.get(..TOLD).unwrap_or(texts).join(", ");
    match texts.len().saturating_sub(TOLD) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

#[cfg(test)]
mod tests;
