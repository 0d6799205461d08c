//! Pages of any program on loopback, by their paths.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use tokio::{net::TcpListener, task::JoinHandle};

/// A running fake. It ends with the value.
pub(crate) struct FakePages {
    address: SocketAddr,
    server: JoinHandle<()>,
}

impl Drop for FakePages {
    fn drop(&mut self) {
        self.server.abort();
    }
}

type Pages = Arc<BTreeMap<&'static str, (u16, &'static str)>>;

impl FakePages {
    /// A program with these pages: path, status, body. Any other path is a 404.
    pub(crate) async fn of(pages: &[(&'static str, u16, &'static str)]) -> Self {
        let pages: Pages = Arc::new(
            pages
                .iter()
                .map(|(path, status, body)| (*path, (*status, *body)))
                .collect(),
        );
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(answer).with_state(pages);
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, server }
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }
}

async fn answer(State(pages): State<Pages>, request: Request) -> Response {
    match pages.get(request.uri().path()) {
        Some((status, body)) => (StatusCode::from_u16(*status).unwrap(), *body).into_response(),
        None => (StatusCode::NOT_FOUND, "404 page not found\n").into_response(),
    }
}
