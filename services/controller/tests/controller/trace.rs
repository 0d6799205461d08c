//! One request to the controller is one trace through three processes.

use std::collections::BTreeMap;

use minitempo::{Config, Running, Server};
use serde_json::{Value, json};
use service_kit::testing::{TestClient, eventually};
use tempfile::TempDir;

use crate::{controller, peer, site};

/// A span as it arrived at the backend.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ReceivedSpan {
    pub(crate) service: String,
    pub(crate) name: String,
    pub(crate) trace: String,
    pub(crate) id: String,
    pub(crate) parent: String,
    pub(crate) kind: i64,
    pub(crate) status: i64,
    pub(crate) attributes: BTreeMap<String, Value>,
    pub(crate) events: Vec<(String, BTreeMap<String, Value>)>,
}

/// OTLP's number for a server span.
pub(crate) const SERVER: i64 = 2;

/// OTLP's number for a client span.
const CLIENT: i64 = 3;

pub(crate) struct Backend {
    tempo: Running,
    _data: TempDir,
}

impl Backend {
    pub(crate) async fn start() -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let tempo = Server::start(Config::ephemeral(data.path()))
            .await
            .expect("a backend");
        Self { tempo, _data: data }
    }

    pub(crate) fn endpoint(&self) -> String {
        self.tempo
            .otlp_grpc_addr()
            .expect("a gRPC receiver")
            .to_string()
    }

    pub(crate) async fn spans(&self) -> Vec<ReceivedSpan> {
        let traces = self.tempo.received().await.expect("the traces can be read");
        traces
            .iter()
            .flat_map(|trace| spans(&json!(trace)))
            .collect()
    }
}

fn spans(trace: &Value) -> Vec<ReceivedSpan> {
    let mut spans = Vec::new();
    for resource in list(&trace["resourceSpans"]) {
        let service = attributes(&resource["resource"]["attributes"])["service.name"].clone();
        for span in list(&resource["scopeSpans"])
            .iter()
            .flat_map(|scope| list(&scope["spans"]))
        {
            spans.push(ReceivedSpan {
                service: text(&service),
                name: text(&span["name"]),
                trace: text(&span["traceId"]),
                id: text(&span["spanId"]),
                parent: text(&span["parentSpanId"]),
                kind: span["kind"].as_i64().unwrap_or(0),
                status: span["status"]["code"].as_i64().unwrap_or(0),
                attributes: attributes(&span["attributes"]),
                events: list(&span["events"])
                    .iter()
                    .map(|event| (text(&event["name"]), attributes(&event["attributes"])))
                    .collect(),
            });
        }
    }
    spans
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("").to_owned()
}

/// OTLP's attributes by name, each value without its type; 64-bit numbers are texts in OTLP's JSON.
fn attributes(value: &Value) -> BTreeMap<String, Value> {
    let bare = |value: &Value| {
        value
            .as_object()
            .and_then(|typed| typed.values().next())
            .cloned()
            .unwrap_or(Value::Null)
    };
    list(value)
        .iter()
        .map(|entry| (text(&entry["key"]), bare(&entry["value"])))
        .collect()
}

struct Trace(Vec<ReceivedSpan>);

impl Trace {
    fn span(&self, service: &str, name: &str) -> &ReceivedSpan {
        let mut found = self
            .0
            .iter()
            .filter(|span| span.service == service && span.name == name);
        let span = found
            .next()
            .unwrap_or_else(|| panic!("`{service}` made no span `{name}`: {:#?}", self.0));
        assert_eq!(found.next(), None, "`{service}` made two spans `{name}`");
        span
    }

    fn assert_child(&self, child: &ReceivedSpan, parent: &ReceivedSpan) {
        assert_eq!(
            (&child.parent, &child.trace),
            (&parent.id, &parent.trace),
            "{child:#?} below {parent:#?}"
        );
    }
}

const CONTROLLER: &str = docutag_controller::NAME;
const SCRAPER: &str = docutag_scraper::NAME;
const TEXTANALYZER: &str = docutag_textanalyzer::NAME;

/// The controller, the server span of another service below it, and the client span between them.
fn assert_called<'a>(trace: &'a Trace, service: &str, name: &str) -> &'a ReceivedSpan {
    let request = trace
        .0
        .iter()
        .find(|span| span.service == CONTROLLER && span.kind == SERVER)
        .expect("a request");
    let called = trace.span(service, name);
    let call = trace
        .0
        .iter()
        .find(|span| span.id == called.parent)
        .expect("the span that called");
    assert_eq!(
        (call.service.as_str(), call.kind, called.kind),
        (CONTROLLER, CLIENT, SERVER)
    );
    trace.assert_child(call, request);
    called
}

#[tokio::test(flavor = "multi_thread")]
async fn one_request_is_one_trace_through_all_services() {
    let (backend, site) = (Backend::start().await, site::ponds().await);
    let endpoint = backend.endpoint();
    let telemetry = [
        ("TEMPO_ENDPOINT", endpoint.as_str()),
        ("OTEL_BSP_SCHEDULE_DELAY", "50"),
    ];
    let mut scraper = peer::spawn(
        SCRAPER,
        &[&telemetry[..], &[("SCRAPER_ALLOW_HOSTS", "127.0.0.1")]].concat(),
    );
    let mut textanalyzer = peer::spawn(TEXTANALYZER, &telemetry);
    let data = tempfile::tempdir().expect("a folder");
    let (data, scraper_url, textanalyzer_url) = (
        data.path().display().to_string(),
        format!("http://{}", scraper.address().await),
        format!("http://{}", textanalyzer.address().await),
    );
    let own = [
        ("DATA_DIR", &*data),
        ("SCRAPER_URL", &scraper_url),
        ("TEXTANALYZER_URL", &textanalyzer_url),
    ];
    let mut process = controller(&[&telemetry[..], &own].concat());
    let client = TestClient::new(process.address().await);

    let answer = client.post("/api/scrape", &json!({"url": site})).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let trace = eventually("the whole trace arrives", async || {
        let spans = backend.spans().await;
        let complete = [
            (CONTROLLER, "insert document"),
            (SCRAPER, "POST /api/scrape"),
            (TEXTANALYZER, "POST /api/analyze"),
        ]
        .iter()
        .all(|(service, name)| {
            spans
                .iter()
                .any(|span| span.service == *service && span.name == *name)
        });
        let request = spans
            .iter()
            .any(|span| span.service == CONTROLLER && span.kind == SERVER);
        (complete && request).then_some(Trace(spans))
    })
    .await;

    let request = trace
        .0
        .iter()
        .find(|span| span.service == CONTROLLER && span.kind == SERVER)
        .expect("a request");
    assert_eq!(
        (request.name.as_str(), request.parent.as_str()),
        ("POST /api/scrape", "")
    );
    assert!(
        trace.0.iter().all(|span| span.trace == request.trace),
        "more than one trace: {:#?}",
        trace.0
    );
    let key = json!(format!("{site}/"));
    assert_eq!(
        request.events,
        [(
            "cache_miss".to_owned(),
            BTreeMap::from([("key".to_owned(), key.clone())])
        )]
    );
    assert_eq!(request.attributes["url"], key);
    trace.assert_child(trace.span(CONTROLLER, "select document by url"), request);
    trace.assert_child(trace.span(CONTROLLER, "insert document"), request);

    let scraping = assert_called(&trace, SCRAPER, "POST /api/scrape");
    let events: Vec<&str> = scraping
        .events
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(events, ["scraping_started", "scraping_complete"]);
    assert_eq!(scraping.events[0].1["url"], key);
    assert_eq!(
        scraping.attributes["http.response.body.size"],
        json!(site::PONDS.len().to_string())
    );
    assert_eq!(scraping.attributes["link.count"], json!("0"));
    trace.assert_child(trace.span(SCRAPER, "parse page"), scraping);
    trace.assert_child(trace.span(SCRAPER, "GET"), scraping);

    let analyzing = assert_called(&trace, TEXTANALYZER, "POST /api/analyze");
    let (event, attributes) = &analyzing.events[0];
    assert_eq!(
        (event.as_str(), &attributes["token_count"]),
        ("ai_analysis_complete", &json!("36"))
    );
    let analysis = trace.span(TEXTANALYZER, "analyze text");
    trace.assert_child(analysis, analyzing);
    for step in [
        "detect language",
        "segment text",
        "score reading ease",
        "score sentiment",
        "extract keywords",
    ] {
        trace.assert_child(trace.span(TEXTANALYZER, step), analysis);
    }

    assert_eq!(
        client
            .post("/api/scrape", &json!({"url": site}))
            .await
            .status,
        200
    );
    eventually(
        "the second request's trace tells of the cache hit",
        async || {
            let spans = backend.spans().await;
            let events = spans
                .iter()
                .filter(|span| span.trace != request.trace)
                .flat_map(|span| &span.events);
            let hits: Vec<&Value> = events
                .filter(|(name, _)| name == "cache_hit")
                .map(|(_, hit)| &hit["key"])
                .collect();
            (hits == [&key]).then_some(())
        },
    )
    .await;
}
