//! For the tests of services: a service on a free port, a client for it, and waiting for what will come.

mod process;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use http::{HeaderMap, Method};
use serde::Serialize;
use serde_json::Value;
use telemetry::HttpClient;

use crate::{Running, Service, start};

pub use process::Process;

/// How long [`eventually`] waits.
const DEADLINE: Duration = Duration::from_secs(20);

/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// A service that runs in this process, and a client for it.
#[derive(Debug)]
pub struct TestService {
    client: TestClient,
    running: Running,
}

/// Asks one server.
#[derive(Debug, Clone)]
pub struct TestClient {
    base: String,
    http: HttpClient,
}

/// What was answered.
#[derive(Debug, Clone)]
pub struct TestAnswer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub text: String,
    /// The body as JSON, `null` where it is none.
    pub json: Value,
}

impl TestService {
    /// Starts a service on a free port of the loopback interface.
    pub async fn start(service: Service) -> Self {
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let running = start(service, free).await.expect("the service starts");
        Self {
            client: TestClient::new(running.address()),
            running,
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.running.address()
    }

    /// Its base URL.
    pub fn url(&self) -> &str {
        &self.client.base
    }

    /// Asks it.
    pub fn client(&self) -> &TestClient {
        &self.client
    }

    /// Stops it as SIGTERM does.
    pub async fn stop(self) {
        self.running.stop().await;
    }
}

impl TestClient {
    /// A client for the server at `address`.
    pub fn new(address: SocketAddr) -> Self {
        let http = HttpClient::builder()
            .retry(telemetry::RetryPolicy::never())
            .build();
        Self {
            base: format!("http://{address}"),
            http: http.expect("the client can be made"),
        }
    }

    /// GET `path`.
    pub async fn get(&self, path: &str) -> TestAnswer {
        self.send(Method::GET, path, None::<&()>).await
    }

    /// POST `body` as JSON to `path`.
    pub async fn post(&self, path: &str, body: &(impl Serialize + Sync)) -> TestAnswer {
        self.send(Method::POST, path, Some(body)).await
    }

    /// PUT `body` as JSON to `path`.
    pub async fn put(&self, path: &str, body: &(impl Serialize + Sync)) -> TestAnswer {
        self.send(Method::PUT, path, Some(body)).await
    }

    /// DELETE `path`.
    pub async fn delete(&self, path: &str) -> TestAnswer {
        self.send(Method::DELETE, path, None::<&()>).await
    }

    /// POST `body` as it is, with this content type.
    pub async fn post_raw(
        &self,
        path: &str,
        content_type: &str,
        body: impl Into<String>,
    ) -> TestAnswer {
        let request = self.http.post(format!("{}{path}", self.base));
        answer(
            request
                .header("content-type", content_type)
                .body(body.into()),
        )
        .await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&(impl Serialize + Sync)>,
    ) -> TestAnswer {
        let request = self.http.request(method, format!("{}{path}", self.base));
        match body {
            Some(body) => answer(request.json(body)).await,
            None => answer(request).await,
        }
    }
}

impl TestAnswer {
    /// The status and the error's code.
    pub fn error(&self) -> (u16, &str) {
        (
            self.status,
            self.json["error"]["code"].as_str().unwrap_or(""),
        )
    }

    /// The error's message.
    pub fn message(&self) -> &str {
        self.json["error"]["message"].as_str().unwrap_or("")
    }
}

async fn answer(request: telemetry::RequestBuilder) -> TestAnswer {
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.expect("the whole answer");
    let json = serde_json::from_str(&text).unwrap_or(Value::Null);
    TestAnswer {
        status,
        headers,
        text,
        json,
    }
}

/// Looks again and again until there is something to see.
///
/// # Panics
///
/// When there is nothing after 20 s.
pub async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let seen = async {
        let mut looks = tokio::time::interval(PAUSE);
        loop {
            looks.tick().await;
            if let Some(seen) = look().await {
                return seen;
            }
        }
    };
    let seen = tokio::time::timeout(DEADLINE, seen).await;
    seen.unwrap_or_else(|_elapsed| panic!("{what}: not within {} s", DEADLINE.as_secs()))
}
