//! A shop: a web service calls the orders, which write to a queue that the stock reads.

use std::sync::Arc;

use super::*;
use crate::{
    smoke::{Count, Parent, Pattern, SpanExpectation, SpanPattern, SpanStatus, StatusPattern},
    trace::{Event, Resource, SpanKind, Status, TraceId},
};

const REQUEST: u8 = 0xee;

/// What makes an expectation of any span one of a certain kind.
type Change = fn(&mut SpanExpectation);

fn id(number: u8) -> SpanId {
    SpanId::new([number; 8]).unwrap()
}

fn span(number: u8, parent: u8, service: &str, name: &str, kind: SpanKind) -> Span {
    let start = 1_000_000_000 + u64::from(number) * 1_000_000;
    Span {
        id: id(number),
        parent: (parent > 0).then(|| id(parent)),
        parent_is_unreadable: false,
        resource: Arc::new(Resource {
            service: Some(service.to_owned()),
            attributes: vec![("deployment.environment".to_owned(), "ci".into())],
        }),
        scope: None,
        name: name.to_owned(),
        kind,
        start,
        end: start + 5_000_000,
        status: Status::Unset,
        attributes: vec![("http.response.status_code".to_owned(), 201.into())],
        events: vec![Event {
            at: start,
            name: "stored".to_owned(),
            attributes: Vec::new(),
        }],
        links: Vec::new(),
    }
}

fn shop() -> Vec<Span> {
    vec![
        span(1, REQUEST, "web", "POST /orders", SpanKind::Server),
        span(2, 1, "web", "POST", SpanKind::Client),
        span(3, 2, "orders", "POST /orders", SpanKind::Server),
    ]
}

fn judged(what: &What, spans: Vec<Span>) -> Option<String> {
    let trace = Trace::new(TraceId::new([7; 16]).unwrap(), spans).unwrap();
    let awaited = Awaited {
        parent: Some(id(REQUEST)),
    };
    let (outcome, _) = judge_trace(what, &trace, awaited).unwrap();
    outcome.reason().map(str::to_owned)
}

fn any() -> SpanExpectation {
    SpanExpectation {
        pattern: SpanPattern {
            name: Some(Pattern::new("POST /orders")),
            service: Some("orders".to_owned()),
        },
        kind: None,
        parent: None,
        attributes: Vec::new(),
        events: Vec::new(),
        status: None,
        duration: None,
        count: Count::Some,
    }
}

fn of_span(change: impl FnOnce(&mut SpanExpectation)) -> Option<String> {
    let mut wanted = any();
    change(&mut wanted);
    judged(&What::Span(Box::new(wanted)), shop())
}

#[test]
fn the_span_beneath_the_request_is_no_orphan_and_any_other_without_its_parent_is() {
    assert_eq!(judged(&What::NoOrphans, shop()), None);
    let mut broken = shop();
    broken.remove(1);
    assert_eq!(
        judged(&What::NoOrphans, broken).unwrap(),
        "the trace lacks the parent of `POST /orders` of `orders` (parent 0202020202020202)"
    );
}

#[test]
fn a_missing_service_is_told_with_those_that_are_there() {
    assert_eq!(judged(&What::Service("orders".to_owned()), shop()), None);
    assert_eq!(
        judged(&What::Service("stock".to_owned()), shop()).unwrap(),
        "the trace has spans of `web`, `orders`"
    );
}

#[test]
fn a_call_is_a_parent_in_the_one_service_and_a_child_in_the_other() {
    let call = |from: &str, to: &str| What::Edge {
        from: from.to_owned(),
        to: to.to_owned(),
    };
    assert_eq!(judged(&call("web", "orders"), shop()), None);
    assert_eq!(
        judged(&call("stock", "orders"), shop()).unwrap(),
        "the trace has no span of `stock`"
    );
    assert_eq!(
        judged(&call("orders", "web"), shop()).unwrap(),
        "no span of `web` has a parent in another service"
    );
    let mut spans = shop();
    spans.push(span(4, 1, "stock", "read", SpanKind::Consumer));
    assert_eq!(
        judged(&call("orders", "stock"), spans).unwrap(),
        "`stock` is called by `web`"
    );
}

#[test]
fn every_respect_of_a_span_is_held_against_it() {
    let tenth = SignedDuration::from_millis(10);
    let held: [Change; 8] = [
        |_| {},
        |wanted| wanted.kind = Some(SpanKind::Server),
        |wanted| {
            wanted.parent = Some(Parent::Span(SpanPattern {
                name: None,
                service: Some("web".to_owned()),
            }));
        },
        |wanted| {
            let code = "http.response.status_code".to_owned();
            wanted.attributes = vec![(code, Pattern::new("2*"))];
        },
        |wanted| {
            let resource = "resource.deployment.environment".to_owned();
            wanted.attributes = vec![(resource, Pattern::new("ci"))];
        },
        |wanted| wanted.events = vec![Pattern::new("stored")],
        |wanted| wanted.status = Some(SpanStatus::Unset),
        |wanted| wanted.count = Count::Exactly(1),
    ];
    for (number, change) in held.into_iter().enumerate() {
        assert_eq!(of_span(change), None, "{number}");
    }
    let failed: [(Change, &str); 8] = [
        (
            |wanted| wanted.kind = Some(SpanKind::Client),
            "its kind is server",
        ),
        (
            |wanted| wanted.parent = Some(Parent::None),
            "its parent is `POST` of `web`",
        ),
        (
            |wanted| wanted.attributes = vec![("db.system".to_owned(), Pattern::new("*"))],
            "it has no attribute `db.system`",
        ),
        (
            |wanted| wanted.events = vec![Pattern::new("exception")],
            "its events are `stored`",
        ),
        (
            |wanted| wanted.status = Some(SpanStatus::Error),
            "its status is unset",
        ),
        (|wanted| wanted.count = Count::Exactly(0), "there are 1"),
        (|wanted| wanted.count = Count::Exactly(2), "there are 1"),
        (
            |wanted| wanted.pattern.name = Some(Pattern::new("GET *")),
            "the spans of `orders` are `POST /orders`",
        ),
    ];
    for (change, reason) in failed {
        assert!(of_span(change).unwrap().ends_with(reason), "{reason}");
    }
    let slow = of_span(|wanted| {
        wanted.duration = Some(TimeRange {
            over: Some(tenth),
            under: None,
        });
    });
    assert!(slow.unwrap().ends_with("it took 5ms"));
}

#[test]
fn the_first_span_beneath_the_request_has_no_parent() {
    let wanted = of_span(|wanted| {
        wanted.pattern.service = Some("web".to_owned());
        wanted.parent = Some(Parent::None);
    });
    assert_eq!(wanted, None);
}

#[test]
fn an_error_stays_and_is_told_with_its_message() {
    let mut spans = shop();
    spans[2].status = Status::Error("no stock".to_owned());
    let trace = Trace::new(TraceId::new([7; 16]).unwrap(), spans).unwrap();
    let (outcome, finality) =
        judge_trace(&What::NoErrors, &trace, Awaited { parent: None }).unwrap();
    assert_eq!(
        outcome.reason(),
        Some("it is set by `POST /orders` of `orders`: no stock")
    );
    assert_eq!(finality, Finality::Final);
    let trace = Trace::new(TraceId::new([7; 16]).unwrap(), shop()).unwrap();
    let awaited = Awaited { parent: None };
    let so_far = judge_trace(&What::NoErrors, &trace, awaited);
    assert_eq!(so_far, Some((Outcome::Held, Finality::Open)));
}

#[test]
fn a_trace_that_took_too_long_stays_too_long_and_one_that_was_short_may_grow() {
    let trace = Trace::new(TraceId::new([7; 16]).unwrap(), shop()).unwrap();
    let range = |over, under| {
        What::Duration(TimeRange {
            over: Some(SignedDuration::from_millis(over)),
            under: Some(SignedDuration::from_millis(under)),
        })
    };
    let judge = |what: &What| judge_trace(what, &trace, Awaited { parent: None }).unwrap();
    assert!(judge(&range(0, 10)).0.is_held());
    assert_eq!(judge(&range(0, 2)).1, Finality::Final);
    assert_eq!(judge(&range(20, 30)).1, Finality::Open);
    assert!(!judge(&range(20, 30)).0.is_held());
}

#[test]
fn a_time_is_told_with_no_more_digits_than_mean_anything() {
    for (nanoseconds, told) in [
        (812_349, "812µs 349ns"),
        (4_949_563, "4ms 950µs"),
        (61_234_567_890, "1m 1s 235ms"),
    ] {
        assert_eq!(spoken(SignedDuration::from_nanos(nanoseconds)), told);
    }
}

#[test]
fn what_is_not_about_the_trace_is_not_judged_by_it() {
    let trace = Trace::new(TraceId::new([7; 16]).unwrap(), shop()).unwrap();
    for what in [
        What::Status(vec![StatusPattern::NoError]),
        What::Body("x".to_owned()),
        What::Log("web".to_owned()),
        What::NoLosses,
    ] {
        assert_eq!(judge_trace(&what, &trace, Awaited { parent: None }), None);
    }
}
