//! The classifier against labelled lines of many SDKs, collectors and of Tempo.

use proptest::prelude::*;
use ptctl_diagnosis::export_errors::{
    Context, ErrorKind, Loss, Outcome, Program, Signal, Verdict, classify, is_candidate,
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
    // Of these no line of a client can tell: each looks like a backend that is down.
    let is_down = verdict.likeliest == ErrorKind::BackendDown
        && ["tempo-localhost-bind", "tempo-restart-loop"].contains(&label);
    let is_permanent = matches!(
        verdict.kind,
        ErrorKind::PathOtlpPrefix | ErrorKind::PathDoubled
    ) && label == "collector-permanent-error";
    verdict.likeliest.slug() == label
        || is_down
        || is_permanent
        || verdict
            .alternatives
            .iter()
            .any(|other| other.slug() == label)
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
fn what_our_own_library_drops_is_understood_as_lost() {
    for (line, kind) in [
        (
            r#"{"time":"2026-01-01T00:00:00.000000000Z","level":"WARN","msg":"retry buffer is full, oldest spans dropped","service":"docutag-scraper","endpoint":"http://tempo:4317","spans_dropped_now":512,"spans_dropped":512,"buffered_bytes":67000000}"#,
            ErrorKind::SdkQueueFull,
        ),
        (
            r#"{"time":"2026-01-01T00:00:00.000000000Z","level":"WARN","msg":"spans lost at shutdown","service":"docutag-scraper","error":"tcp connect error: Connection refused (os error 111)","cause":"connection refused","endpoint":"http://tempo:4317","spans_lost":2}"#,
            ErrorKind::BackendDown,
        ),
    ] {
        assert!(is_candidate(line.as_bytes()), "{line}");
        let verdict = classify(line.as_bytes(), &Context::default()).expect("a loss");
        assert_eq!(
            (verdict.outcome, verdict.kind, verdict.lost),
            (Outcome::Failed, kind, Loss::Yes)
        );
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table, one row a message")]
fn messages_of_older_and_rarer_exporters_are_known_by_their_formats() {
    for (line, kind) in [
        (
            r#"2024/05/05 10:00:00 traces exporter is disconnected from the server tempo:4317: connection error: desc = "transport: Error while dialing dial tcp 172.18.0.4:4317: connect: connection refused""#,
            "backend-down",
        ),
        (
            r#"2025-07-09T09:42:41.251Z	error	exporterhelper/queued_retry.go:175	Exporting failed. No more retries left. Dropping data.	{"kind": "exporter", "data_type": "traces", "name": "otlp", "error": "max elapsed time expired rpc error: code = Unavailable desc = connection error", "dropped_items": 51}"#,
            "collector-retry-exhausted",
        ),
        (
            r#"2025-07-09T09:42:41.251Z	error	exporterhelper/queued_retry.go:317	Dropping data because sending_queue is full. Try increasing queue_size.	{"kind": "exporter", "name": "otlp", "dropped_items": 51}"#,
            "collector-queue-full",
        ),
        (
            r#"E, [2024-01-01T10:00:00.000000 #1] ERROR -- : OpenTelemetry error: unexpected error in OTLP::Exporter#send_bytes - Failed to open TCP connection to tempo:4318 (Connection refused - connect(2) for "tempo" port 4318)"#,
            "backend-down",
        ),
        (
            "Failed to export TraceRequestMarshaler. The request could not be executed. Full error message: Connection refused: localhost/127.0.0.1:4317",
            "localhost-in-container",
        ),
        (
            "SEVERE: Failed to export spans. The request could not be executed. Error message: tempo",
            "dns-no-such-host",
        ),
        (
            "2025-01-01 10:00:00.123 ERROR 1 --- [alhost:4318/...] i.o.exporter.internal.http.HttpExporter  : Failed to export spans. The request could not be executed. Full error message: Failed to connect to tempo/172.20.0.3:4318",
            "backend-down",
        ),
        (
            r#"2025/01/01 [error] 29#29: *1 connect() failed (111: Connection refused) while connecting to upstream, client: 172.20.0.1, server: , request: "POST /v1/traces HTTP/1.1", upstream: "http://172.20.0.6:4318/v1/traces", host: "localhost""#,
            "backend-down",
        ),
        (
            r#"2023/05/05 10:00:00 traces export: rpc error: code = Unavailable desc = unexpected HTTP status code received from server: 502 (Bad Gateway); transport: received unexpected content-type "text/html""#,
            "proxy-bad-gateway",
        ),
        (
            "[Error] File: /x/otlp_http_client.cc:204 [OTLP HTTP Client] Session state: connection failed.Failed to connect to localhost port 4318: Connection refused",
            "localhost-in-container",
        ),
        (
            r#"{"level":"error","ts":1.1,"logger":"otel","msg":"OpenTelemetry error","error":"traces export: context deadline exceeded: rpc error: code = Unavailable desc = connection error: desc = \"transport: Error while dialing: dial tcp: lookup tempo on 127.0.0.11:53: no such host\""}"#,
            "dns-no-such-host",
        ),
        (
            r#"{"timestamp":"2025","level":"ERROR","fields":{"name":"BatchSpanProcessor.ExportError","error":"Operation failed: HTTP export failed: network error"},"target":"opentelemetry_sdk"}"#,
            "unspecified",
        ),
        (
            r#"[2023-06-19T05:30:20.6148099Z] [Error] EventSource=OpenTelemetry-Exporter-OpenTelemetryProtocol, Message=Exporter failed send data to collector to http://collector:5555/ endpoint. Data will not be sent. Exception: Grpc.Core.RpcException: Status(StatusCode="Unimplemented", Detail="unknown service opentelemetry.proto.collector.logs.v1.LogsService")"#,
            "collector-no-traces-pipeline",
        ),
        (
            "OpenTelemetry: [error] Export failure [exception] cURL error 7: Failed to connect to collector port 4318 after 1 ms: Couldn't connect to server [previous]",
            "backend-down",
        ),
        (
            r#"{"stack":"AggregateError [ECONNREFUSED]: \n    at internalConnectMultiple (node:net:1)","errors":"Error: connect ECONNREFUSED ::1:4318,Error: connect ECONNREFUSED 127.0.0.1:4318","code":"ECONNREFUSED","name":"AggregateError"}"#,
            "localhost-in-container",
        ),
        (
            r#"{"stack":"Error: Timeout\n    at Timeout._onTimeout (/app/node_modules/@opentelemetry/sdk-trace-base/build/src/export/BatchSpanProcessorBase.js:140:24)\n    at listOnTimeout (node:internal/timers:581:17)","message":"Timeout","name":"Error"}"#,
            "backend-timeout",
        ),
        (
            r#"level=warn ts=2025-01-01T00:00:00Z caller=grpc_logging.go:76 method=/tempopb.Pusher/PushBytesV2 duration=1ms err="rpc error: code = FailedPrecondition desc = LIVE_TRACES_EXCEEDED: max live traces exceeded for tenant single-tenant" msg=gRPC"#,
            "tempo-live-traces-exceeded",
        ),
        (
            r#"level=error ts=2025 caller=rate_limited_logger.go:38 msg="pusher failed to consume trace data" err="context canceled""#,
            "client-reset",
        ),
        (
            "BatchSpanProcessor dropped 12 span(s) since the last export because the queue is full (maxQueueSize=2048)",
            "sdk-queue-full",
        ),
        (
            r#"time=2025-01-01T00:00:00Z level=ERROR msg="otel error" err="failed to upload metrics: failed to send metrics to http://tempo:4318/v1/metrics: 404 Not Found""#,
            "path-wrong-404",
        ),
        (
            "requests.exceptions.ReadTimeout: HTTPConnectionPool(host='tempo', port=4318): Read timed out. (read timeout=10)",
            "backend-timeout",
        ),
        (
            "2025/01/01 10:00:00 traces export: context deadline exceeded: rpc error: code = Unavailable desc = connection error: desc = \"transport: Error while dialing: dial tcp: lookup tempo on 127.0.0.11:53: read udp 172.20.0.3:40000->127.0.0.11:53: i/o timeout\"",
            "dns-server-misbehaving",
        ),
        (
            "Failed to export traces to tempo:4317, error code: StatusCode.UNAVAILABLE, error details: DNS resolution failed for tempo:4317: C-ares status is not ARES_SUCCESS qtype=A name=tempo: Could not contact DNS servers",
            "dns-server-misbehaving",
        ),
        (
            "2025/01/01 10:00:00 traces export: failed to send to http://gateway/v1/traces: 503 Service Unavailable (body: upstream connect error or disconnect/reset before headers. reset reason: connection failure)",
            "proxy-bad-gateway",
        ),
        (
            "[otel.javaagent 2025-01-01 10:00:00:000 +0100] [OkHttp http://tempo:4318/...] ERROR io.opentelemetry.exporter.internal.http.HttpExporter - Failed to export spans. The request could not be executed. Full error message: Connexion refusée",
            "backend-down",
        ),
        (
            "OpenTelemetry trace error occurred. cannot send message to batch processor 'BatchSpanProcessor' as the channel is full",
            "sdk-queue-full",
        ),
        (
            "java.net.ConnectException: Failed to connect to localhost/[0:0:0:0:0:0:0:1]:4318",
            "localhost-in-container",
        ),
    ] {
        let verdict = classify(line.as_bytes(), &Context::default())
            .unwrap_or_else(|| panic!("missed: {line}"));
        assert!(verdict.export_error(), "{line}");
        assert_eq!(verdict.kind.slug(), kind, "{line}");
        assert!(is_candidate(line.as_bytes()), "{line}");
    }
}

#[test]
fn what_an_sdk_says_of_its_settings_at_start_is_no_failed_export() {
    for (line, kind) in [
        (
            "Invalid key value resource attribute pair service.name: not enough values to unpack (expected 2, got 1)",
            "resource-attributes-malformed",
        ),
        (
            "ERROR:opentelemetry.instrumentation.auto_instrumentation._load:Failed to auto initialize OpenTelemetry",
            "sdk-start-failed",
        ),
        (
            "TypeError: Descriptors cannot be created directly.",
            "sdk-dependency-crash",
        ),
        (
            "Using default sampler. Failed to initialize sampler, ratio: Requested component 'ratio' not found",
            "sampler-invalid",
        ),
        (
            "Error initializing OpenTelemetry SDK. Your application is not instrumented and will not produce telemetry Error: x",
            "sdk-start-failed",
        ),
        (
            r#"OTEL_TRACES_SAMPLER value "ratio" invalid, defaulting to "parentbased_always_on"."#,
            "sampler-invalid",
        ),
        (
            "OTEL_TRACES_SAMPLER_ARG=2 was given, but it is out of range ([0..1]), defaulting to 1.",
            "sampler-invalid",
        ),
        (
            "Configuration: OTEL_EXPORTER_OTLP_TIMEOUT is invalid, expected number greater than 0 (actual: 10s)",
            "timeout-env-invalid",
        ),
        (
            "Caused by: io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException: Unrecognized value for otel.propagators: b4. Make sure the artifact including the propagator is on the classpath.",
            "propagator-invalid",
        ),
        (
            "io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException: Unrecognized value for otel.traces.sampler: ratio",
            "sampler-invalid",
        ),
        (
            "io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException: Invalid duration property otel.exporter.otlp.timeout=ten. Expected number, found: ten",
            "timeout-env-invalid",
        ),
        (
            r#"2025/01/01 10:00:00 internal_logging.go:50: "msg"="parse headers" "error"="missing '='" "input"="Authorization: Basic x""#,
            "headers-malformed",
        ),
        (
            "2025/01/01 10:00:00 partial resource: missing value: [service.name]",
            "resource-attributes-malformed",
        ),
        (
            "2025/01/01 10:00:00 parsing sampler argument: strconv.ParseFloat: parsing \"ten\": invalid syntax",
            "sampler-invalid",
        ),
        (
            "W, [2025-01-01T10:00:00.000000 #1]  WARN -- : The jaeger exporter is unknown and cannot be configured, spans will not be exported",
            "exporter-unknown",
        ),
        (
            "W, [2025-01-01T10:00:00.000000 #1]  WARN -- : The b4 propagator is unknown and cannot be configured",
            "propagator-invalid",
        ),
        (
            "E, [2025-01-01T10:00:00.000000 #1] ERROR -- : OpenTelemetry error: unexpected configuration error due to undefined method",
            "sdk-start-failed",
        ),
    ] {
        let verdict = classify(line.as_bytes(), &Context::default())
            .unwrap_or_else(|| panic!("missed: {line}"));
        assert_eq!(verdict.outcome, Outcome::Misconfigured, "{line}");
        assert_eq!(verdict.kind.slug(), kind, "{line}");
        assert!(is_candidate(line.as_bytes()), "{line}");
    }
}

#[test]
fn lines_that_share_words_with_export_errors_raise_no_alarm() {
    for line in [
        "Error: Cannot find module '@opentelemetry/otlp-exporter-base'",
        r#"{"level":"error","errno":-111,"code":"ECONNREFUSED","syscall":"connect","address":"172.20.0.5","port":6379,"stack":"Error: connect ECONNREFUSED 172.20.0.5:6379","message":"connect"}"#,
        r#"{"errno":-111,"code":"ECONNREFUSED","syscall":"connect","address":"172.20.0.5","port":5432,"stack":"Error: connect ECONNREFUSED 172.20.0.5:5432","message":"connect","name":"Error"}"#,
        r#"2024/05/05 10:00:00 rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 172.20.0.9:50051: connect: connection refused""#,
        r#"Starting GRPC server {"endpoint": "localhost:4317"}"#,
        r#"level=error ts=2025-01-01T00:00:00Z caller=backendworker.go:543 msg="error calling scheduler" err="rpc error: code = NotFound desc = no jobs found" backoff=1m"#,
        r#"level=warn ts=2025 caller=logging.go method=/tempopb.BackendScheduler/Next duration=15.0s msg=gRPC err="rpc error: code = NotFound desc = no jobs found""#,
        r#"level=error ts=2025 caller=live_store.go:764 msg="failed to cut idle traces" tenant=x err="error writing meta json: permission denied""#,
        "Failed to export metrics dashboard to PDF",
        "ERROR export failed: S3 timeout",
        "INFO OTLP receiver listening on 0.0.0.0:4317",
        "Bind for 127.0.0.1:4318 failed: port is already allocated",
        r#"2025-01-01T00:00:00Z info otlpreceiver@v0.128.0/otlp.go:117 Starting HTTP server {"endpoint": "[::]:4318"}"#,
        r#"10.0.0.2 - - [01/Jun/2025:10:00:01 +0000] "GET /v1/traces HTTP/1.1" 404 2"#,
        r#"DEBUG urllib3.connectionpool:http://tempo:4318 "POST /v1/traces HTTP/1.1" 200 2"#,
        "DEBUG:urllib3.connectionpool:Starting new HTTP connection (1): tempo:4318",
        "OTLP exporter configured endpoint=http://tempo:4318/v1/traces timeout=10s",
        r#"level=info msg="otlp exporter" endpoint=tempo:4317 timeout=10s tls_insecure=true"#,
        "wait-for-it: tempo:4317 is available after 3 seconds",
        "wait-for-it.sh: waiting 15 seconds for tempo:4317",
        "    at OTLPExportDelegate.export (/app/node_modules/@opentelemetry/otlp-exporter-base/build/src/otlp-export-delegate.js:58:56)",
        "\u{1b}[2m2026-11-22T06:24:25Z\u{1b}[0m DEBUG opentelemetry_sdk: name=\"BatchSpanProcessor.ExportingDueToTimer\"",
        r#"{"level":"info","msg":"received partial success from payment gateway","endpoint":"http://pay:8080"}"#,
        "ERROR sending queue is full for mail service",
        "Queue is full, likely orders will be dropped.",
        "upstream no org id supplied",
        r#"grpc: addrConn.createTransport failed to connect to {Addr: "billing:50051"}. Err: connection error: desc = "transport: Error while dialing: dial tcp: connect: connection refused""#,
        r#"level=error msg="failed get to tempo: Get \"http://tempo:3200/api/traces/1\": dial tcp 1.2.3.4:3200: connect: connection refused" t=1"#,
        "Dropped 12 frames because maxQueueSize reached",
        "dial tcp: lookup billing on 127.0.0.11:53: read udp 172.20.0.3:40000->127.0.0.11:53: i/o timeout",
        "upstream connect error or disconnect/reset before headers. reset reason: connection failure",
        "java.net.ConnectException: Connexion refusée",
        "ERROR propagator of events is unknown",
    ] {
        let verdict = classify(line.as_bytes(), &Context::default());
        assert!(
            !verdict.is_some_and(Verdict::export_error),
            "{line}: {verdict:?}"
        );
    }
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
