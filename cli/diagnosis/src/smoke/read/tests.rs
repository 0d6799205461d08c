//! Files as people write them, right and wrong.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde_json::Value as Json;

use super::{
    FILE_KEYS,
    check::{CHECK_KEYS, RUN_KEYS},
    expect::{EXPECT_KEYS, PATTERN_KEYS, RANGE_KEYS, SPAN_KEYS},
    request::REQUEST_KEYS,
    *,
};
use crate::smoke::{Trigger, What};

const WHOLE: &str = include_str!("whole.yml");

fn variable(name: &str) -> Option<String> {
    match name {
        "TOKEN" => Some("secret".to_owned()),
        "PLANTED" => Some("planted1:x".to_owned()),
        _ => None,
    }
}

fn problems(text: &str) -> Vec<String> {
    let problems = read("smoke.yml", text, &variable).expect_err("it is wrong");
    problems.iter().map(Problem::to_string).collect()
}

#[test]
fn everything_that_can_be_written_is_read() {
    let plan = read("smoke.yml", WHOLE, &variable).unwrap();
    let [order, nightly] = &plan.checks[..] else {
        panic!("two checks");
    };
    let Trigger::Request(request) = &order.trigger else {
        panic!("a request");
    };
    assert_eq!(request.url.as_str(), "http://localhost:8080/orders");
    assert_eq!(request.method, "POST");
    assert_eq!(request.retries, 2);
    assert_eq!(
        request.headers,
        [("Authorization".to_owned(), "Bearer secret".to_owned())]
    );
    assert_eq!(order.within, SignedDuration::from_secs(20));
    assert_eq!(nightly.within, SignedDuration::from_secs(90));
    assert_eq!(order.settle, SignedDuration::from_secs(2));
    let told: Vec<String> = order
        .expect
        .iter()
        .map(|one| one.what.to_string())
        .collect();
    insta::assert_snapshot!(told.join("\n"));
    let Trigger::Run(run) = &nightly.trigger else {
        panic!("a run");
    };
    assert_eq!(run.query, r#"{ resource.service.name = "scheduler" }"#);
    assert_eq!(run.since, SignedDuration::from_mins(10));
}

#[test]
fn a_request_without_a_word_on_its_status_expects_no_error() {
    let plan = read(
        "smoke.yml",
        "checks:\n- name: a\n  request: http://localhost/\n",
        &variable,
    );
    let check = &plan.unwrap().checks[0];
    assert_eq!(
        check.expect[0].what.to_string(),
        "the answer is HTTP below 400"
    );
    assert_eq!(check.expect[0].place, None);
    assert!(matches!(check.expect[0].what, What::Status(_)));
}

#[test]
fn every_slip_is_told_with_its_place_and_what_to_do() {
    let text = "\
checks:
  - name: a
    request: {url: 'localhost:80', verb: GET, body: {a: 1}, headers: {traceparent: x}}
    expect:
      status: fine
      edges: [web]
      duration: {under: soon}
      orphans: some
      spans: [{kind: servant, count: two}]
      losses: none
  - name: a
    wait_for: {}
    within: ${WAIT}
  - request: http://x/
    wait_for: {service: y}
  - name: b
    request: http://x/
    settle: 30s
    expect: {errors: none}
  - name: c
    request: http://x/
    settle: 0s
    expect: {spans: [{count: 1}]}
";
    insta::assert_snapshot!(problems(text).join("\n"));
}

#[test]
fn what_expects_nothing_or_has_no_place_in_the_file_is_refused() {
    for expected in [
        "services: []",
        "edges: []",
        "body: []",
        "status: []",
        "logs: []",
        "spans: []",
        "spans: [{events: []}]",
        "spans: [{attributes: {}}]",
    ] {
        let text = format!("checks: [{{name: a, request: http://x/, expect: {{{expected}}}}}]");
        let told = problems(&text).join("\n");
        assert!(told.contains("is empty"), "{expected}: {told}");
    }
    let good = "checks: [{name: a, request: http://x/}]\n";
    let told = problems(&format!("{good}---\n{good}")).join("\n");
    assert!(told.contains("smoke.yml:2:1: "), "{told}");
    let told = problems("checks: [{name: a, request: http://x/, <<: b}]").join("\n");
    assert!(told.contains("merged"), "{told}");
    let headers: Vec<String> = (0..101).map(|number| format!("a{number}: b")).collect();
    let headers = headers.join(", ");
    let told = problems(&format!(
        "checks: [{{name: a, request: {{url: http://x/, headers: {{{headers}}}}}}}]"
    ));
    assert!(told[0].contains("more than 100 headers"), "{told:?}");
}

#[test]
fn no_problem_shows_the_value_of_a_variable() {
    let text = "\
within: ${PLANTED}
settle: ${PLANTED}
checks:
  - name: ${PLANTED}
    request: {url: '${PLANTED}', method: '${PLANTED}', timeout: '${PLANTED}', retries: '${PLANTED}', headers: {a: '${PLANTED}'}}
    expect:
      status: ${PLANTED}
      edges: ${PLANTED}
      orphans: ${PLANTED}
      duration: {under: '${PLANTED}'}
      spans: [{kind: '${PLANTED}', parent: '${PLANTED}', status: '${PLANTED}', count: '${PLANTED}'}]
  - name: ${PLANTED}
    request: http://ci:${PLANTED}@h:port/
  - name: ${PLANTED}
    request: http://x/
  - name: ${PLANTED}
    request: http://x/
";
    let told = problems(text);
    assert_eq!(told.len(), 16, "{told:#?}");
    assert!(!told.join("\n").contains("planted1"), "{told:#?}");
    assert!(told.join("\n").contains("${PLANTED}"));
}

#[test]
fn what_was_filled_in_is_told_apart_and_a_run_is_awaited_longer() {
    let text = "checks: [{name: a, wait_for: {query: '${PLANTED}'}}]";
    let plan = read("smoke.yml", text, &variable).unwrap();
    assert_eq!(plan.filled.hidden_in("a planted1:x"), "a ${PLANTED}");
    assert_eq!(plan.checks[0].within, SignedDuration::from_secs(90));
}

#[test]
fn a_file_without_checks_or_of_another_kind_is_refused() {
    for (text, place) in [
        ("", "smoke.yml:1:1"),
        ("checks: []", "smoke.yml:1:9"),
        ("- a", "smoke.yml:1:1"),
        ("checks: [", "smoke.yml:1:9"),
    ] {
        let told = problems(text).join("\n");
        assert!(told.starts_with(place), "{text:?}: {told}");
    }
}

#[test]
fn the_files_that_are_shown_to_people_are_right() {
    let page = include_str!("../../../../../docs/ci.md");
    let example = page.split("```").nth(1).unwrap();
    let example = example.strip_prefix("yaml\n").unwrap();
    let demo = include_str!("../../../../../scripts/demo/smoke.yml");
    for text in [example, demo] {
        let plan = read("smoke.yml", text, &|_| None);
        assert!(plan.is_ok(), "{plan:?}");
    }
}

#[test]
fn the_published_schema_names_the_keys_that_are_read() {
    let text = include_str!("../../../../../docs/schema/smoke.schema.json");
    let schema: Json = serde_json::from_str(text).unwrap();
    let keys = |part: &Json| -> BTreeSet<String> {
        part["properties"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect()
    };
    for (part, known) in [
        (&schema, FILE_KEYS),
        (&schema["$defs"]["check"], CHECK_KEYS),
        (&schema["$defs"]["request"], REQUEST_KEYS),
        (&schema["$defs"]["run"], RUN_KEYS),
        (&schema["$defs"]["expect"], EXPECT_KEYS),
        (&schema["$defs"]["span"], SPAN_KEYS),
        (&schema["$defs"]["pattern"], PATTERN_KEYS),
        (&schema["$defs"]["range"], RANGE_KEYS),
    ] {
        let known: BTreeSet<String> = known.iter().map(|key| (*key).to_owned()).collect();
        assert_eq!(keys(part), known);
        assert_eq!(part["additionalProperties"], false);
    }
}
