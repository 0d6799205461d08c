//! What is expected: the part of a check beneath `expect`.

use super::fields::{Fields, Text};
use crate::{
    document::{Node, Value},
    smoke::{
        expectation::{
            Count, Expectation, KINDS, Parent, SpanExpectation, SpanPattern, SpanStatus,
            StatusPattern, TimeRange, What,
        },
        pattern::Pattern,
        plan::Trigger,
    },
};

pub(super) const EXPECT_KEYS: &[&str] = &[
    "status", "body", "services", "edges", "orphans", "errors", "duration", "spans", "logs",
    "losses",
];
pub(super) const SPAN_KEYS: &[&str] = &[
    "name",
    "service",
    "kind",
    "parent",
    "attributes",
    "events",
    "status",
    "duration",
    "count",
];
pub(super) const PATTERN_KEYS: &[&str] = &["name", "service"];
pub(super) const RANGE_KEYS: &[&str] = &["over", "under"];

/// Reads what is expected, in the order in which it is judged and told.
pub(super) fn expectations(
    fields: &mut Fields<'_>,
    node: &Node,
    trigger: Option<&Trigger>,
) -> Vec<Expectation> {
    if fields.mapping(node, "`expect`", EXPECT_KEYS).is_none() {
        return Vec::new();
    }
    let mut found = Vec::new();
    if let Some(Trigger::Run(_)) = trigger {
        for key in ["status", "body"] {
            if let Some(value) = node.get(key) {
                fields.wrong(
                    value,
                    format!("nothing answers where a run is awaited, so it has no `{key}`"),
                    "leave it out",
                );
            }
        }
    }
    let mut add = |what: What, place| {
        found.push(Expectation {
            what,
            place: Some(place),
        });
    };
    if let Some(value) = node.get("status") {
        add(What::Status(statuses(fields, node)), fields.place(value));
    }
    for Text { filled, place, .. } in fields.texts_at(node, "body") {
        add(What::Body(filled), place);
    }
    for Text { filled, place, .. } in fields.texts_at(node, "services") {
        add(What::Service(filled), place);
    }
    for text in fields.texts_at(node, "edges") {
        match edge(&text.filled) {
            Some(what) => add(what, text.place),
            None => fields.wrong_at(
                text.place,
                format!("`{}` is no call from one service to another", text.written),
                "write `caller -> called`",
            ),
        }
    }
    for (key, what) in [("orphans", What::NoOrphans), ("errors", What::NoErrors)] {
        if let (Some(()), Some(value)) = (none(fields, node, key), node.get(key)) {
            add(what, fields.place(value));
        }
    }
    if let (Some(range), Some(value)) = (range(fields, node), node.get("duration")) {
        add(What::Duration(range), fields.place(value));
    }
    if let Some(spans) = node.get("spans") {
        if !matches!(spans.value, Value::Sequence(_)) {
            fields.wrong(
                spans,
                "`spans` is no list",
                "begin each with `- name:` or `- service:`",
            );
        }
        fields.not_empty(spans, "spans");
        for item in spans.items() {
            if let Some(span) = span(fields, item) {
                add(What::Span(Box::new(span)), fields.place(item));
            }
        }
    }
    for Text { filled, place, .. } in fields.texts_at(node, "logs") {
        add(What::Log(filled), place);
    }
    if let (Some(()), Some(value)) = (none(fields, node, "losses"), node.get("losses")) {
        add(What::NoLosses, fields.place(value));
    }
    found
}

/// The one word that may stand where something is to be absent.
fn none(fields: &mut Fields<'_>, node: &Node, key: &str) -> Option<()> {
    fields.word_at(node, key, [("none", ())])
}

fn statuses(fields: &mut Fields<'_>, node: &Node) -> Vec<StatusPattern> {
    let mut statuses = Vec::new();
    for text in fields.texts_at(node, "status") {
        let class = text
            .filled
            .strip_suffix("xx")
            .and_then(|hundred| hundred.parse().ok());
        let pattern = match (class, text.filled.parse()) {
            (Some(hundred @ 1..=5), _) => Some(StatusPattern::Class(hundred)),
            (None, Ok(status @ 100..=599)) => Some(StatusPattern::Exactly(status)),
            _ => None,
        };
        match pattern {
            Some(pattern) => statuses.push(pattern),
            None => fields.wrong_at(
                text.place,
                format!("`{}` is no status of HTTP", text.written),
                "write one such as `200` or `2xx`",
            ),
        }
    }
    statuses
}

fn edge(text: &str) -> Option<What> {
    let (from, to) = text.split_once("->")?;
    let (from, to) = (from.trim(), to.trim());
    (!from.is_empty() && !to.is_empty()).then(|| What::Edge {
        from: from.to_owned(),
        to: to.to_owned(),
    })
}

fn range(fields: &mut Fields<'_>, node: &Node) -> Option<TimeRange> {
    let value = node.get("duration")?;
    fields.mapping(value, "`duration`", RANGE_KEYS)?;
    let range = TimeRange {
        over: fields.duration_at(value, "over"),
        under: fields.duration_at(value, "under"),
    };
    match (range.over, range.under) {
        (None, None) if value.entries().is_empty() => {
            fields.wrong(
                value,
                "`duration` has no bound",
                "write `under:`, `over:` or both",
            );
            None
        }
        (Some(over), Some(under)) if over > under => {
            fields.wrong(
                value,
                "nothing takes longer than `over` and no longer than `under`",
                "exchange them",
            );
            None
        }
        _ => Some(range),
    }
}

fn span(fields: &mut Fields<'_>, node: &Node) -> Option<SpanExpectation> {
    fields.mapping(node, "a span", SPAN_KEYS)?;
    let pattern = pattern(fields, node);
    let attributes = match node.get("attributes") {
        Some(attributes) => {
            if !matches!(attributes.value, Value::Mapping(_)) {
                fields.wrong(
                    attributes,
                    "`attributes` is no mapping",
                    "write one a line: `http.route: /orders`",
                );
            }
            fields.not_empty(attributes, "attributes");
            attributes
                .entries()
                .iter()
                .filter_map(|(key, value)| {
                    Some((
                        key.name.clone(),
                        Pattern::new(fields.text(value, "an attribute")?),
                    ))
                })
                .collect()
        }
        None => Vec::new(),
    };
    Some(SpanExpectation {
        pattern,
        kind: fields.word_at(node, "kind", KINDS),
        parent: parent(fields, node),
        attributes,
        events: fields
            .texts_at(node, "events")
            .into_iter()
            .map(|name| Pattern::new(name.filled))
            .collect(),
        status: fields.word_at(
            node,
            "status",
            SpanStatus::ALL.map(|status| (status.word(), status)),
        ),
        duration: range(fields, node),
        count: fields
            .number_at(node, "count")
            .map_or(Count::Some, Count::Exactly),
    })
}

fn pattern(fields: &mut Fields<'_>, node: &Node) -> SpanPattern {
    SpanPattern {
        name: fields.text_at(node, "name").map(Pattern::new),
        service: fields.text_at(node, "service"),
    }
}

fn parent(fields: &mut Fields<'_>, node: &Node) -> Option<Parent> {
    let value = node.get("parent")?;
    if value.text().is_some() {
        return fields
            .word_at(node, "parent", [("none", ())])
            .map(|()| Parent::None);
    }
    fields.mapping(value, "`parent`", PATTERN_KEYS)?;
    Some(Parent::Span(pattern(fields, value)))
}
