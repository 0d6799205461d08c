//! Making, listing and removing documents, with a real scraper and a real text analyser.

use docutag_controller::app;
use serde_json::{Value, json};
use service_kit::Settings;
use service_kit::testing::{TestClient, TestService};
use tempfile::TempDir;

use crate::site;

struct Stack {
    controller: TestService,
    scraper: TestService,
    textanalyzer: TestService,
    data: TempDir,
}

impl Stack {
    async fn start() -> Self {
        let settings = Settings::default().with("SCRAPER_ALLOW_HOSTS", "127.0.0.1");
        let scraper = docutag_scraper::app::build(settings)
            .await
            .expect("a scraper");
        let textanalyzer = docutag_textanalyzer::app::build(Settings::default())
            .await
            .expect("a text analyser");
        let (scraper, textanalyzer) = (
            TestService::start(scraper).await,
            TestService::start(textanalyzer).await,
        );
        let data = tempfile::tempdir().expect("a folder");
        let controller = controller(&data, &scraper, &textanalyzer).await;
        Self {
            controller,
            scraper,
            textanalyzer,
            data,
        }
    }

    fn client(&self) -> &TestClient {
        self.controller.client()
    }

    async fn scrape(&self, url: &str) -> Value {
        let answer = self
            .client()
            .post("/api/scrape", &json!({ "url": url }))
            .await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json
    }
}

async fn controller(
    data: &TempDir,
    scraper: &TestService,
    textanalyzer: &TestService,
) -> TestService {
    let settings = Settings::default()
        .with("DATA_DIR", &data.path().display().to_string())
        .with("SCRAPER_URL", scraper.url())
        .with("TEXTANALYZER_URL", textanalyzer.url());
    TestService::start(app::build(settings).await.expect("a controller")).await
}

fn urls(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().expect("items");
    items
        .iter()
        .filter_map(|item| item["url"].as_str())
        .collect()
}

#[tokio::test]
async fn a_url_becomes_a_document_with_tags() {
    let (stack, site) = (Stack::start().await, site::ponds().await);
    let document = stack.scrape(&site).await;
    assert_eq!(document["title"], "Garden ponds");
    assert_eq!(document["analysis"]["language"]["code"], "eng");
    assert!(
        document["tags"]
            .as_array()
            .is_some_and(|tags| tags.contains(&json!("pond"))),
        "{}",
        document["tags"]
    );
    assert!(
        document["text"]
            .as_str()
            .is_some_and(|text| text.starts_with("A garden pond")),
        "{document}"
    );
    let found = stack
        .client()
        .get(&format!(
            "/api/documents/{}",
            document["id"].as_str().expect("an id")
        ))
        .await;
    assert_eq!((found.status, found.json), (200, document));
}

#[tokio::test]
async fn a_stored_url_is_answered_from_the_store_unless_forced() {
    let (stack, site) = (Stack::start().await, site::ponds().await);
    let first = stack.scrape(&site).await;
    let stored = stack
        .client()
        .post("/api/scrape", &json!({"url": format!("{site}/#part")}))
        .await;
    assert_eq!((stored.status, &stored.json), (200, &first));
    let forced = stack
        .client()
        .post("/api/scrape", &json!({"url": site, "force": true}))
        .await;
    assert_eq!((forced.status, &forced.json["id"]), (201, &first["id"]));
    assert_eq!(forced.json["created_at"], first["created_at"]);
    assert_ne!(forced.json["updated_at"], first["updated_at"]);
}

#[tokio::test]
async fn documents_are_listed_in_pages_newest_first() {
    let (stack, site) = (Stack::start().await, site::ponds().await);
    for name in ["a", "b", "c"] {
        stack.scrape(&format!("{site}/{name}")).await;
    }
    let first = stack.client().get("/api/documents?limit=2").await.json;
    assert_eq!(urls(&first), [format!("{site}/c"), format!("{site}/b")]);
    assert!(
        first["items"][0]["text"].is_null(),
        "lists leave the text out"
    );
    let cursor = first["next_cursor"].as_str().expect("a next page");
    let second = stack
        .client()
        .get(&format!("/api/documents?limit=2&cursor={cursor}"))
        .await
        .json;
    assert_eq!(
        (urls(&second), &second["next_cursor"]),
        (vec![format!("{site}/a").as_str()], &Value::Null)
    );
}

#[tokio::test]
async fn documents_are_found_by_tag() {
    let (stack, site) = (Stack::start().await, site::ponds().await);
    stack.scrape(&site).await;
    assert_eq!(
        urls(&stack.client().get("/api/documents?tag=pond").await.json).len(),
        1
    );
    assert_eq!(
        urls(&stack.client().get("/api/documents?tag=desert").await.json).len(),
        0
    );
}

#[tokio::test]
async fn a_deleted_document_is_gone() {
    let (stack, site) = (Stack::start().await, site::ponds().await);
    let path = format!(
        "/api/documents/{}",
        stack.scrape(&site).await["id"].as_str().expect("an id")
    );
    assert_eq!(stack.client().delete(&path).await.status, 204);
    assert_eq!(stack.client().get(&path).await.error(), (404, "not_found"));
    assert_eq!(
        stack.client().delete(&path).await.error(),
        (404, "not_found")
    );
    assert_eq!(
        urls(&stack.client().get("/api/documents?tag=pond").await.json).len(),
        0
    );
}

#[tokio::test]
async fn documents_survive_a_restart() {
    let (stack, site) = (Stack::start().await, site::ponds().await);
    let document = stack.scrape(&site).await;
    stack.controller.stop().await;
    let restarted = controller(&stack.data, &stack.scraper, &stack.textanalyzer).await;
    let stored = restarted
        .client()
        .post("/api/scrape", &json!({"url": site}))
        .await;
    assert_eq!((stored.status, stored.json), (200, document));
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused_with_the_reason() {
    let stack = Stack::start().await;
    for (path, error) in [
        ("/api/documents?limit=0", (400, "invalid_query")),
        ("/api/documents?limit=many", (400, "invalid_query")),
        ("/api/documents?cursor=x", (400, "invalid_query")),
        ("/api/documents/x", (400, "invalid_path")),
    ] {
        assert_eq!(stack.client().get(path).await.error(), error, "{path}");
    }
    for (url, reason) in [
        (
            "example.com",
            "`url` must be an absolute http or https URL of at most 4096 bytes",
        ),
        (
            "http://user:password@example.com/",
            "`url` must not have a user name or password",
        ),
    ] {
        let answer = stack
            .client()
            .post("/api/scrape", &json!({"url": url}))
            .await;
        assert_eq!(
            (answer.error(), answer.message()),
            ((422, "invalid_url"), reason)
        );
    }
    let answer = stack
        .client()
        .post(
            "/api/scrape",
            &json!({"url": "http://example.com", "forced": 1}),
        )
        .await;
    assert_eq!(answer.error(), (422, "invalid_body"));
}

#[tokio::test]
async fn the_controller_is_ready_when_its_store_and_its_peers_are() {
    let stack = Stack::start().await;
    let ready = stack.client().get("/ready").await;
    assert_eq!(
        (ready.status, &ready.json["status"]),
        (200, &json!("ready")),
        "{}",
        ready.text
    );
    let Stack {
        controller,
        scraper,
        ..
    } = stack;
    scraper.stop().await;
    let ready = controller.client().get("/ready").await;
    assert_eq!(
        (ready.status, &ready.json["status"]),
        (503, &json!("not_ready"))
    );
    let missing: Vec<&Value> = ready.json["dependencies"]
        .as_array()
        .expect("dependencies")
        .iter()
        .filter(|dependency| dependency["status"] == "missing")
        .map(|dependency| &dependency["name"])
        .collect();
    assert_eq!(missing, [&json!("scraper")]);
}
