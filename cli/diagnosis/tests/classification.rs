//! The classifier against labelled lines of many SDKs, collectors and of Tempo.

use proptest::prelude::*;
use ptctl_diagnosis::export_errors::{
    Context, ErrorKind, Outcome, Program, Signal, Verdict, classify, is_candidate,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Labelled {
    line: String,
    source: String,
    export_error: bool,
    kind: String,
}

fn corpus() -> Vec<Labelled> {
    include_str!("fixtures/corpus.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).expect("a labelled line"))
        .collect()
}

fn failed(line: &Labelled) -> Option<Verdict> {
    classify(line.line.as_bytes(), &Context::default()).filter(|verdict| verdict.export_error())
}

#[test]
fn nearly_every_failed_export_is_recognised() {
    let lines: Vec<_> = corpus()
        .into_iter()
        .filter(|line| line.export_error)
        .collect();
    let missed: Vec<_> = lines
        .iter()
        .filter(|line| failed(line).is_none())
        .map(|line| &line.line)
        .collect();
    assert!(
        missed.len() * 100 <= lines.len() * 2,
        "{} of {} missed: {missed:#?}",
        missed.len(),
        lines.len()
    );
}

#[test]
fn a_line_that_proves_no_failed_export_raises_no_alarm() {
    let alarms: Vec<_> = corpus()
        .into_iter()
        .filter(|line| !line.export_error && failed(line).is_some())
        .map(|line| line.line)
        .collect();
    assert!(alarms.is_empty(), "{alarms:#?}");
}

#[test]
fn the_kind_of_a_failed_export_is_one_that_its_line_does_not_rule_out() {
    let lines: Vec<_> = corpus()
        .into_iter()
        .filter(|line| line.export_error)
        .collect();
    let wrong: Vec<_> = lines
        .iter()
        .filter_map(|line| {
            let verdict = failed(line)?;
            (!may_be(verdict, &line.kind)).then(|| {
                format!(
                    "{}: labelled {}, read as {}: {}",
                    line.source, line.kind, verdict.likeliest, line.line
                )
            })
        })
        .collect();
    assert!(
        wrong.len() * 100 <= lines.len() * 5,
        "{} of {} wrong: {wrong:#?}",
        wrong.len(),
        lines.len()
    );
}

/// Whether the words that gave this verdict can also be said of the labelled kind: a label knows the set-up that the
/// line was printed in, the line does not.
fn may_be(verdict: Verdict, label: &str) -> bool {
    if verdict.likeliest.slug() == label {
        return true;
    }
    let others: &[&str] = match verdict.kind {
        ErrorKind::Unspecified => &[
            "backend-down",
            "backend-not-ready",
            "backend-timeout",
            "connection-dropped",
            "dns-no-such-host",
            "http-to-grpc-port",
            "localhost-in-container",
            "tempo-rate-limited",
            "tempo-restart-loop",
            "tls-to-plaintext",
        ],
        // One refused connection, many reasons.
        ErrorKind::BackendDown | ErrorKind::LocalhostInContainer | ErrorKind::WrongPort => &[
            "backend-down",
            "localhost-in-container",
            "wrong-port",
            "tempo-localhost-bind",
            "tempo-restart-loop",
        ],
        // A port that wants TLS cuts what is not TLS, and a client that distrusts a certificate cuts the connection.
        ErrorKind::ConnectionDropped => &[
            "plaintext-to-tls",
            "tls-untrusted-cert",
            "tempo-restart-loop",
        ],
        ErrorKind::TlsToPlaintext => &["scheme-missing"],
        ErrorKind::BadRequest => &["tempo-invalid-ids"],
        ErrorKind::BackendNotReady => &["backend-down"],
        ErrorKind::PathOtlpPrefix | ErrorKind::PathDoubled => &[
            "query-port-used",
            "path-wrong-404",
            "collector-permanent-error",
        ],
        _ => &[],
    };
    others.contains(&label)
}

#[test]
fn whatever_can_be_classified_has_an_anchor() {
    for line in corpus() {
        if classify(line.line.as_bytes(), &Context::default()).is_some() {
            assert!(is_candidate(line.line.as_bytes()), "{}", line.line);
        }
    }
}

#[test]
fn envelopes_change_no_verdict() {
    for line in corpus().into_iter().filter(|line| line.export_error) {
        let bare = failed(&line).map(|verdict| (verdict.kind, verdict.component));
        let docker = serde_json::json!({"log": format!("{}\n", line.line), "stream": "stderr", "time": "2025-01-01T00:00:00Z"});
        let compose = format!("\u{1b}[36mshop-app-1  |\u{1b}[0m {}", line.line);
        for wrapped in [docker.to_string(), compose] {
            let verdict = classify(wrapped.as_bytes(), &Context::default());
            assert_eq!(
                verdict.map(|verdict| (verdict.kind, verdict.component)),
                bare,
                "{wrapped}"
            );
        }
    }
}

#[test]
fn a_bare_network_error_counts_only_where_it_names_a_configured_endpoint() {
    let line = b"dial tcp: lookup gateway on 127.0.0.11:53: no such host";
    assert!(classify(line, &Context::default()).is_none());
    let verdict =
        classify(line, &Context::with_endpoints(["gateway"])).expect("the endpoint is named");
    assert_eq!(verdict.kind, ErrorKind::DnsNoSuchHost);
}

#[test]
fn our_own_library_is_understood_when_it_fails_and_when_it_recovers() {
    let failing = br#"{"time":"2026-01-01T00:00:00.000000000Z","level":"ERROR","msg":"failed to export spans","service":"docutag-scraper","error":"tcp connect error: Connection refused (os error 111)","cause":"connection refused","endpoint":"http://tempo:4317","spans_waiting":3,"spans_dropped":0,"spans_failed":0}"#;
    let verdict = classify(failing, &Context::default()).expect("a failed export");
    assert_eq!(
        (
            verdict.outcome,
            verdict.kind,
            verdict.signal,
            verdict.component.program
        ),
        (
            Outcome::Failed,
            ErrorKind::BackendDown,
            Signal::Traces,
            Program::Telemetry
        )
    );
    let recovered = br#"{"time":"2026-01-01T00:00:00.000000000Z","level":"INFO","msg":"span export recovered","service":"docutag-scraper","endpoint":"http://tempo:4317","spans_lost":0,"spans_waiting":0,"outage_ms":7000}"#;
    let verdict = classify(recovered, &Context::default()).expect("a recovery");
    assert_eq!(verdict.outcome, Outcome::Recovered);
    assert!(!verdict.export_error());
    assert!(is_candidate(failing) && is_candidate(recovered));
}

#[test]
fn a_line_of_a_mebibyte_is_classified_by_its_head() {
    let mut line = b"Failed to export traces to tempo:4317, error code: StatusCode.UNAVAILABLE, error details: ".to_vec();
    line.resize(1 << 20, b'x');
    assert!(classify(&line, &Context::default()).is_some_and(Verdict::export_error));
}

proptest! {
    #[test]
    fn no_bytes_are_too_strange(line in prop::collection::vec(any::<u8>(), 0..600)) {
        classify(&line, &Context::with_endpoints(["tempo:4317"]));
        is_candidate(&line);
    }

    #[test]
    fn a_known_line_cut_or_spoilt_anywhere_is_read_without_panic(pick in any::<prop::sample::Index>(), cut in any::<prop::sample::Index>(), noise in any::<char>()) {
        let lines = corpus();
        let line = &lines[pick.index(lines.len())].line;
        let at = line.floor_char_boundary(cut.index(line.len() + 1));
        let spoilt = format!("{}{noise}{}", &line[..at], &line[at..]);
        classify(spoilt.as_bytes(), &Context::default());
        classify(&line.as_bytes()[..at], &Context::default());
    }
}
