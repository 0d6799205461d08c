//! Secrets that were planted wherever `ptctl` looks must stand in nothing that it writes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on is to fail")]

use std::{io::Read, path::Path};

use flate2::read::GzDecoder;
use serde_json::json;

use crate::{
    fake_stack::{FakeEngine, FakeTempo, Generation, TEMPO, WEB, Wire},
    program::{both, ptctl, ptctl_with},
};

/// What is planted; no two forms of hiding share a part of it.
const SECRETS: [&str; 12] = [
    "plantedpassword1x",
    "plantedheader2xyz",
    "planteduserinfo3x",
    "planteddsn4secret",
    "plantedbearer5xyz",
    "eyJhbGciOiJIUzI1NiJ9.eyJwbGFudGVkIjo2fQ.c2lnbmF0dXJl",
    "plantedlabel7xyzz",
    "plantedconfig8xyz",
    "plantedcommand9xy",
    "plantedattribute10x",
    "plantednote11xyz",
    "plantedresource12x",
];

/// A trace whose attributes hold secrets: such as can be told, and a text that nobody would take for one.
fn trace() -> serde_json::Value {
    let text = |text: &str| json!({"stringValue": text});
    let header = json!({"arrayValue": {"values": [text(SECRETS[9])]}});
    json!({"trace": {"resourceSpans": [{
        "resource": {"attributes": [
            {"key": "service.name", "value": text("docutag-scraper")},
            {"key": "deployment.token", "value": text(SECRETS[11])},
        ]},
        "scopeSpans": [{"scope": {"name": "http"}, "spans": [{
            "spanId": "mCA/vKlCV50=",
            "name": format!("GET /login?password={}", SECRETS[0]),
            "kind": "SPAN_KIND_SERVER",
            "startTimeUnixNano": "1795328712036119253",
            "endTimeUnixNano": "1795328712064681801",
            "status": {"code": "STATUS_CODE_ERROR", "message": format!("token={}", SECRETS[9])},
            "attributes": [
                {"key": "http.request.header.x-api-key", "value": header},
                {"key": "url.full", "value": text(&format!("http://u:{}@nowhere/", SECRETS[2]))},
                {"key": "note", "value": text(SECRETS[10])},
                {"key": format!("token={}", SECRETS[9]), "value": text("x")},
            ],
            "events": [{"name": "login", "attributes": [
                {"key": "jwt", "value": text(SECRETS[5])},
            ]}],
        }]}],
    }]}})
}

/// An engine whose stack holds every secret, and a Tempo that answers.
async fn planted() -> (FakeEngine, FakeTempo) {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    let tempo = FakeTempo::ready(Generation::Three).await;
    tempo.hold(&trace());
    engine.change(TEMPO, |described| {
        described["NetworkSettings"]["Ports"] =
            json!({"3200/tcp": [{"HostIp": "127.0.0.1", "HostPort": tempo.port().to_string()}]});
    });
    let config = format!(
        "distributor: {{receivers: {{otlp: {{protocols: {{grpc: {{endpoint: '0.0.0.0:4317'}}}}}}}}}}\nstorage: {{trace: {{backend: s3, s3: {{secret_key: {}, endpoint: 'minio:9000'}}}}}}\n",
        SECRETS[7]
    );
    engine.answer(
        &format!("/containers/{TEMPO}/archive"),
        FakeEngine::archive(&config),
    );
    engine.change(WEB, |described| {
        described["Config"]["Env"] = json!([
            format!(
                "OTEL_EXPORTER_OTLP_ENDPOINT=http://ann:{}@nowhere:4318",
                SECRETS[2]
            ),
            format!(
                "OTEL_EXPORTER_OTLP_HEADERS=Authorization=Basic%20{}",
                SECRETS[1]
            ),
            format!("DB_PASSWORD={}", SECRETS[0]),
            format!("SENTRY_DSN=https://{}@sentry.example.com/1", SECRETS[3]),
        ]);
        described["Config"]["Labels"]["com.example.api-token"] = SECRETS[6].into();
        described["Args"] = json!(["--token", SECRETS[8]]);
        described["State"]["Health"]["Log"][0]["Output"] =
            format!("Authorization: Bearer {}", SECRETS[4]).into();
    });
    let now = jiff::Timestamp::now().to_string();
    let line = format!(
        "traces export: Post \"http://ann:{}@nowhere:4318/v1/traces\": dial tcp: lookup nowhere: no such host Authorization: Bearer {} {} password={} dsn=https://{}@sentry.example.com/1",
        SECRETS[2], SECRETS[4], SECRETS[5], SECRETS[0], SECRETS[3]
    );
    engine.answer(
        &format!("/containers/{WEB}/logs"),
        FakeEngine::framed(&[(2, &now, line.as_bytes())]),
    );
    (engine, tempo)
}

fn assert_clean(where_: &str, text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{where_} tells `{secret}`:\n{text}");
    }
}

/// A service whose page of an error shows the request, and repeats what it knows.
async fn telltale() -> std::net::SocketAddr {
    let page = |request: axum::extract::Request| async move {
        let headers = format!("{:?}", request.headers());
        let told = format!("{} {headers} token={}", request.uri(), SECRETS[9]);
        (axum::http::StatusCode::INTERNAL_SERVER_ERROR, told)
    };
    let router = axum::Router::new().fallback(page);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

#[tokio::test]
async fn smoke_checks_tell_no_secret_that_they_send_or_are_sent() {
    let (engine, _tempo) = planted().await;
    let address = telltale().await;
    let variables = [
        ("PLANTED_TOKEN", SECRETS[4]),
        ("PLANTED", SECRETS[10]),
        ("GITHUB_ACTIONS", "true"),
    ];
    let right = format!(
        "checks:\n  - name: a ${{PLANTED}}\n    request:\n      url: http://ann:{}@{address}/${{PLANTED}}\n      headers: {{Authorization: 'Bearer ${{PLANTED_TOKEN}}', x: '${{PLANTED}}'}}\n    expect: {{status: 500, body: '${{PLANTED}}!'}}\n",
        SECRETS[2]
    );
    let wrong = "checks:\n  - name: ${PLANTED}\n    request: http://ci:${PLANTED_TOKEN}@h:port/\n    expect: {orphans: '${PLANTED}', edges: '${PLANTED}'}\n";
    for (file, formats) in [
        (right.as_str(), &["table", "json", "junit", "github"][..]),
        (wrong, &["table"]),
    ] {
        std::fs::write(engine.folder().join("smoke.yml"), file).unwrap();
        for format in formats {
            let command = ["smoke", "-p", "shop", "-o", format];
            let output = ptctl_with(engine.folder(), &engine.address(), &command, &variables).await;
            let told = both(&output);
            assert!(told.contains("${PLANTED}"), "{format}: {told}");
            assert_clean(format, &told);
        }
    }
    let url = format!("http://ann:{}@{address}/?token={}", SECRETS[2], SECRETS[9]);
    let output = ptctl(&engine, &["smoke", "-p", "shop", "--url", &url]).await;
    assert!(both(&output).contains("it was HTTP 500"), "{output:?}");
    assert_clean("--url", &both(&output));
}

#[tokio::test]
async fn no_output_and_no_error_tells_a_secret() {
    let (engine, _tempo) = planted().await;
    let commands: &[&[&str]] = &[
        &["doctor"],
        &["doctor", "-o", "json"],
        &["doctor", "no-such-service"],
        &["doctor", "--probe", "--canary"],
        &["probe"],
        &["probe", "-o", "json"],
        &["canary"],
        &["canary", "-o", "json"],
        &["doctor", "--save", "look.json"],
        &["status"],
        &["status", "-o", "json"],
        &["env"],
        &["env", "-o", "json"],
        &["storage", "-o", "json"],
        &["restart", "--dry-run"],
        &["version"],
        &["bundle", "--file", "bundle.tar.gz"],
        &["diff", "look.json", "bundle.tar.gz", "-o", "json"],
    ];
    for command in commands {
        let output = ptctl(&engine, command).await;
        assert!(!output.stdout.is_empty() || !output.stderr.is_empty());
        assert_clean(&command.join(" "), &both(&output));
    }
    let saved = std::fs::read_to_string(engine.folder().join("look.json")).unwrap();
    assert!(saved.contains("[redacted]"));
    assert!(saved.contains("http.request.header.x-api-key"));
    assert_clean("the saved look", &saved);
    assert_clean(
        "the bundle",
        &unpacked(&engine.folder().join("bundle.tar.gz")),
    );
}

#[tokio::test]
async fn every_format_of_the_report_keeps_secrets() {
    let (engine, _tempo) = planted().await;
    let help = both(&ptctl(&engine, &["doctor", "--help"]).await);
    let formats: Vec<&str> = [
        "table", "short", "json", "junit", "sarif", "github", "markdown",
    ]
    .into_iter()
    .filter(|format| help.contains(format))
    .collect();
    assert!(formats.contains(&"json"), "{help}");
    for format in formats {
        let output = ptctl(&engine, &["doctor", "-o", format]).await;
        assert!(!output.stdout.is_empty(), "{format}: {}", both(&output));
        assert_clean(format, &both(&output));
    }
}

#[tokio::test]
async fn the_secrets_of_its_own_command_line_stay_its_own() {
    let (engine, _tempo) = planted().await;
    let header = format!("Authorization: Bearer {}", SECRETS[4]);
    let url = format!("http://ann:{}@127.0.0.1:1", SECRETS[2]);
    for arguments in [
        &["doctor", "--tempo-url", &url][..],
        &["doctor", "--tempo-header", &header, "-o", "json"],
        &["doctor", "--tempo-header", &header, "--no-such-flag"],
    ] {
        let debug = [("RUST_LOG", "trace"), ("RUST_BACKTRACE", "1")];
        let output = ptctl_with(engine.folder(), &engine.address(), arguments, &debug).await;
        assert_clean(&arguments.join(" "), &both(&output));
    }
}

/// All that stands in an archive.
fn unpacked(path: &Path) -> String {
    let mut text = String::new();
    let file = std::fs::File::open(path).unwrap();
    GzDecoder::new(file).read_to_string(&mut text).unwrap();
    assert!(text.contains("snapshot.json"));
    text
}
