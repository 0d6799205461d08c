use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::trace::{Span, SpanKind, tree::tests::span};

fn of(kind: SpanKind, span: Span) -> Span {
    Span { kind, ..span }
}

fn calling(mut span: Span, attributes: &[(&str, &str)]) -> Span {
    span.kind = SpanKind::Client;
    span.attributes = attributes
        .iter()
        .map(|(key, value)| ((*key).to_owned(), Value::String((*value).to_owned())))
        .collect();
    span
}

fn trace(digit: char, spans: Vec<Span>) -> Trace {
    Trace::new(digit.to_string().parse().unwrap(), spans).unwrap()
}

fn name(node: &Node) -> &str {
    match &node.who {
        Callee::Service(name) => name.as_deref().unwrap_or("?"),
        Callee::Peer(peer) => peer.name(),
    }
}

fn shown(map: &ServiceMap) -> (Vec<&str>, Vec<String>) {
    let nodes: Vec<&str> = map.nodes.iter().map(name).collect();
    let edges = map.edges.iter().map(|edge| {
        let (from, to) = (nodes[edge.from], nodes[edge.to]);
        format!(
            "{from} {to} {} {:?} {:?}",
            edge.figures.count, edge.answer, edge.seen
        )
    });
    (nodes.clone(), edges.collect())
}

/// `web` asks `orders`, which asks a database and itself; `cron` has to do with nobody.
fn shop() -> Vec<Trace> {
    let database = [("db.system.name", "postgresql"), ("server.address", "db")];
    vec![
        trace(
            '1',
            vec![
                of(SpanKind::Server, span(1, None, "web", 0, 100)),
                of(SpanKind::Client, span(2, Some(1), "web", 10, 90)),
                of(SpanKind::Server, span(3, Some(2), "orders", 20, 80)),
                calling(span(4, Some(3), "orders", 30, 40), &database),
                calling(span(5, Some(3), "orders", 41, 50), &database),
                of(SpanKind::Client, span(6, Some(3), "orders", 60, 70)),
                of(SpanKind::Server, span(7, Some(6), "orders", 61, 69)),
            ],
        ),
        trace('2', vec![span(1, None, "cron", 0, 1)]),
    ]
}

#[test]
fn services_stand_in_the_order_of_their_calls_then_leaves_and_who_is_alone_is_there() {
    let map = ServiceMap::of(&shop(), &[], &["web".to_owned(), "idle".to_owned()]);
    let (nodes, edges) = shown(&map);
    assert_eq!(nodes, ["web", "orders", "cron", "idle", "db"]);
    assert_eq!(
        edges,
        [
            "web orders 1 Spans Newest",
            "orders db 2 None Newest",
            "orders orders 1 Spans Newest"
        ]
    );
    assert_eq!(map.nodes[1].figures.unwrap().count, 2);
    assert_eq!(
        (map.nodes[3].figures, map.nodes[3].seen),
        (None, Seen::Named)
    );
}

#[test]
fn a_host_with_the_name_of_a_service_is_that_service_without_an_answer() {
    let silent = trace(
        '3',
        vec![
            of(SpanKind::Server, span(1, None, "web", 0, 100)),
            calling(
                span(2, Some(1), "web", 10, 20),
                &[("server.address", "cron")],
            ),
            calling(
                span(3, Some(1), "web", 30, 40),
                &[("server.address", "bank.example")],
            ),
        ],
    );
    let mut traces = shop();
    traces.push(silent);
    let map = ServiceMap::of(&traces, &[], &[]);
    let (nodes, edges) = shown(&map);
    assert!(nodes.contains(&"bank.example"));
    assert!(
        edges.contains(&"web cron 1 None Newest".to_owned()),
        "{edges:?}"
    );
    assert_eq!(nodes.iter().filter(|name| **name == "cron").count(), 1);
}

#[test]
fn what_only_other_traces_show_does_not_tell_how_often() {
    let traces = shop();
    let map = ServiceMap::of(&traces[1..], &traces[..1], &[]);
    let (_, edges) = shown(&map);
    assert_eq!(edges[0], "web orders 1 Spans Searched");
    let seen: Vec<(&str, Seen)> = map
        .nodes
        .iter()
        .map(|node| (name(node), node.seen))
        .collect();
    assert_eq!(seen[0], ("web", Seen::Searched));
    assert_eq!(seen[2], ("cron", Seen::Newest));
}

#[test]
fn those_who_call_each_other_are_there_once() {
    let circle = trace(
        '4',
        vec![
            of(SpanKind::Server, span(1, None, "a", 0, 100)),
            of(SpanKind::Client, span(2, Some(1), "a", 1, 99)),
            of(SpanKind::Server, span(3, Some(2), "b", 2, 98)),
            of(SpanKind::Client, span(4, Some(3), "b", 3, 97)),
            of(SpanKind::Server, span(5, Some(4), "a", 4, 96)),
        ],
    );
    let map = ServiceMap::of(&[circle], &[], &[]);
    assert_eq!(shown(&map).0, ["a", "b"]);
    assert_eq!(map.edges.len(), 2);
}

proptest! {
    #[test]
    fn every_service_of_any_trace_is_there_once_and_every_call_ends_at_one_that_is(
        parents in proptest::collection::vec((0_u8..12, 0_u8..4, 0_u8..6), 1..12),
    ) {
        const KINDS: [SpanKind; 6] = [
            SpanKind::Unspecified, SpanKind::Internal, SpanKind::Server,
            SpanKind::Client, SpanKind::Producer, SpanKind::Consumer,
        ];
        let spans: Vec<Span> = parents.iter().enumerate().map(|(number, (parent, service, kind))| {
            let number = u8::try_from(number + 1).unwrap();
            let parent = (*parent > 0 && *parent != number).then_some(*parent);
            let span = span(number, parent, &format!("s{service}"), 0, u64::from(number));
            of(KINDS[usize::from(*kind)], span)
        }).collect();
        let mut expected: Vec<String> = spans.iter().filter_map(|span| span.service().map(str::to_owned)).collect();
        expected.sort();
        expected.dedup();
        let map = ServiceMap::of(&[trace('1', spans)], &[], &[]);
        let mut found: Vec<String> = map.nodes.iter().map(|node| name(node).to_owned()).collect();
        found.sort();
        prop_assert_eq!(found, expected);
        prop_assert!(map.edges.iter().all(|edge| edge.from < map.nodes.len() && edge.to < map.nodes.len()));
    }
}
