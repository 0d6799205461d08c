//! A real backend that is sent spans, and what the program tells of it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on is to fail")]

use std::process::Output;

use minitempo::{Config, Running, Server};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{both, ptctl_with};

/// A backend with spans that it was sent.
pub(crate) struct Backend {
    running: Running,
    folder: TempDir,
    pub(crate) now: i128,
}

/// Milliseconds after the first one began, its parent and what else there is to say.
pub(crate) struct Sent<'s> {
    id: u64,
    parent: u64,
    name: &'s str,
    from: i128,
    to: i128,
    pub(crate) more: Value,
}

pub(crate) fn sent(id: u64, parent: u64, name: &str, from: i128, to: i128) -> Sent<'_> {
    let more = json!({});
    Sent {
        id,
        parent,
        name,
        from,
        to,
        more,
    }
}

impl Backend {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::ephemeral(folder.path().join("minitempo"));
        Self {
            running: Server::start(config).await.unwrap(),
            folder,
            now: jiff::Timestamp::now().as_nanosecond() - 10_000_000_000,
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.running.http_addr().port()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.running.http_addr())
    }

    pub(crate) async fn send(&self, trace: &str, service: &str, spans: &[Sent<'_>]) {
        let spans: Vec<Value> = spans
            .iter()
            .map(|span| {
                let mut sent = json!({
                    "traceId": trace, "spanId": format!("{:016x}", span.id), "name": span.name, "kind": 1,
                    "startTimeUnixNano": (self.now + span.from * 1_000_000).to_string(),
                    "endTimeUnixNano": (self.now + span.to * 1_000_000).to_string(),
                });
                if span.parent > 0 {
                    sent["parentSpanId"] = format!("{:016x}", span.parent).into();
                }
                for (key, value) in span.more.as_object().unwrap() {
                    sent[key] = value.clone();
                }
                sent
            })
            .collect();
        let body = json!({"resourceSpans": [{
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]},
            "scopeSpans": [{"spans": spans}],
        }]});
        let address = self.running.otlp_http_addr().unwrap();
        post(address, &body.to_string()).await;
    }

    pub(crate) async fn ptctl(&self, arguments: &[&str]) -> Output {
        let url = self.url();
        let arguments: Vec<&str> = arguments
            .iter()
            .copied()
            .chain(["--tempo-url", &url])
            .collect();
        let nobody = "unix:///nonexistent/docker.sock";
        ptctl_with(self.folder.path(), nobody, &arguments, &[]).await
    }
}

pub(crate) async fn post(address: std::net::SocketAddr, body: &str) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /v1/traces HTTP/1.1\r\nHost: tempo\r\nContent-Type: application/json\r\nConnection: close\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn document(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", both(output)))
}
