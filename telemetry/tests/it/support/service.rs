//! The traced service of `examples/traced_service.rs`, in a process of its own, with the
//! environment that a test gives it.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value as Json;

use super::{PATIENCE, eventually};

/// A service that runs until it is ended or dropped.
pub(crate) struct Service {
    child: Child,
    input: Option<ChildStdin>,
    lines: Arc<Mutex<Vec<String>>>,
    reader: Option<std::thread::JoinHandle<()>>,
    address: String,
    client: reqwest::Client,
}

/// An answer of the service.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Service {
    /// Starts the service with these variables and no others that matter here, and waits until
    /// it listens.
    pub(crate) async fn start(variables: &[(&str, &str)]) -> Self {
        let mut child = Command::new(program())
            .env_clear()
            // Spans are sent soon, unless a test says otherwise.
            .env("OTEL_BSP_SCHEDULE_DELAY", "40")
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the example starts");
        let lines = Arc::new(Mutex::new(Vec::new()));
        let output = BufReader::new(child.stdout.take().expect("piped"));
        let reader = std::thread::spawn({
            let lines = Arc::clone(&lines);
            move || {
                for line in output.lines() {
                    lines.lock().expect("no panic").push(line.expect("text"));
                }
            }
        });
        let mut service = Self {
            input: child.stdin.take(),
            child,
            lines,
            reader: Some(reader),
            address: String::new(),
            client: client(),
        };
        let listening = service.line("listening").await;
        let address = listening["address"].as_str().expect("an address");
        address.clone_into(&mut service.address);
        service
    }

    /// Asks for `path` with these headers.
    pub(crate) async fn get(&self, path: &str, headers: &[(&'static str, &str)]) -> Answer {
        self.try_get(path, headers).await.expect("an answer")
    }

    /// As [`Service::get`], where the service may break the connection off.
    pub(crate) async fn try_get(
        &self,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Answer, reqwest::Error> {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| {
                let value = HeaderValue::from_str(value).expect("a header value");
                (HeaderName::from_static(name), value)
            })
            .collect();
        let response = self
            .client
            .get(format!("http://{}{path}", self.address))
            .headers(headers)
            .send()
            .await?;
        Ok(Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.text().await?,
        })
    }

    /// Waits until the service's counters read like this. Asking for them makes no span.
    pub(crate) async fn counters(&self, expected: &str) {
        let start = Instant::now();
        loop {
            let counters = self.get("/metrics", &[]).await.body;
            if counters.starts_with(&format!("ExportCounters {{ {expected}, ")) {
                return;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "the counters read {counters}, not {expected}"
            );
        }
    }

    /// One of the service's counters.
    pub(crate) async fn counter(&self, name: &str) -> u64 {
        let counters = self.get("/metrics", &[]).await.body;
        let (_, value) = counters
            .split_once(&format!(" {name}: "))
            .unwrap_or_else(|| panic!("no `{name}` in {counters}"));
        let digits: String = value.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().expect("a number")
    }

    /// Where the service listens.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All lines so far, each a JSON object.
    pub(crate) fn lines(&self) -> Vec<Json> {
        let lines = self.lines.lock().expect("no panic");
        lines
            .iter()
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in `{line}`"))
            })
            .collect()
    }

    /// All lines so far as they are.
    pub(crate) fn output(&self) -> String {
        self.lines.lock().expect("no panic").join("\n")
    }

    /// All lines so far with this message.
    pub(crate) fn lines_saying(&self, message: &str) -> Vec<Json> {
        let mut lines = self.lines();
        lines.retain(|line| line["msg"] == message);
        lines
    }

    /// Waits for the first line with this message.
    pub(crate) async fn line(&self, message: &str) -> Json {
        eventually(&format!("the line `{message}`"), || {
            self.lines_saying(message).into_iter().next()
        })
        .await
    }

    /// Lets the service end in good order, and says how long that took.
    pub(crate) async fn end(&mut self) -> (ExitStatus, Duration) {
        let start = Instant::now();
        drop(self.input.take());
        let status = eventually("the end of the service", || {
            self.child.try_wait().expect("a child")
        })
        .await;
        let took = start.elapsed();
        self.reader
            .take()
            .expect("ended once")
            .join()
            .expect("the output was read");
        (status, took)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // A test that fails leaves no process behind.
        if self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            self.child.kill().expect("a child can be killed");
            self.child.wait().expect("a child can be waited for");
        }
    }
}

/// The example's binary, which `cargo test -p telemetry` builds beside the tests.
fn program() -> PathBuf {
    let test = std::env::current_exe().expect("a path");
    let folder = test.ancestors().nth(2).expect("target/<profile>/deps");
    let program = folder.join("examples").join("traced_service");
    assert!(
        program.exists(),
        "{} is not built: run `cargo build -p telemetry --examples`",
        program.display()
    );
    program
}

/// A client that asks services.
pub(crate) fn client() -> reqwest::Client {
    rustls_provider();
    reqwest::Client::builder()
        .tls_certs_only([])
        .no_proxy()
        .timeout(PATIENCE)
        .build()
        .expect("a client")
}

fn rustls_provider() {
    // The client of the tests is not the library's: it needs a provider of its own.
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        let installed = rustls::crypto::ring::default_provider().install_default();
        assert!(installed.is_ok() || rustls::crypto::CryptoProvider::get_default().is_some());
    }
}
