//! What the controller answers when a peer does not do its part.

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use docutag_controller::app;
use serde_json::{Value, json};
use service_kit::Settings;
use service_kit::testing::{TestAnswer, TestService};

use crate::site;

/// What the controller answers when the scraper answers this, and the text analyser is not there.
async fn answer_when_the_scraper_says(status: StatusCode, body: Value) -> TestAnswer {
    let scraper = Router::new().route(
        "/api/scrape",
        post(async move || (status, axum::Json(body.clone()))),
    );
    let scraper = format!("http://{}", site::serve(scraper).await);
    answer_with_scraper(&scraper).await
}

async fn answer_with_scraper(scraper: &str) -> TestAnswer {
    let data = tempfile::tempdir().expect("a folder");
    let settings = Settings::default()
        .with("DATA_DIR", &data.path().display().to_string())
        .with("SCRAPER_URL", scraper)
        .with("TEXTANALYZER_URL", &vacant());
    let controller = TestService::start(app::build(settings).await.expect("a controller")).await;
    controller
        .client()
        .post("/api/scrape", &json!({"url": "http://site.example/"}))
        .await
}

/// The URL of a port that nothing listens on.
fn vacant() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    format!("http://{}", listener.local_addr().expect("an address"))
}

fn page(status: u16, text: &str) -> Value {
    json!({
        "final_url": "http://site.example/", "status": status, "title": null, "description": null,
        "text": text, "link_count": 0, "image_count": 0,
    })
}

#[tokio::test]
async fn what_the_scraper_says_about_the_url_is_passed_on() {
    let refusal = json!({"error": {"code": "address_forbidden", "message": "`site.example` is a private address"}});
    for status in [
        StatusCode::FORBIDDEN,
        StatusCode::UNPROCESSABLE_ENTITY,
        StatusCode::BAD_GATEWAY,
    ] {
        let answer = answer_when_the_scraper_says(status, refusal.clone()).await;
        assert_eq!((answer.status, &answer.json), (status.as_u16(), &refusal));
    }
}

#[tokio::test]
async fn a_fault_of_the_scraper_is_a_bad_gateway_in_its_name() {
    let fault = json!({"error": {"code": "internal_error", "message": "a bug"}});
    let answer = answer_when_the_scraper_says(StatusCode::INTERNAL_SERVER_ERROR, fault).await;
    assert_eq!(answer.error(), (502, "scraper_failed"));
    let answer = answer_when_the_scraper_says(StatusCode::OK, json!({"unexpected": true})).await;
    assert_eq!(answer.error(), (502, "scraper_failed"));
}

#[tokio::test]
async fn a_peer_that_is_not_there_is_named() {
    assert_eq!(
        answer_with_scraper(&vacant()).await.error(),
        (503, "scraper_unavailable")
    );
    let answer = answer_when_the_scraper_says(StatusCode::OK, page(200, "Some text.")).await;
    assert_eq!(answer.error(), (503, "textanalyzer_unavailable"));
}

#[tokio::test]
async fn a_page_that_is_an_error_or_has_no_text_is_not_stored() {
    let answer = answer_when_the_scraper_says(StatusCode::OK, page(404, "Not here.")).await;
    assert_eq!(
        (answer.error(), answer.message()),
        ((422, "page_not_ok"), "the page answered with status 404")
    );
    let answer = answer_when_the_scraper_says(StatusCode::OK, page(200, " ")).await;
    assert_eq!(answer.error(), (422, "page_without_text"));
}
