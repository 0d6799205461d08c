//! The text analyser, asked over HTTP.

use docutag_textanalyzer::app;
use serde_json::json;
use service_kit::Settings;
use service_kit::testing::TestService;

async fn textanalyzer() -> TestService {
    TestService::start(
        app::build(Settings::default())
            .await
            .expect("the service can be built"),
    )
    .await
}

#[tokio::test]
async fn an_english_text_is_analysed_in_full() {
    let service = textanalyzer().await;
    let text = "Distributed tracing follows a request through every service. \
                It is a wonderful tool! With distributed tracing, slow services are easy to find.";
    let answer = service
        .client()
        .post(
            "/api/analyze",
            &json!({"text": text, "title": "Distributed tracing"}),
        )
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let analysis = &answer.json;
    assert_eq!(analysis["language"]["code"], "eng");
    assert_eq!(
        (&analysis["words"], &analysis["sentences"]),
        (&json!(22), &json!(3))
    );
    assert_eq!(analysis["reading_ease"]["formula"], "flesch");
    assert_eq!(analysis["sentiment"]["label"], "positive");
    assert_eq!(analysis["keywords"][0]["text"], "distributed tracing");
    assert_eq!(analysis["tags"][0], "distributed-tracing");
}

#[tokio::test]
async fn what_is_not_known_about_a_language_is_null() {
    let service = textanalyzer().await;
    let text = "Szybki brązowy lis przeskakuje nad leniwym psem, a rolnik patrzy spokojnie od starej bramy.";
    let analysis = service
        .client()
        .post("/api/analyze", &json!({"text": text}))
        .await
        .json;
    assert_eq!(analysis["language"]["code"], "pol");
    assert!(
        analysis["reading_ease"].is_null() && analysis["sentiment"].is_null(),
        "{analysis}"
    );
}

#[tokio::test]
async fn an_empty_text_is_refused() {
    let service = textanalyzer().await;
    for body in [json!({"text": ""}), json!({"text": " \n"})] {
        assert_eq!(
            service.client().post("/api/analyze", &body).await.error(),
            (422, "empty_text")
        );
    }
    let answer = service
        .client()
        .post("/api/analyze", &json!({"title": "only"}))
        .await;
    assert_eq!(answer.error(), (422, "invalid_body"));
    assert!(
        answer.message().contains("missing field `text`"),
        "{}",
        answer.message()
    );
}

#[tokio::test]
async fn a_long_text_is_analysed_within_the_limits() {
    let service = textanalyzer().await;
    let text = "The quick brown fox jumps over the lazy dog. ".repeat(200_000 / 45);
    let answer = service
        .client()
        .post("/api/analyze", &json!({"text": text}))
        .await;
    assert_eq!(
        (answer.status, &answer.json["sentences"]),
        (200, &json!(200_000 / 45)),
        "{}",
        answer.text
    );
}
