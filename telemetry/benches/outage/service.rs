//! The traced service, in a process of its own, and what it counts.

use std::io::{BufRead as _, BufReader};
use std::net::Ipv4Addr;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use axum::extract::Path;
use axum::{Json, Router, routing::get};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use crate::Failure;

/// The variable that tells the service's process from the other one.
pub(crate) const ENDPOINT: &str = "TEMPO_ENDPOINT";

/// What a service says about its spans.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) made: u64,
    pub(crate) sent: u64,
    pub(crate) failed: u64,
    pub(crate) dropped: u64,
    pub(crate) retried: u64,
    pub(crate) buffered: u64,
    pub(crate) buffered_bytes: u64,
    pub(crate) resident_kib: u64,
}

impl Counts {
    fn now() -> Self {
        let counters = telemetry::export_counters();
        Self {
            made: counters.made,
            sent: counters.sent,
            failed: counters.failed,
            dropped: counters.dropped,
            retried: counters.retried,
            buffered: counters.buffered,
            buffered_bytes: counters.buffered_bytes,
            resident_kib: resident_kib().unwrap_or(0),
        }
    }

    /// Whichever has the fuller retry buffer.
    pub(crate) fn or_larger(self, other: Self) -> Self {
        if other.buffered_bytes > self.buffered_bytes {
            other
        } else {
            self
        }
    }
}

/// The most memory that this process had at a time, where the system tells.
fn resident_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// A client that asks the service.
pub(crate) fn client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .tls_certs_only([])
        .no_proxy()
        .build()
}

/// Serves until the standard input ends, then says what it counted.
pub(crate) async fn serve() -> Result<(), Failure> {
    let tracing = telemetry::init_tracer("outage")?;
    let app = Router::new()
        .route("/api/documents/{id}", get(document))
        .route("/metrics", get(|| async { Json(Counts::now()) }))
        .layer(telemetry::http_middleware("outage"));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("{}", listener.local_addr()?);
    axum::serve(listener, app)
        .with_graceful_shutdown(async {
            let end = tokio::task::spawn_blocking(|| {
                std::io::copy(&mut std::io::stdin(), &mut std::io::sink())
            });
            if let Ok(Err(error)) = end.await {
                eprintln!("the input broke off: {error}");
            }
        })
        .await?;
    tracing.shutdown().await;
    println!("{}", serde_json::to_string(&Counts::now())?);
    Ok(())
}

async fn document(Path(id): Path<u32>) -> String {
    let load = telemetry::start_span("select document", &[("db.system.name", "sqlite".into())]);
    let rows = load.instrument(async { id % 3 }).await;
    let render = telemetry::start_span("render document", &[("rows", i64::from(rows).into())]);
    render
        .instrument(async { format!("document {id} with {rows} rows") })
        .await
}

/// The process that runs [`serve`]; it is killed when this is dropped.
pub(crate) struct Service {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    address: String,
    client: reqwest::Client,
}

impl Service {
    pub(crate) async fn start(endpoint: String) -> Result<Self, Failure> {
        let mut child = Command::new(std::env::current_exe()?)
            .env(ENDPOINT, endpoint)
            .env("LOG_LEVEL", "off")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = BufReader::new(child.stdout.take().ok_or("no pipe")?);
        let mut service = Self {
            input: child.stdin.take(),
            child,
            output,
            address: String::new(),
            client: client()?,
        };
        service.address = service.line()?;
        // The service listens before it says so.
        service.counts().await?;
        Ok(service)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) async fn counts(&self) -> Result<Counts, Failure> {
        let answer = self.client.get(self.url("/metrics")).send().await?;
        Ok(serde_json::from_slice(&answer.bytes().await?)?)
    }

    /// Ends it in good order; returns what it counted in the end.
    pub(crate) fn end(mut self) -> Result<Counts, Failure> {
        // A kept connection would have it wait.
        self.client = client()?;
        drop(self.input.take());
        let counts = serde_json::from_str(&self.line()?)?;
        let status = self.child.wait()?;
        if !status.success() {
            return Err(format!("the service ended with {status}").into());
        }
        Ok(counts)
    }

    fn line(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        Ok(line.trim().to_owned())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let ended = self.child.kill().and_then(|()| self.child.wait());
        if let Err(failure) = ended {
            eprintln!("the service did not end: {failure}");
        }
    }
}
