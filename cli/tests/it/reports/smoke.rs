//! A smoke check whose Tempo answers nothing has not looked.

use std::process::Output;

/// A smoke check of a service that answers, with this Tempo.
async fn smoke(tempo: &str) -> Output {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let service = axum::Router::new().fallback(|| async { "served" });
    let server = tokio::spawn(async move { axum::serve(listener, service).await });
    let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_ptctl"))
        .env_clear()
        .args([
            "smoke",
            "--url",
            &url,
            "--tempo-url",
            tempo,
            "--within",
            "2s",
        ])
        .output()
        .await
        .unwrap();
    server.abort();
    output
}

#[tokio::test]
async fn a_tempo_that_answers_no_question_is_not_one_that_lacks_the_trace() {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", closed.local_addr().unwrap());
    drop(closed);
    let output = smoke(&address).await;
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(super::stdout(&output).contains("Tempo could not be asked"));
}

#[tokio::test]
async fn a_tempo_that_does_not_have_the_trace_in_time_ends_with_four() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let tempo = axum::Router::new().fallback(|| async { axum::http::StatusCode::NOT_FOUND });
    let server = tokio::spawn(async move { axum::serve(listener, tempo).await });
    let output = smoke(&address).await;
    server.abort();
    assert_eq!(output.status.code(), Some(4), "{output:?}");
}
