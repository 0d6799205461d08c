//! Whether a trace has the spans that were expected.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Awaited, few, held_or, named, nanoseconds, quoted, services, spoken};
use crate::{
    smoke::{
        expectation::{Count, Parent, SpanExpectation, SpanPattern, SpanStatus, kind_word},
        verdict::{Finality, Outcome},
    },
    trace::{Span, Status, Trace},
};

/// Judges one expectation of spans.
pub(super) fn spans(
    wanted: &SpanExpectation,
    trace: &Trace,
    awaited: Awaited,
) -> (Outcome, Finality) {
    let meant = |span: &Span| {
        wanted
            .pattern
            .matches(&span.name, span.service().unwrap_or_default())
    };
    let candidates: Vec<(usize, &Span)> = trace
        .spans()
        .iter()
        .enumerate()
        .filter(|(_, span)| meant(span))
        .collect();
    let unmet: Vec<Option<String>> = candidates
        .iter()
        .map(|(number, span)| difference(wanted, trace, *number, span, awaited))
        .collect();
    let matching = unmet
        .iter()
        .filter(|difference| difference.is_none())
        .count();
    let reason = match wanted.count {
        Count::Some if matching > 0 => None,
        Count::Exactly(count) if matching == count => None,
        Count::Exactly(count) if matching > count => {
            return (
                Outcome::Failed(format!("there are {matching}")),
                Finality::Final,
            );
        }
        Count::Some | Count::Exactly(_) => {
            Some(absent(wanted, trace, &candidates, &unmet, matching))
        }
    };
    (held_or(reason), Finality::Open)
}

/// Why there are not enough such spans: how those that come nearest differ, else which others there are.
fn absent(
    wanted: &SpanExpectation,
    trace: &Trace,
    candidates: &[(usize, &Span)],
    unmet: &[Option<String>],
    matching: usize,
) -> String {
    let count = match matching {
        0 => String::new(),
        matching => format!("there are {matching}; "),
    };
    if !candidates.is_empty() {
        let differences: Vec<String> = candidates
            .iter()
            .zip(unmet)
            .filter_map(|((_, span), difference)| {
                Some(format!("{}: {}", named(span), difference.as_ref()?))
            })
            .collect();
        return if differences.is_empty() {
            format!("there are {matching}")
        } else {
            format!("{count}{}", few(&differences))
        };
    }
    let service = wanted.pattern.service.as_deref();
    let of_it = |span: &&Span| service.is_none_or(|service| span.service() == Some(service));
    let names: BTreeSet<&str> = trace
        .spans()
        .iter()
        .filter(of_it)
        .map(|span| span.name.as_str())
        .collect();
    let names: Vec<String> = names.into_iter().map(quoted).collect();
    match (service, names.is_empty()) {
        (Some(service), true) => format!(
            "the trace has no span of `{service}`, only of {}",
            services(trace)
        ),
        (Some(service), false) => format!("the spans of `{service}` are {}", few(&names)),
        (None, _) => format!("the spans are {}", few(&names)),
    }
}

/// The first respect in which a span is not the one that is wanted.
fn difference(
    wanted: &SpanExpectation,
    trace: &Trace,
    number: usize,
    span: &Span,
    awaited: Awaited,
) -> Option<String> {
    if let Some(kind) = wanted.kind
        && span.kind != kind
    {
        return Some(format!("its kind is {}", kind_word(span.kind)));
    }
    let parent = wanted.parent.as_ref();
    if let Some(difference) =
        parent.and_then(|wanted| other_parent(wanted, trace, number, span, awaited))
    {
        return Some(difference);
    }
    for (name, pattern) in &wanted.attributes {
        match attribute(span, name) {
            None => return Some(format!("it has no attribute `{name}`")),
            Some(value) if !pattern.matches(&value) => {
                return Some(format!("`{name}` is `{value}`"));
            }
            Some(_) => {}
        }
    }
    for pattern in &wanted.events {
        if !span.events.iter().any(|event| pattern.matches(&event.name)) {
            let names: Vec<String> = span
                .events
                .iter()
                .map(|event| quoted(&event.name))
                .collect();
            return Some(if names.is_empty() {
                "it has no events".to_owned()
            } else {
                format!("its events are {}", few(&names))
            });
        }
    }
    if let Some(status) = wanted.status
        && status_of(span) != status
    {
        return Some(match span.failure() {
            Some(why) => format!("its status is error: {why}"),
            None => format!("its status is {}", status_of(span).word()),
        });
    }
    let took = nanoseconds(span.duration());
    wanted
        .duration
        .filter(|range| !range.holds(took))
        .map(|_| format!("it took {}", spoken(took)))
}

fn other_parent(
    wanted: &Parent,
    trace: &Trace,
    number: usize,
    span: &Span,
    awaited: Awaited,
) -> Option<String> {
    let found = trace.parent(number).map(|parent| &trace.spans()[parent]);
    match (wanted, found) {
        (Parent::None, None) => match span.parent {
            Some(parent) if Some(parent) != awaited.parent => {
                Some(format!("its parent {parent} is missing"))
            }
            Some(_) | None => None,
        },
        (Parent::Span(pattern), Some(parent)) if is_meant(pattern, parent) => None,
        (_, Some(parent)) => Some(format!("its parent is {}", named(parent))),
        (Parent::Span(_), None) => Some(match span.parent {
            Some(parent) if Some(parent) != awaited.parent => {
                format!("its parent {parent} is missing")
            }
            Some(_) | None => "it has no parent in the trace".to_owned(),
        }),
    }
}

fn is_meant(pattern: &SpanPattern, span: &Span) -> bool {
    pattern.matches(&span.name, span.service().unwrap_or_default())
}

fn status_of(span: &Span) -> SpanStatus {
    match span.status {
        Status::Unset => SpanStatus::Unset,
        Status::Ok => SpanStatus::Ok,
        Status::Error(_) => SpanStatus::Error,
    }
}

/// An attribute of a span, or with `resource.` in front of its resource, as text.
fn attribute(span: &Span, name: &str) -> Option<String> {
    let find = |attributes: &[(String, Value)], name: &str| {
        let (_, value) = attributes.iter().find(|(known, _)| known == name)?;
        Some(
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned),
        )
    };
    find(&span.attributes, name).or_else(|| {
        let name = name.strip_prefix("resource.")?;
        find(&span.resource.attributes, name)
    })
}
