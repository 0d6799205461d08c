use std::time::Instant;

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};

use super::*;
use crate::query::Trace;
use crate::traceql::parse;

fn span(id: u64, parent: u64, name: &str) -> Span {
    Span {
        span_id: id.to_be_bytes().to_vec(),
        parent_span_id: match parent {
            0 => Vec::new(),
            parent => parent.to_be_bytes().to_vec(),
        },
        name: name.to_owned(),
        ..Span::default()
    }
}

fn with(id: u64, value: Value) -> Span {
    let value = AnyValue { value: Some(value) };
    let mut span = span(id, 1, "with");
    span.attributes = vec![KeyValue {
        key: "k".to_owned(),
        value: Some(value),
        ..KeyValue::default()
    }];
    span
}

fn text(text: &str) -> Value {
    Value::StringValue(text.to_owned())
}

fn trace(spans: Vec<Span>) -> Trace {
    Trace {
        resource_spans: vec![ResourceSpans {
            scope_spans: vec![ScopeSpans {
                spans,
                ..ScopeSpans::default()
            }],
            ..ResourceSpans::default()
        }],
    }
}

/// The ids of the spans that a query finds; its refusal, where it is none.
fn found(query: &str, trace: &Trace) -> Result<Vec<u64>, String> {
    let query = parse(query).map_err(|error| error.to_string())?;
    let view = TraceView::of(trace);
    let places = matching_spans(&query, &view).into_iter();
    Ok(places
        .map(|place| {
            let id = view.spans[place].span.span_id.as_slice();
            u64::from_be_bytes(id.try_into().expect("eight bytes"))
        })
        .collect())
}

/// What Tempo 3.0.3 answers.
fn assert_found(trace: &Trace, table: &[(&str, &[u64])]) {
    for (query, expected) in table {
        assert_eq!(found(query, trace), Ok(expected.to_vec()), "{query}");
    }
}

#[test]
fn what_is_of_another_type_is_neither_equal_nor_different() {
    let trace = trace(vec![
        span(1, 0, "none"),
        with(2, Value::IntValue(500)),
        with(3, text("500")),
        with(4, Value::IntValue(200)),
        with(5, text("200")),
        with(6, Value::BoolValue(true)),
        with(7, text("true")),
    ]);
    assert_found(
        &trace,
        &[
            ("{ .k = 500 }", &[2]),
            ("{ .k != 500 }", &[4]),
            ("{ .k != \"500\" }", &[5, 7]),
            ("{ .k != \"500\" || .k != 500 }", &[4, 5, 7]),
            ("{ .k != \"true\" || .k != true }", &[3, 5]),
            ("{ .k =~ \"5.*\" }", &[3]),
            ("{ .k !~ \"5.*\" }", &[5, 7]),
            ("{ !(.k = 500) }", &[1, 3, 4, 5, 6, 7]),
            ("{ .k > 100 }", &[2, 4]),
        ],
    );
}

#[test]
fn filters_are_joined_as_tempo_joins_them() {
    let trace = trace(vec![
        span(1, 0, "a"),
        span(2, 1, "b"),
        span(3, 2, "c"),
        span(4, 1, "b"),
    ]);
    let [a, b, c, no] = ["a", "b", "c", "no"].map(|name| format!("{{ name = \"{name}\" }}"));
    let queries: [(String, &[u64]); 11] = [
        (format!("{a} && {b}"), &[1, 2, 4]),
        (format!("{a} && {no}"), &[]),
        (format!("{a} || {b} && {no}"), &[]),
        (format!("{a} || ({b} && {no})"), &[1]),
        (format!("{no} && {b} || {a}"), &[1]),
        (format!("{a} && {b} | count() = 3"), &[1, 2, 4]),
        (format!("{a} && {b} > {c}"), &[1, 3]),
        (format!("{a} > {b} && {c}"), &[2, 3, 4]),
        (format!("{a} > {b} > {c}"), &[3]),
        (format!("{c} && {a} >> {b}"), &[2, 3, 4]),
        (format!("{a} >> {c}"), &[3]),
    ];
    for (query, expected) in queries {
        assert_eq!(found(&query, &trace), Ok(expected.to_vec()), "{query}");
    }
}

#[test]
fn a_pattern_is_one_expression_for_the_whole_text() {
    let trace = trace(vec![
        with(1, text("xay")),
        with(2, text("one\ntwo")),
        with(3, text("a")),
        with(4, text("b")),
    ]);
    assert_found(
        &trace,
        &[
            ("{ .k =~ \"a|b\" }", &[3, 4]),
            ("{ .k =~ \"one.two\" }", &[2]),
            ("{ .k =~ \"^a$\" }", &[3]),
            ("{ .k =~ \"(?i)A\" }", &[3]),
            ("{ .k !~ \"a\" }", &[1, 2, 4]),
        ],
    );
    assert_eq!(
        found("{ .k =~ \"a)|(b\" }", &trace),
        Err("invalid regex: `a)|(b`".to_owned())
    );
}

#[test]
fn the_way_up_is_walked_once_however_long_it_is_and_a_loop_has_an_end() {
    let deep = trace(
        (1..=50_000)
            .map(|id| span(id, id - 1, if id == 1 { "root" } else { "step" }))
            .collect(),
    );
    let started = Instant::now();
    let below = found("{ name = \"root\" } >> { name = \"step\" }", &deep);
    assert_eq!(below.map(|below| below.len()), Ok(49_999));
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    let tangled = trace(vec![
        span(1, 3, "a"),
        span(2, 1, "b"),
        span(3, 2, "c"),
        span(4, 3, "d"),
    ]);
    assert_found(
        &tangled,
        &[
            ("{ name = \"a\" } >> { }", &[1, 2, 3, 4]),
            ("{ name = \"d\" } >> { }", &[]),
        ],
    );
}
