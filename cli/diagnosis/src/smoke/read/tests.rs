//! Files as people write them, right and wrong.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde_json::Value as Json;

use super::{
    FILE_KEYS,
    check::{CHECK_KEYS, REQUEST_KEYS, RUN_KEYS},
    expect::{EXPECT_KEYS, PATTERN_KEYS, RANGE_KEYS, SPAN_KEYS},
    *,
};
use crate::smoke::{Trigger, What};

const WHOLE: &str = include_str!("whole.yml");

fn variable(name: &str) -> Option<String> {
    (name == "TOKEN").then(|| "secret".to_owned())
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
";
    insta::assert_snapshot!(problems(text).join("\n"));
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
