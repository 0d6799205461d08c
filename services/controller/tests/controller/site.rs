//! Web sites, and stand-ins for peers.

use std::net::SocketAddr;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use tokio::net::TcpListener;

/// A page about ponds, in English.
pub(crate) const PONDS: &str = r#"<!doctype html><html lang="en"><title>Garden ponds</title><article>
<p>A garden pond is a small body of still water. A good pond needs sun, plants and patience.</p>
<p>Newts love a pond without fish. Build the pond in spring, and the newts will come by themselves.</p></article>"#;

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

/// A site that answers every path with the page about ponds; its base URL.
pub(crate) async fn ponds() -> String {
    let site = Router::new().fallback_service(get(async || Html(PONDS)));
    format!("http://{}", serve(site).await)
}
