//! The adaptive sampler in a service, as its callers and those it calls see it.

use std::collections::HashSet;

use crate::support::collector::{Collector, hex};
use crate::support::service::Service;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

async fn service(collector: &Collector, sampler: &str, target: &str) -> Service {
    let endpoint = collector.address.to_string();
    Service::start(&[
        ("TEMPO_ENDPOINT", &endpoint),
        ("OTEL_TRACES_SAMPLER", sampler),
        ("OTEL_TRACES_SAMPLER_ARG", target),
    ])
    .await
}

#[tokio::test]
async fn a_busy_route_is_bounded_and_a_rare_one_is_seen() {
    let collector = Collector::start().await;
    let mut service = service(&collector, "parentbased_adaptive", "0.1").await;
    for _ in 0..400 {
        service.get("/api/documents/1", &[]).await;
    }
    service.get("/api/broken", &[]).await;
    service.end().await;
    let spans = collector.spans();
    let busy: Vec<_> = spans
        .iter()
        .filter(|span| span.name == "GET /api/documents/{id}")
        .collect();
    // Eight at once are a burst; chance may double them, and a slow machine add a few.
    assert!((1..40).contains(&busy.len()), "{} of 400", busy.len());
    let states: HashSet<_> = busy.iter().map(|span| span.trace_state.as_str()).collect();
    assert!(states.contains("ot=th:0"), "{states:?}");
    assert!(
        states.iter().all(|state| state.starts_with("ot=th:")),
        "{states:?}"
    );
    let rare = spans.iter().find(|span| span.name == "GET /api/broken");
    assert_eq!(rare.expect("the only one").trace_state, "ot=th:0");
    // What is below belongs to it, and is all there.
    let below = spans.iter().filter(|span| span.name == "store.load");
    let (ours, theirs): (HashSet<_>, HashSet<_>) = (
        below
            .map(|span| (hex(&span.trace_id), span.trace_state.clone()))
            .collect(),
        busy.iter()
            .map(|span| (hex(&span.trace_id), span.trace_state.clone()))
            .collect(),
    );
    assert_eq!(ours, theirs);
}

#[tokio::test]
async fn whom_it_calls_is_told_the_probability_beside_what_others_tell() {
    for (sampler, state, told) in [
        (
            "parentbased_adaptive",
            "vendor=one,ot=th:4;k1:13",
            "vendor=one,ot=th:4;k1:13",
        ),
        (
            "adaptive",
            "vendor=one,ot=th:4;k1:13",
            "ot=th:0;k1:13,vendor=one",
        ),
    ] {
        let collector = Collector::start().await;
        let peer = service(&collector, "parentbased_always_on", "1").await;
        let service = service(&collector, sampler, "5").await;
        let traceparent = format!("00-{TRACE}-b7ad6b7169203331-01");
        let path = format!("/api/call?url={}/api/broken", peer.url());
        service
            .get(
                &path,
                &[("traceparent", &traceparent), ("tracestate", state)],
            )
            .await;
        let span = collector.span("GET /api/broken").await;
        assert_eq!(hex(&span.trace_id), TRACE);
        assert_eq!(span.trace_state, told, "{sampler}");
    }
}

#[tokio::test]
async fn the_log_names_the_sampler_and_its_target() {
    let collector = Collector::start().await;
    let mut service = service(&collector, "parentbased_adaptive", "2.5").await;
    let line = service.line("initializing tracer").await;
    assert_eq!(line["sampler"], "parentbased_adaptive 2.5");
    service.end().await;
    // The SDK reads the same variable, and knows only the specification's samplers.
    let output = service.output();
    assert!(!output.contains("Unrecognized sampler"), "{output}");
}
