use ptctl_diagnosis::trace::Trace;

use super::*;

fn recorded(v1: &str, v2: &str) -> [ReadSpans; 2] {
    let v1: WireTrace = serde_json::from_str(v1).unwrap();
    let v2: WireAnswer = serde_json::from_str(v2).unwrap();
    [v1.into(), v2.trace.into()]
}

#[test]
fn the_answers_of_both_generations_are_read_in_both_forms() {
    for [v1, v2] in [
        recorded(
            include_str!("../../../../tests/it/fake_stack/recordings/tempo-2.10/trace_v1.json"),
            include_str!("../../../../tests/it/fake_stack/recordings/tempo-2.10/trace_v2.json"),
        ),
        recorded(
            include_str!("../../../../tests/it/fake_stack/recordings/tempo-3.0/trace_v1.json"),
            include_str!("../../../../tests/it/fake_stack/recordings/tempo-3.0/trace_v2.json"),
        ),
    ] {
        assert_eq!((v1.unreadable, v2.unreadable), (0, 0));
        let fetch = v1.spans.iter().find(|span| span.name == "scrape.fetch");
        let fetch = fetch.unwrap();
        assert_eq!(fetch.service(), Some("docutag-scraper"));
        assert_eq!(fetch.kind, SpanKind::Server);
        assert_eq!(fetch.events[1].name, "retry");
        assert_eq!(fetch.events[1].attributes[0].1, Value::from(2));
        let failed = v2.spans.iter().find(|span| span.has_failed()).unwrap();
        assert!(failed.failure().is_some());
        let id = "0af7651916cd43dd8448eb211c80319c".parse().unwrap();
        for read in [v1, v2] {
            let trace = Trace::new(id, read.spans).unwrap();
            assert_eq!(trace.tops().len(), 1);
            assert!(ptctl_diagnosis::trace::Warning::all(&trace).is_empty());
        }
    }
}

#[test]
fn otlps_own_json_is_read_and_values_of_every_form() {
    let text = r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"a"}}]},
        "scopeSpans":[{"spans":[{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","name":"x",
        "kind":3,"startTimeUnixNano":12,"endTimeUnixNano":"15","status":{"code":2,"message":"no"},
        "attributes":[{"key":"list","value":{"arrayValue":{"values":[{"intValue":"1"},{"boolValue":true}]}}},
        {"key":"map","value":{"kvlistValue":{"values":[{"key":"k","value":{"doubleValue":1.5}}]}}},
        {"key":"db.password","value":{"stringValue":"hunter2"}},{"key":"none"}]},
        {"name":"without an id"}]}]}]}"#;
    let read = ReadSpans::from(serde_json::from_str::<WireTrace>(text).unwrap());
    assert_eq!(read.unreadable, 1);
    let span = &read.spans[0];
    assert_eq!(
        (span.kind, span.start, span.end),
        (SpanKind::Client, 12, 15)
    );
    assert_eq!(span.status, Status::Error("no".to_owned()));
    let values: Vec<String> = span
        .attributes
        .iter()
        .map(|(_, value)| value.to_string())
        .collect();
    assert_eq!(
        values,
        ["[1,true]", r#"{"k":1.5}"#, "\"[redacted]\"", "null"]
    );
}

#[test]
fn a_parent_by_what_is_no_id_is_told_from_no_parent() {
    for (parent, is_unreadable) in [
        ("", false),
        ("0000000000000000", false),
        ("AAAAAAAAAAA=", false),
        ("b7ad6b7169203331", false),
        ("t61rcWkgMzE=", false),
        // Four bytes, sixteen, and no digits at all.
        ("b7ad6b71", true),
        ("CvdlGRbNQ92ESOshHIAxnA==", true),
        ("???", true),
    ] {
        let text = format!(
            r#"{{"batches":[{{"scopeSpans":[{{"spans":[{{"spanId":"AAAAAAAAAAE=","parentSpanId":"{parent}"}}]}}]}}]}}"#
        );
        let read = ReadSpans::from(serde_json::from_str::<WireTrace>(&text).unwrap());
        assert_eq!(
            read.spans[0].parent_is_unreadable, is_unreadable,
            "{parent}"
        );
    }
}

#[test]
fn a_body_that_is_no_trace_is_not_taken_for_an_empty_one() {
    assert!(serde_json::from_str::<WireTrace>(r#"{"error":"no"}"#).is_err());
    assert!(serde_json::from_str::<WireAnswer>(r#"{"error":"no"}"#).is_err());
    let empty: WireAnswer = serde_json::from_str(r#"{"trace":{},"metrics":{}}"#).unwrap();
    assert_eq!(ReadSpans::from(empty.trace), ReadSpans::default());
}

#[test]
fn attributes_that_held_a_credential_are_told_by_name_and_their_values_are_gone_from_lists_too() {
    let text = r#"{"batches":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"a"}},
        {"key":"api.token","value":{"stringValue":"[redacted]"}}]},
        "scopeSpans":[{"spans":[{"spanId":"b7ad6b7169203331","name":"x","attributes":[
        {"key":"http.request.header.x-api-key","value":{"arrayValue":{"values":[{"stringValue":"9f86d081884c7d659a2f"}]}}},
        {"key":"auth.method","value":{"stringValue":"oauth"}}],
        "events":[{"name":"e","attributes":[{"key":"to","value":{"stringValue":"redis://:hunter2@cache"}}]}]}]}]}]}"#;
    let read = ReadSpans::from(serde_json::from_str::<WireTrace>(text).unwrap());
    let told: Vec<(&str, CredentialSign)> = read
        .credentials
        .iter()
        .map(|(_, _, key, sign)| (key.as_str(), *sign))
        .collect();
    let expected = [
        ("to", CredentialSign::Form),
        ("http.request.header.x-api-key", CredentialSign::Name),
    ];
    assert!(expected.iter().all(|one| told.contains(one)), "{told:?}");
    assert_eq!(told.len(), 2);
    let shown = format!("{:?}", read.spans);
    assert!(!shown.contains("9f86d0") && !shown.contains("hunter2"));
}
