//! The same requests as were once sent to Tempo 3.0, and its answers: status, headers that matter, bodies.
//!
//! The store gets the four traces that an SDK had sent to it, as its own answers tell them. Tempo had more traces, so what
//! it says of those is left out of the comparison.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::Stack;

/// A request and the answer that Tempo gave.
struct Recorded {
    name: String,
    method: Method,
    path: String,
    request_headers: BTreeMap<String, String>,
    request_body: Vec<u8>,
    status: u16,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

/// An answer of minitempo.
struct Answered {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

fn recorded(name: &str) -> Recorded {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/tempo-3.0")
        .join(format!("{name}.json"));
    let text = std::fs::read_to_string(&file).expect(name);
    let record: Value = serde_json::from_str(&text).expect(name);
    let bytes = |value: &Value| {
        value
            .as_str()
            .map(|text| STANDARD.decode(text).expect("base64"))
    };
    let request = &record["request"];
    Recorded {
        name: name.to_owned(),
        method: request["method"]
            .as_str()
            .expect("a method")
            .parse()
            .expect("a method"),
        path: request["path"].as_str().expect("a path").to_owned(),
        request_headers: serde_json::from_value(request["headers"].clone()).expect("headers"),
        request_body: bytes(&request["body_b64"]).unwrap_or_default(),
        status: serde_json::from_value(record["status"].clone()).expect("a status"),
        headers: serde_json::from_value::<Vec<(String, String)>>(record["headers"].clone())
            .expect("headers")
            .into_iter()
            .map(|(name, value)| (name.to_lowercase(), value))
            .collect(),
        body: bytes(&record["body_b64"]).unwrap_or_else(|| {
            record["body"]
                .as_str()
                .unwrap_or_default()
                .as_bytes()
                .to_vec()
        }),
    }
}

async fn ask(stack: &Stack, base: &str, recorded: &Recorded) -> Answered {
    let mut request = stack
        .client
        .request(recorded.method.clone(), format!("{base}{}", recorded.path));
    for (name, value) in &recorded.request_headers {
        request = request.header(name, value);
    }
    if recorded.method == Method::POST {
        request = request.body(recorded.request_body.clone());
    }
    let response = request.send().await.expect("an answer");
    Answered {
        status: response.status().as_u16(),
        headers: response
            .headers()
            .iter()
            .map(|(name, value)| {
                let value = value.to_str().expect("a text").to_owned();
                (name.as_str().to_owned(), value)
            })
            .collect(),
        body: response.bytes().await.expect("a body").to_vec(),
    }
}

/// The headers that clients may act on.
const HEADERS: [&str; 4] = [
    "content-type",
    "x-content-type-options",
    "vary",
    "retry-after",
];

fn assert_same_head(recorded: &Recorded, answered: &Answered) {
    let name = &recorded.name;
    assert_eq!(
        answered.status,
        recorded.status,
        "{name}: {}",
        String::from_utf8_lossy(&answered.body)
    );
    for header in HEADERS {
        let value = |headers: &BTreeMap<String, String>| {
            headers.get(header).map(|value| value.to_lowercase())
        };
        assert_eq!(
            value(&answered.headers),
            value(&recorded.headers),
            "{header} of {name}"
        );
    }
}

fn text(body: &[u8]) -> String {
    String::from_utf8_lossy(body).into_owned()
}

fn json_of(body: &[u8]) -> Value {
    serde_json::from_slice(body).expect("JSON")
}

/// The four traces, as Tempo answered them, sent by OTLP's JSON form.
async fn stack_with_traces() -> Stack {
    let stack = Stack::start().await;
    for name in ["normal", "error", "events", "scheduled"] {
        let answer = json_of(&recorded(&format!("trace_v1_{name}_json")).body);
        let mut batches = answer["batches"].clone();
        for_each_span(&mut batches, &mut |span| {
            for id in ["traceId", "spanId", "parentSpanId"] {
                if let Some(text) = span.get(id).and_then(Value::as_str) {
                    span[id] = json!(hexadecimal(&STANDARD.decode(text).expect("base64")));
                }
            }
        });
        let sent = stack
            .client
            .post(stack.otlp_http())
            .json(&json!({ "resourceSpans": batches }))
            .send()
            .await
            .expect("an answer");
        assert_eq!(sent.status(), 200, "{}", sent.text().await.expect("a text"));
    }
    stack
}

fn for_each_span(batches: &mut Value, visit: &mut impl FnMut(&mut Value)) {
    for batch in batches.as_array_mut().expect("batches") {
        for scope in batch["scopeSpans"].as_array_mut().expect("scopes") {
            for span in scope["spans"].as_array_mut().expect("spans") {
                visit(span);
            }
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

#[tokio::test]
async fn status_requests_are_answered_as_by_tempo() {
    let stack = Stack::start().await;
    for name in [
        "idle_ready",
        "idle_ready_head",
        "idle_ready_post",
        "idle_echo",
        "idle_echo_head",
        "idle_root",
        "idle_unknown_path",
        "idle_usage_stats",
        "idle_flush_get",
    ] {
        let recorded = recorded(name);
        let answered = ask(&stack, &stack.api(""), &recorded).await;
        assert_same_head(&recorded, &answered);
        assert_eq!(text(&answered.body), text(&recorded.body), "{name}");
    }
    for name in ["idle_buildinfo", "idle_status_version"] {
        let recorded = recorded(name);
        let answered = ask(&stack, &stack.api(""), &recorded).await;
        assert_same_head(&recorded, &answered);
    }
}

#[tokio::test]
async fn an_empty_store_is_answered_as_by_an_empty_tempo() {
    let stack = Stack::start().await;
    for name in ["empty_search", "empty_tags"] {
        let recorded = recorded(name);
        let answered = ask(&stack, &stack.api(""), &recorded).await;
        assert_same_head(&recorded, &answered);
        let without_metrics = |body: &[u8]| {
            let mut value = json_of(body);
            value["metrics"] = Value::Null;
            value
        };
        assert_eq!(
            without_metrics(&answered.body),
            without_metrics(&recorded.body),
            "{name}"
        );
    }
}

#[tokio::test]
async fn otlp_over_http_is_answered_as_by_tempo() {
    let stack = Stack::start().await;
    let receiver = stack.otlp_http();
    let base = receiver.strip_suffix("/v1/traces").expect("the path");
    for name in [
        "otlp_http_ok",
        "otlp_http_gzip_ok",
        "otlp_http_json_ok",
        "otlp_http_empty",
        "otlp_http_get",
        "otlp_http_bad_ctype",
        "otlp_http_no_ctype",
        "otlp_http_bad_gzip",
        "otlp_http_bad_traceid_len",
        "otlp_http_empty_traceid",
        "otlp_http_zero_traceid",
        "otlp_http_malformed_pb",
        "otlp_http_truncated_pb",
        "otlp_http_logs",
        "otlp_http_metrics",
        "otlp_http_root",
    ] {
        let recorded = recorded(name);
        let answered = ask(&stack, base, &recorded).await;
        assert_same_head(&recorded, &answered);
        assert_eq!(text(&answered.body), text(&recorded.body), "{name}");
    }
    // The reader's own words differ, the form does not.
    let recorded = recorded("otlp_http_malformed_json");
    let answered = ask(&stack, base, &recorded).await;
    assert_same_head(&recorded, &answered);
    assert_eq!(json_of(&answered.body)["code"], 3);
}

#[tokio::test]
async fn traces_are_answered_by_id_as_by_tempo() {
    let stack = stack_with_traces().await;
    for name in [
        "trace_v1_normal_json",
        "trace_v1_normal_noaccept",
        "trace_v1_normal_xprotobuf",
        "trace_v1_upper",
        "trace_v1_range",
        "trace_v1_range_past",
        "trace_v1_error_json",
        "trace_v1_events_json",
        "trace_v1_scheduled_json",
        "trace_v2_normal_json",
        "trace_v2_error_json",
        "trace_v2_unknown",
    ] {
        let recorded = recorded(name);
        let answered = ask(&stack, &stack.api(""), &recorded).await;
        assert_same_head(&recorded, &answered);
        assert_eq!(
            sorted_trace(&answered.body),
            sorted_trace(&recorded.body),
            "{name}"
        );
    }
    for name in [
        "trace_v1_malformed",
        "trace_v1_toolong",
        "trace_v1_unknown",
        "trace_v1_short",
        "trace_v1_zero",
        "trace_v1_empty",
        "trace_v2_malformed",
    ] {
        let recorded = recorded(name);
        let answered = ask(&stack, &stack.api(""), &recorded).await;
        assert_same_head(&recorded, &answered);
        assert_eq!(text(&answered.body), text(&recorded.body), "{name}");
    }
}

/// A trace without what is counted differently, its lists in a fixed order.
fn sorted_trace(body: &[u8]) -> Value {
    let mut answer = json_of(body);
    if let Some(metrics) = answer.get_mut("metrics") {
        *metrics = Value::Null;
    }
    sort_lists(&mut answer);
    answer
}

fn sort_lists(value: &mut Value) {
    match value {
        Value::Array(elements) => {
            elements.iter_mut().for_each(sort_lists);
            elements.sort_by_key(Value::to_string);
        }
        Value::Object(fields) => fields.values_mut().for_each(sort_lists),
        _ => {}
    }
}

#[tokio::test]
async fn protobuf_traces_hold_the_same_spans_as_tempos() {
    use minitempo::Trace;
    use prost::Message as _;
    let stack = stack_with_traces().await;
    let recorded = recorded("trace_v1_normal_protobuf");
    let answered = ask(&stack, &stack.api(""), &recorded).await;
    assert_same_head(&recorded, &answered);
    let spans = |body: &[u8]| {
        let trace = Trace::decode(body).expect("a trace");
        trace
            .resource_spans
            .iter()
            .flat_map(|resource| &resource.scope_spans)
            .flat_map(|scope| &scope.spans)
            .map(|span| (span.span_id.clone(), span.name.clone()))
            .collect::<BTreeMap<_, _>>()
    };
    assert_eq!(spans(&answered.body), spans(&recorded.body));
}

#[tokio::test]
async fn searches_find_the_same_traces_and_spans_as_tempo() {
    let stack = stack_with_traces().await;
    let stored: BTreeSet<String> = found(&ask_search(&stack, "search_none").await.1)
        .into_keys()
        .collect();
    assert_eq!(stored.len(), 4);
    for name in [
        "search_none",
        "search_q_all",
        "search_q_6days",
        "search_q_attr",
        "search_q_count",
        "search_q_dur",
        "search_q_err",
        "search_q_event",
        "search_q_kind",
        "search_q_nomatch",
        "search_q_past",
        "search_q_regex",
        "search_q_root",
        "search_q_select",
        "search_q_spss",
        "search_q_structural",
        "search_q_svc",
        "search_q_tracedur",
        "search_tags_mindur",
        "search_tags_svc",
        "search_tags_two",
    ] {
        let (recorded, answered) = ask_search(&stack, name).await;
        let mut expected = found(&recorded);
        expected.retain(|id, _| stored.contains(id));
        assert_eq!(found(&answered), expected, "{name}");
    }
}

async fn ask_search(stack: &Stack, name: &str) -> (Value, Value) {
    let recorded = recorded(name);
    let answered = ask(stack, &stack.api(""), &recorded).await;
    assert_same_head(&recorded, &answered);
    (json_of(&recorded.body), json_of(&answered.body))
}

/// The traces of an answer by id; which spans are shown of more than fit is anyone's choice.
fn found(answer: &Value) -> BTreeMap<String, Value> {
    let traces = answer["traces"].as_array().expect("traces");
    traces
        .iter()
        .map(|trace| {
            let mut trace = trace.clone();
            for set in ["/spanSet", "/spanSets/0"] {
                if let Some(set) = trace.pointer_mut(set) {
                    let shown = set["spans"].as_array().map_or(0, Vec::len);
                    if set["matched"] != json!(shown) {
                        set["spans"] = json!(shown);
                    }
                }
            }
            sort_lists(&mut trace);
            let id = trace["traceID"].as_str().expect("an id").to_owned();
            (id, trace)
        })
        .collect()
}

#[tokio::test]
async fn wrong_queries_are_refused_in_tempos_words() {
    let stack = Stack::start().await;
    for name in [
        "search_q_8days",
        "search_q_tooLong",
        "search_q_bad",
        "search_q_badfield",
        "search_q_badstart",
        "search_q_end_only",
        "search_q_start_only",
        "search_q_equal",
        "search_q_inverted",
        "search_q_limit0",
        "search_q_limit_huge",
        "search_q_limitbad",
        "search_q_limitneg",
        "search_q_nanos",
        "tags_v2_scope_bad",
        "tagvalues_v2_unscoped",
    ] {
        let recorded = recorded(name);
        let answered = ask(&stack, &stack.api(""), &recorded).await;
        assert_same_head(&recorded, &answered);
        // Tempo names the end after moving it 30 s back, which minitempo does not do.
        let as_asked = text(&recorded.body).replace("end=1795328779", "end=1795328809");
        assert_eq!(text(&answered.body), as_asked, "{name}");
    }
}

#[tokio::test]
async fn tags_and_their_values_are_told_in_tempos_form() {
    let stack = stack_with_traces().await;
    for name in [
        "tags_v1",
        "tags_v2",
        "tags_v2_scope_intrinsic",
        "tags_v2_scope_resource",
        "tags_v2_scope_span",
        "tagvalues_v1_service",
        "tagvalues_v2_dot",
        "tagvalues_v2_name",
        "tagvalues_v2_q",
        "tagvalues_v2_service",
        "tagvalues_v2_service_rng",
        "tagvalues_v2_status",
        "tagvalues_v2_unknown",
    ] {
        let recorded = recorded(name);
        let answered = ask(&stack, &stack.api(""), &recorded).await;
        assert_same_head(&recorded, &answered);
        assert_eq!(tags(&answered.body), tags(&recorded.body), "{name}");
    }
    let recorded = recorded("tags_v1_rng");
    let answered = ask(&stack, &stack.api(""), &recorded).await;
    assert_same_head(&recorded, &answered);
    assert_eq!(
        json_of(&answered.body)["tagNames"].as_array().map(Vec::len),
        Some(10)
    );
}

/// What only the traces that minitempo was not given had, is left out.
fn tags(body: &[u8]) -> Value {
    const OF_OTHER_TRACES: [&str; 4] = ["probe", "score", "cached", "attempt"];
    let mut answer = json_of(body);
    answer["metrics"] = Value::Null;
    let drop_others = |list: &mut Value| {
        if let Some(list) = list.as_array_mut() {
            list.retain(|tag| !OF_OTHER_TRACES.iter().any(|other| tag == other));
        }
    };
    drop_others(&mut answer["tagNames"]);
    if let Some(scopes) = answer["scopes"].as_array_mut() {
        for scope in scopes {
            drop_others(&mut scope["tags"]);
        }
    }
    sort_lists(&mut answer);
    answer
}
