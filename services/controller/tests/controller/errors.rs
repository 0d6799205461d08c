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
    answer_with_peers(scraper, &vacant()).await
}

async fn answer_with_peers(scraper: &str, textanalyzer: &str) -> TestAnswer {
    let data = tempfile::tempdir().expect("a folder");
    let settings = Settings::default()
        .with("DATA_DIR", &data.path().display().to_string())
        .with("SCRAPER_URL", scraper)
        .with("TEXTANALYZER_URL", textanalyzer);
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
    for (status, code) in [
        (StatusCode::FORBIDDEN, "address_forbidden"),
        (StatusCode::UNPROCESSABLE_ENTITY, "invalid_url"),
        (StatusCode::UNPROCESSABLE_ENTITY, "unknown_host"),
        (StatusCode::UNPROCESSABLE_ENTITY, "unsupported_content_type"),
        (StatusCode::UNPROCESSABLE_ENTITY, "page_too_large"),
        (StatusCode::UNPROCESSABLE_ENTITY, "page_too_complex"),
        (StatusCode::BAD_GATEWAY, "fetch_failed"),
        (StatusCode::GATEWAY_TIMEOUT, "page_too_slow"),
    ] {
        let refusal = json!({"error": {"code": code, "message": "the reason"}});
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
async fn what_the_scraper_says_about_the_controllers_own_request_is_not_blamed_on_the_caller() {
    for (status, code) in [
        (StatusCode::NOT_FOUND, "not_found"),
        (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large"),
        (StatusCode::UNPROCESSABLE_ENTITY, "invalid_body"),
        (StatusCode::FORBIDDEN, "forbidden"),
    ] {
        let refusal = json!({"error": {"code": code, "message": "no"}});
        let answer = answer_when_the_scraper_says(status, refusal).await;
        assert_eq!(
            (answer.error(), answer.message()),
            (
                (502, "scraper_failed"),
                &*format!("scraper answered {status}: no")
            )
        );
    }
}

#[tokio::test]
async fn a_text_that_the_analyser_does_not_take_is_not_blamed_on_the_caller() {
    let refusal = json!({"error": {"code": "body_too_large", "message": "too much"}});
    let textanalyzer = Router::new().route(
        "/api/analyze",
        post(async move || (StatusCode::PAYLOAD_TOO_LARGE, axum::Json(refusal.clone()))),
    );
    let scraper = Router::new().route(
        "/api/scrape",
        post(async || axum::Json(page(200, "Some text."))),
    );
    let answer = answer_with_peers(
        &format!("http://{}", site::serve(scraper).await),
        &format!("http://{}", site::serve(textanalyzer).await),
    )
    .await;
    assert_eq!(answer.error(), (502, "textanalyzer_failed"));
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
