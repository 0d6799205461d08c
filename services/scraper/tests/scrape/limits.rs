//! What a page may take.

use std::io::Write;
use std::time::Duration;

use axum::Router;
use axum::http::header::LOCATION;
use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use axum::routing::get;
use docutag_scraper::domain::fetch::FetchLimits;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::{ask, scrape, scraper, site};

const SMALL: FetchLimits = FetchLimits {
    bytes: 10_000,
    redirects: 2,
    time: Duration::from_millis(300),
};

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).expect("memory");
    encoder.finish().expect("memory")
}

#[tokio::test]
async fn a_large_page_is_refused() {
    let url = site::page("text/html", vec![b'x'; SMALL.bytes + 1]).await;
    assert_eq!(
        ask(&scraper("127.0.0.1", SMALL).await, &url).await.error(),
        (422, "page_too_large")
    );
}

#[tokio::test]
async fn a_page_that_is_large_only_once_decompressed_is_refused() {
    let bomb = gzip(&vec![b'x'; 50 * 1024 * 1024]);
    assert!(bomb.len() < 100_000, "{} bytes", bomb.len());
    let url = site::answering(move || {
        (
            [("content-type", "text/html"), ("content-encoding", "gzip")],
            bomb.clone(),
        )
            .into_response()
    })
    .await;
    assert_eq!(scrape(&url).await.error(), (422, "page_too_large"));
}

#[tokio::test]
async fn a_compressed_page_within_the_limits_is_read() {
    let page = gzip(b"<title>Small</title>");
    let url = site::answering(move || {
        (
            [("content-type", "text/html"), ("content-encoding", "gzip")],
            page.clone(),
        )
            .into_response()
    })
    .await;
    assert_eq!(scrape(&url).await.json["title"], "Small");
}

#[tokio::test]
async fn an_encoding_that_was_not_asked_for_is_refused() {
    let url = site::answering(|| ([("content-encoding", "br")], "x").into_response()).await;
    assert_eq!(scrape(&url).await.error(), (502, "fetch_failed"));
}

#[tokio::test]
async fn redirects_that_do_not_end_are_given_up() {
    let forward =
        |uri: Uri| async move { (StatusCode::FOUND, [(LOCATION, format!("{}x", uri.path()))]) };
    let address = site::serve(Router::new().fallback(forward)).await;
    let answer = ask(
        &scraper("127.0.0.1", SMALL).await,
        &format!("http://{address}/"),
    )
    .await;
    assert_eq!(
        (answer.error(), answer.message()),
        ((502, "bad_redirect"), "more than 2 redirects")
    );
}

#[tokio::test]
async fn a_site_that_never_answers_is_given_up() {
    let silent = Router::new().route("/", get(std::future::pending::<()>));
    let address = site::serve(silent).await;
    let answer = ask(
        &scraper("127.0.0.1", SMALL).await,
        &format!("http://{address}/"),
    )
    .await;
    assert_eq!(answer.error(), (504, "page_too_slow"));
}

#[tokio::test]
async fn a_page_built_to_keep_the_parser_busy_is_given_up() {
    let url = site::page("text/html", "<div><p>".repeat(600_000)).await;
    assert_eq!(scrape(&url).await.error(), (422, "page_too_complex"));
}
