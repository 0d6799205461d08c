//! Web sites for the scraper to fetch from.

use std::net::SocketAddr;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;

/// Serves `router` on a free port of the loopback interface.
pub(crate) async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        axum::serve(listener, router)
            .await
            .expect("the site serves");
    });
    address
}

/// A site whose `/` answers `body` with this content type; the URL of it.
pub(crate) async fn page(content_type: &'static str, body: impl Into<Vec<u8>>) -> String {
    let body = body.into();
    answering(move || ([("content-type", content_type)], body.clone()).into_response()).await
}

/// A site whose `/` answers what `answer` makes; the URL of it.
pub(crate) async fn answering(
    answer: impl Fn() -> Response + Clone + Send + Sync + 'static,
) -> String {
    let site = Router::new().route("/", get(move || async move { answer() }));
    format!("http://{}/", serve(site).await)
}

/// A site whose `/` redirects to `location`; the URL of it.
pub(crate) async fn redirect(location: String) -> String {
    answering(move || {
        (
            axum::http::StatusCode::FOUND,
            [("location", location.clone())],
        )
            .into_response()
    })
    .await
}
