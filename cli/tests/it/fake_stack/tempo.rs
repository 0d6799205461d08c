//! Tempo's HTTP API on loopback.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use tokio::{net::TcpListener, task::JoinHandle};

/// Whose answers are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Generation {
    /// Tempo 2.10.8.
    Two,
    /// Tempo 3.0.
    Three,
}

/// What the backend does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Ready,
    NotReady,
    Silent,
    NeedsTenant,
    /// It finds traces, and fails to read one.
    ReadsNothing,
}

struct Script {
    generation: Generation,
    mood: Mood,
    asked: Mutex<Vec<String>>,
    trace: Mutex<Option<String>>,
    old_trace: Mutex<Option<String>>,
}

/// A running fake. It ends with the value.
pub(crate) struct FakeTempo {
    script: Arc<Script>,
    address: SocketAddr,
    server: JoinHandle<()>,
}

impl Drop for FakeTempo {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl FakeTempo {
    /// One with data in it.
    pub(crate) async fn ready(generation: Generation) -> Self {
        Self::start(generation, Mood::Ready).await
    }

    /// One that is still starting.
    pub(crate) async fn not_ready() -> Self {
        Self::start(Generation::Two, Mood::NotReady).await
    }

    /// One that takes connections and says nothing.
    pub(crate) async fn silent() -> Self {
        Self::start(Generation::Three, Mood::Silent).await
    }

    /// One whose traces cannot be read.
    pub(crate) async fn reading_nothing() -> Self {
        Self::start(Generation::Three, Mood::ReadsNothing).await
    }

    /// One that answers queries with a tenant only.
    pub(crate) async fn with_tenants() -> Self {
        Self::start(Generation::Three, Mood::NeedsTenant).await
    }

    async fn start(generation: Generation, mood: Mood) -> Self {
        let script = Arc::new(Script {
            generation,
            mood,
            asked: Mutex::default(),
            trace: Mutex::default(),
            old_trace: Mutex::default(),
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&script));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            script,
            address,
            server,
        }
    }

    /// It gives this as whatever trace is asked for.
    pub(crate) fn hold(&self, trace: &serde_json::Value) {
        *self.script.trace.lock().unwrap() = Some(trace.to_string());
    }

    /// It knows only the older form of the answer, and gives this as whatever trace is asked for.
    pub(crate) fn hold_in_old_form(&self, trace: &serde_json::Value) {
        *self.script.old_trace.lock().unwrap() = Some(trace.to_string());
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn url(&self) -> url::Url {
        format!("http://{}", self.address).parse().unwrap()
    }

    /// The paths that were asked for, with their queries.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.script.asked.lock().unwrap().clone()
    }
}

macro_rules! recorded {
    ($generation:expr, $file:literal) => {
        match $generation {
            Generation::Two => include_str!(concat!("recordings/tempo-2.10/", $file)),
            Generation::Three => include_str!(concat!("recordings/tempo-3.0/", $file)),
        }
    };
}

async fn answer(State(script): State<Arc<Script>>, request: Request) -> Response {
    let asked = request.uri().path_and_query().unwrap().as_str().to_owned();
    script.asked.lock().unwrap().push(asked);
    let generation = script.generation;
    if script.mood == Mood::Silent {
        std::future::pending::<()>().await;
    }
    let path = request.uri().path();
    let has_tenant = request
        .headers()
        .get("x-scope-orgid")
        .is_some_and(|tenant| tenant == "shop");
    let is_query = path.contains("/search") || path.contains("/metrics/query");
    if script.mood == Mood::NeedsTenant && is_query && !has_tenant {
        return (StatusCode::UNAUTHORIZED, "no org id\n").into_response();
    }
    let old_trace = script.old_trace.lock().unwrap().clone();
    match path {
        "/ready" if script.mood == Mood::NotReady => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Some services are not Running:\nNew: 5\nStarting: 8\nRunning: 5\n\n",
        )
            .into_response(),
        "/ready" => "ready\n".into_response(),
        "/api/status/buildinfo" => recorded!(generation, "buildinfo.json").into_response(),
        "/status/config" => recorded!(generation, "config.yaml").into_response(),
        "/metrics" => recorded!(generation, "metrics.txt").into_response(),
        "/api/v2/search/tag/resource.service.name/values" => {
            recorded!(generation, "services.json").into_response()
        }
        "/api/search" => recorded!(generation, "search.json").into_response(),
        "/api/metrics/query" => counted(generation, request.uri().query().unwrap_or_default()),
        path if path.starts_with("/api/v2/traces/") && old_trace.is_none() => {
            if script.mood == Mood::ReadsNothing {
                return (StatusCode::INTERNAL_SERVER_ERROR, "no block\n").into_response();
            }
            let held = script.trace.lock().unwrap().clone();
            let recorded = || recorded!(generation, "trace_v2.json").to_owned();
            held.unwrap_or_else(recorded).into_response()
        }
        path if path.starts_with("/api/traces/") => old_trace
            .unwrap_or_else(|| r#"{"batches":[]}"#.to_owned())
            .into_response(),
        _ => (StatusCode::NOT_FOUND, "404 page not found\n").into_response(),
    }
}

/// What each generation answers to metrics queries as it is by default.
fn counted(generation: Generation, query: &str) -> Response {
    let at = |name: &str| {
        let mut parameters = query.split('&').filter_map(|pair| pair.split_once('='));
        let value = parameters
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value);
        value.unwrap_or_default().parse::<u64>().unwrap()
    };
    let hours = match generation {
        Generation::Two => 3,
        Generation::Three => 24,
    };
    if at("end") - at("start") > hours * 3600 {
        let words = format!(
            "metrics query time range exceeds the maximum allowed duration of {hours}h0m0s"
        );
        return (StatusCode::BAD_REQUEST, words).into_response();
    }
    if generation == Generation::Two {
        let words = "error querying generators in Querier.queryRangeRecent: error finding generators: empty ring\n";
        return (StatusCode::INTERNAL_SERVER_ERROR, words).into_response();
    }
    match query {
        query if query.contains("count_over_time") => {
            include_str!("recordings/tempo-3.0/metrics_count.json")
        }
        query if query.contains("quantile_over_time") => {
            include_str!("recordings/tempo-3.0/metrics_quantile.json")
        }
        _ => include_str!("recordings/tempo-3.0/metrics_max.json"),
    }
    .into_response()
}
