//! What every service does around its own routes, seen from outside.

use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::json;
use service_kit::testing::TestService;
use service_kit::{ApiError, Dependency, Json, Limits, Path, Service, Unavailable};

#[derive(Deserialize)]
struct Greeting {
    names: Vec<String>,
}

async fn greet(Json(greeting): Json<Greeting>) -> String {
    greeting.names.join(" and ")
}

async fn number(Path(number): Path<u32>) -> String {
    number.to_string()
}

async fn fail() -> ApiError {
    ApiError::internal(std::io::Error::other("a secret of the house"))
}

async fn crash() -> String {
    panic!("a bug")
}

fn service() -> Service {
    let routes = Router::new()
        .route("/api/greet", post(greet))
        .route("/api/numbers/{number}", get(number))
        .route("/api/fail", get(fail))
        .route("/api/crash", get(crash))
        .route("/api/hang", get(std::future::pending::<String>));
    let limits = Limits {
        body_bytes: 1024,
        request_time: Duration::from_millis(200),
    };
    Service::new("greeter", routes).limits(limits)
}

#[tokio::test]
async fn an_unknown_route_and_a_wrong_method_are_answered_in_the_uniform_shape() {
    let service = TestService::start(service()).await;
    assert_eq!(
        service.client().get("/api/nothing").await.error(),
        (404, "not_found")
    );
    for path in ["/api/greet", "/api/numbers/1"] {
        let answer = service.client().delete(path).await;
        assert_eq!(answer.error(), (405, "method_not_allowed"), "{path}");
        assert!(answer.headers.contains_key("allow"), "{path}");
    }
    assert_eq!(
        service.client().delete("/health").await.error(),
        (405, "method_not_allowed")
    );
}

#[tokio::test]
async fn malformed_json_is_refused_with_its_place() {
    let service = TestService::start(service()).await;
    let answer = service
        .client()
        .post_raw("/api/greet", "application/json", "{\"names\": [")
        .await;
    assert_eq!(answer.error(), (400, "malformed_json"));
    assert!(
        answer.message().contains("line 1 column 11"),
        "{}",
        answer.message()
    );
}

#[tokio::test]
async fn json_of_the_wrong_shape_is_refused_with_the_path_to_the_value() {
    let service = TestService::start(service()).await;
    let answer = service
        .client()
        .post("/api/greet", &json!({"names": ["Ada", 7]}))
        .await;
    assert_eq!(answer.error(), (422, "invalid_body"));
    assert!(
        answer
            .message()
            .starts_with("names[1]: invalid type: integer `7`"),
        "{}",
        answer.message()
    );
}

#[tokio::test]
async fn another_content_type_and_a_large_body_are_refused() {
    let service = TestService::start(service()).await;
    let answer = service
        .client()
        .post_raw("/api/greet", "text/plain", "{}")
        .await;
    assert_eq!(answer.error(), (415, "unsupported_media_type"));
    let large = json!({"names": ["x".repeat(2000)]});
    assert_eq!(
        service.client().post("/api/greet", &large).await.error(),
        (413, "body_too_large")
    );
}

#[tokio::test]
async fn a_path_that_cannot_be_read_is_the_callers_fault() {
    let service = TestService::start(service()).await;
    assert_eq!(
        service.client().get("/api/numbers/many").await.error(),
        (400, "invalid_path")
    );
}

#[tokio::test]
async fn the_cause_of_an_internal_error_is_not_shown() {
    let service = TestService::start(service()).await;
    let answer = service.client().get("/api/fail").await;
    assert_eq!(answer.error(), (500, "internal_error"));
    assert!(!answer.text.contains("secret"), "{}", answer.text);
}

#[tokio::test]
async fn a_panic_is_one_failed_request_and_no_more() {
    let service = TestService::start(service()).await;
    assert_eq!(
        service.client().get("/api/crash").await.error(),
        (500, "internal_error")
    );
    let answer = service
        .client()
        .post("/api/greet", &json!({"names": ["Ada", "Eve"]}))
        .await;
    assert_eq!((answer.status, answer.text.as_str()), (200, "Ada and Eve"));
}

#[tokio::test]
async fn a_request_over_its_time_is_given_up() {
    let service = TestService::start(service()).await;
    assert_eq!(
        service.client().get("/api/hang").await.error(),
        (503, "request_timeout")
    );
}

#[tokio::test]
async fn requests_are_counted_by_route_but_those_of_operations_are_not() {
    let service = TestService::start(service()).await;
    for path in [
        "/api/numbers/1",
        "/api/numbers/2",
        "/api/nothing",
        "/health",
        "/ready",
        "/metrics",
    ] {
        service.client().get(path).await;
    }
    let metrics = service.client().get("/metrics").await.text;
    let counted: Vec<&str> = metrics
        .lines()
        .filter(|line| line.starts_with("http_requests_total"))
        .collect();
    assert_eq!(
        counted,
        [
            r#"http_requests_total{method="GET",route="/api/numbers/{number}",status="200"} 2"#,
            r#"http_requests_total{method="GET",route="none",status="404"} 1"#,
        ]
    );
    assert!(metrics.contains("process_start_time_seconds "), "{metrics}");
}

#[tokio::test]
async fn a_service_is_healthy_while_a_dependency_is_missing_but_not_ready() {
    let missing = Dependency::new("oracle", || async {
        Err(Unavailable("on holiday".to_owned()))
    });
    let service = TestService::start(service().needs(missing)).await;
    assert_eq!(
        service.client().get("/health").await.json,
        json!({"status": "ok", "service": "greeter"})
    );
    let ready = service.client().get("/ready").await;
    assert_eq!(ready.status, 503);
    assert_eq!(
        ready.json,
        json!({
            "status": "not_ready",
            "dependencies": [{"name": "oracle", "status": "missing", "reason": "on holiday"}],
        })
    );
}

#[tokio::test]
async fn a_stopping_service_answers_what_it_has_begun() {
    let (begun, mut has_begun) = tokio::sync::mpsc::channel(1);
    let (release, released) = tokio::sync::watch::channel(false);
    let wait = move || {
        let (begun, mut released) = (begun.clone(), released.clone());
        async move {
            begun.send(()).await.expect("the test listens");
            released
                .wait_for(|released| *released)
                .await
                .expect("the test releases");
            "done"
        }
    };
    let service = TestService::start(Service::new(
        "waiter",
        Router::new().route("/api/wait", get(wait)),
    ))
    .await;
    let client = service.client().clone();
    let request = tokio::spawn(async move { client.get("/api/wait").await });
    has_begun.recv().await.expect("the request arrives");
    let stopped = tokio::spawn(service.stop());
    release.send(true).expect("the request waits");
    assert_eq!(request.await.expect("no panic").text, "done");
    stopped.await.expect("no panic");
}
