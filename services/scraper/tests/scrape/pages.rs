//! What the scraper says about pages.

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::json;
use tokio::sync::mpsc;

use crate::{scrape, site};

const ARTICLE: &str = r#"<!doctype html><html lang="en-GB"><head><title>Ponds</title>
<meta name="description" content="On ponds."><meta property="og:type" content="article"></head>
<body><nav><a href="/home">Home</a></nav><article><h1>Ponds</h1>
<p>A pond is a small body of still water, and a garden is the better for having one. Newts like it, and so do you.</p>
<img src="pond.jpg" alt="A pond"></article></body></html>"#;

#[tokio::test]
async fn a_page_is_told_with_all_that_it_says() {
    let url = site::page("text/html; charset=utf-8", ARTICLE).await;
    let answer = scrape(&url).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let page = &answer.json;
    assert_eq!(
        json!([
            page["url"],
            page["final_url"],
            page["status"],
            page["title"],
            page["description"],
            page["language"]
        ]),
        json!([url, url, 200, "Ponds", "On ponds.", "en-GB"])
    );
    assert!(
        page["text"]
            .as_str()
            .is_some_and(|text| text.starts_with("Ponds\nA pond is")),
        "{}",
        page["text"]
    );
    assert_eq!(
        page["links"],
        json!([{"url": format!("{url}home"), "text": "Home"}])
    );
    assert_eq!(
        page["images"],
        json!([{"url": format!("{url}pond.jpg"), "alt": "A pond"}])
    );
    assert_eq!(
        page["metadata"],
        json!({"description": "On ponds.", "og:type": "article"})
    );
    assert_eq!(
        json!([
            page["link_count"],
            page["image_count"],
            page["body_bytes"],
            page["truncated"]
        ]),
        json!([1, 1, ARTICLE.len(), []])
    );
}

#[tokio::test]
async fn a_page_of_another_charset_is_read_as_it_was_written() {
    let url = site::page(
        "text/html; charset=iso-8859-1",
        b"<title>Caf\xe9</title>".as_slice(),
    )
    .await;
    let page = scrape(&url).await.json;
    assert_eq!(
        (&page["title"], &page["charset"]),
        (&json!("Café"), &json!("windows-1252"))
    );
}

#[tokio::test]
async fn an_error_page_is_told_with_its_status() {
    let url = site::answering(|| {
        (StatusCode::NOT_FOUND, axum::response::Html("<p>gone")).into_response()
    })
    .await;
    let answer = scrape(&url).await;
    assert_eq!(
        (answer.status, &answer.json["status"]),
        (200, &json!(404)),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn redirects_are_followed_to_the_final_url() {
    let end = site::page("text/html", ARTICLE).await;
    let start = site::redirect(format!("{end}#part")).await;
    let page = scrape(&start).await.json;
    assert_eq!(
        json!([page["url"], page["final_url"], page["redirects"]]),
        json!([start, end, 1])
    );
}

#[tokio::test]
async fn what_cannot_be_read_as_text_is_refused() {
    let url = site::page("image/png", b"\x89PNG".as_slice()).await;
    assert_eq!(
        scrape(&url).await.error(),
        (422, "unsupported_content_type")
    );
}

#[tokio::test]
async fn a_site_that_is_not_there_is_told_from_one_that_is_unknown() {
    let vacant = std::net::TcpListener::bind("127.0.0.1:0")
        .expect("a free port")
        .local_addr()
        .expect("an address");
    assert_eq!(
        scrape(&format!("http://{vacant}/")).await.error(),
        (502, "fetch_failed")
    );
    // No resolver is asked for a label of 64 letters: there can be none.
    let unknown = format!("http://{}.example/", "x".repeat(64));
    assert_eq!(scrape(&unknown).await.error(), (422, "unknown_host"));
}

#[tokio::test]
async fn urls_that_are_not_pages_are_refused_with_the_reason() {
    for (url, reason) in [
        (
            "ftp://site.example/",
            "the scheme `ftp` is not fetched, only http and https are",
        ),
        (
            "/page",
            "`/page` is no absolute URL: relative URL without a base",
        ),
        (
            "http://me:secret@site.example/",
            "a URL with credentials is not fetched",
        ),
    ] {
        let answer = scrape(url).await;
        assert_eq!(
            (answer.error(), answer.message()),
            ((422, "invalid_url"), reason)
        );
    }
}

#[tokio::test]
async fn strangers_are_not_told_our_trace() {
    let (seen, mut headers) = mpsc::channel(1);
    let note = move |headers: HeaderMap| {
        let seen = seen.clone();
        async move {
            seen.send(headers).await.expect("the test listens");
            axum::response::Html("<p>hello")
        }
    };
    let address = site::serve(Router::new().route("/", get(note))).await;
    assert_eq!(scrape(&format!("http://{address}/")).await.status, 200);
    let headers: HeaderMap = headers.recv().await.expect("the site was asked");
    for header in [
        "traceparent",
        "tracestate",
        "baggage",
        "x-request-id",
        "referer",
        "cookie",
    ] {
        assert!(!headers.contains_key(header), "{header}");
    }
    assert_eq!(
        headers["user-agent"],
        concat!("docutag-scraper/", env!("CARGO_PKG_VERSION"))
    );
}
