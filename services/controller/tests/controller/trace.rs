//! One request to the controller is one trace through three processes.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use service_kit::testing::{Process, TestClient, eventually};
use tempfile::TempDir;

use crate::backend::{Backend, CLIENT, ReceivedSpan, SERVER};
use crate::{controller, peer, site};

const CONTROLLER: &str = docutag_controller::NAME;
const SCRAPER: &str = docutag_scraper::NAME;
const TEXTANALYZER: &str = docutag_textanalyzer::NAME;

/// The three services, each in a process of its own, that end with this value.
struct Stack {
    client: TestClient,
    _processes: [Process; 3],
    _data: TempDir,
}

impl Stack {
    async fn start(backend: &Backend) -> Self {
        let endpoint = backend.endpoint();
        let telemetry = [
            ("TEMPO_ENDPOINT", endpoint.as_str()),
            ("OTEL_BSP_SCHEDULE_DELAY", "50"),
        ];
        let allow = [("SCRAPER_ALLOW_HOSTS", "127.0.0.1")];
        let mut scraper = peer::spawn(SCRAPER, &[&telemetry[..], &allow].concat());
        let mut textanalyzer = peer::spawn(TEXTANALYZER, &telemetry);
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().display().to_string();
        let scraper_url = format!("http://{}", scraper.address().await);
        let textanalyzer_url = format!("http://{}", textanalyzer.address().await);
        let own = [
            ("DATA_DIR", data.as_str()),
            ("SCRAPER_URL", scraper_url.as_str()),
            ("TEXTANALYZER_URL", textanalyzer_url.as_str()),
        ];
        let mut controller = controller(&[&telemetry[..], &own].concat());
        let client = TestClient::new(controller.address().await);
        Self {
            client,
            _processes: [controller, scraper, textanalyzer],
            _data: folder,
        }
    }

    async fn scrape(&self, url: &str) -> u16 {
        self.client
            .post("/api/scrape", &json!({ "url": url }))
            .await
            .status
    }
}

/// The spans that one request made.
struct Trace(Vec<ReceivedSpan>);

impl Trace {
    /// Waits until each service's request has arrived. A span arrives after those below it.
    async fn arrived(backend: &Backend) -> Self {
        eventually("the whole trace arrives", async || {
            let spans = backend.spans().await;
            let request = |service| {
                spans
                    .iter()
                    .any(|span| span.service == service && span.kind == SERVER)
            };
            [CONTROLLER, SCRAPER, TEXTANALYZER]
                .into_iter()
                .all(request)
                .then_some(Self(spans))
        })
        .await
    }

    fn span(&self, service: &str, name: &str, kind: i64) -> &ReceivedSpan {
        let matches = |span: &&ReceivedSpan| {
            span.service == service && span.name == name && span.kind == kind
        };
        let mut found = self.0.iter().filter(matches);
        let span = found
            .next()
            .unwrap_or_else(|| panic!("`{service}` made no span `{name}`: {:#?}", self.0));
        assert_eq!(found.next(), None, "`{service}` made two spans `{name}`");
        span
    }

    /// The server span of a peer; between it and the controller's request is the controller's client span.
    fn call(&self, service: &str, name: &str) -> &ReceivedSpan {
        let called = self.span(service, name, SERVER);
        let call = self.span(CONTROLLER, name, CLIENT);
        assert_eq!(called.parent, call.id, "{called:#?} below {call:#?}");
        assert_eq!(
            call.parent,
            self.span(CONTROLLER, "POST /api/scrape", SERVER).id,
            "{call:#?}"
        );
        called
    }

    fn assert_inside(&self, service: &str, names: &[&str], parent: &ReceivedSpan) {
        for name in names {
            assert_eq!(
                self.span(service, name, INTERNAL).parent,
                parent.id,
                "`{name}` below {parent:#?}"
            );
        }
    }
}

/// OTLP's number for a span inside a service.
const INTERNAL: i64 = 1;

fn key(url: &str) -> BTreeMap<String, Value> {
    BTreeMap::from([("key".to_owned(), json!(url))])
}

#[tokio::test(flavor = "multi_thread")]
async fn one_request_is_one_trace_through_all_services() {
    let (backend, site) = (Backend::start().await, site::ponds().await);
    let stack = Stack::start(&backend).await;
    let url = format!("{site}/");
    assert_eq!(stack.scrape(&url).await, 201);
    let trace = Trace::arrived(&backend).await;

    let request = trace.span(CONTROLLER, "POST /api/scrape", SERVER);
    assert_eq!(
        (request.parent.as_str(), &request.attributes["url"]),
        ("", &json!(url))
    );
    assert!(
        trace.0.iter().all(|span| span.trace == request.trace),
        "{:#?}",
        trace.0
    );
    assert_eq!(request.events, [("cache_miss".to_owned(), key(&url))]);
    trace.assert_inside(
        CONTROLLER,
        &["select document by url", "insert document"],
        request,
    );

    let scraping = trace.call(SCRAPER, "POST /api/scrape");
    let events: Vec<&str> = scraping
        .events
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(events, ["scraping_started", "scraping_complete"]);
    assert_eq!(scraping.events[0].1["url"], json!(url));
    assert_eq!(
        scraping.attributes["http.response.body.size"],
        json!(site::PONDS.len().to_string())
    );
    assert_eq!(scraping.attributes["link.count"], json!("0"));
    trace.assert_inside(SCRAPER, &["parse page"], scraping);
    assert_eq!(trace.span(SCRAPER, "GET", CLIENT).parent, scraping.id);

    let analyzing = trace.call(TEXTANALYZER, "POST /api/analyze");
    let (event, attributes) = &analyzing.events[0];
    assert_eq!(
        (event.as_str(), &attributes["token_count"]),
        ("ai_analysis_complete", &json!("36"))
    );
    trace.assert_inside(TEXTANALYZER, &["analyze text"], analyzing);
    let steps = [
        "detect language",
        "segment text",
        "score reading ease",
        "score sentiment",
        "extract keywords",
    ];
    trace.assert_inside(
        TEXTANALYZER,
        &steps,
        trace.span(TEXTANALYZER, "analyze text", INTERNAL),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_from_the_store_tells_so_in_its_trace() {
    let (backend, site) = (Backend::start().await, site::ponds().await);
    let stack = Stack::start(&backend).await;
    let url = format!("{site}/");
    assert_eq!(
        (stack.scrape(&url).await, stack.scrape(&url).await),
        (201, 200)
    );
    let hit = ("cache_hit".to_owned(), key(&url));
    let spans = eventually("the cache hit arrives", async || {
        let spans = backend.spans().await;
        let trace = spans
            .iter()
            .find(|span| span.events == [hit.clone()])?
            .trace
            .clone();
        Some(
            spans
                .into_iter()
                .filter(|span| span.trace == trace)
                .collect::<Vec<_>>(),
        )
    })
    .await;
    let mut names: Vec<&str> = spans.iter().map(|span| span.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["POST /api/scrape", "select document by url"]);
}
