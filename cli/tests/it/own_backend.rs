//! `ptctl backend`: the small Tempo inside the program.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on is to fail")]

use std::{net::SocketAddr, path::Path, process::Stdio, time::Duration};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    net::TcpListener,
    process::{Child, Command},
};

use crate::{
    backend::post,
    program::{both, ptctl_with},
};

const ID: &str = "0af7651916cd43dd8448eb211c80319c";
const NOBODY: &str = "unix:///nonexistent/docker.sock";
const FREE_PORTS: [&str; 6] = [
    "--http-port",
    "0",
    "--otlp-grpc-port",
    "0",
    "--otlp-http-port",
    "0",
];

/// A running backend and what it said of itself.
struct Backend {
    child: Child,
    said: Vec<String>,
}

impl Backend {
    async fn start(temporary: &Path, arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_ptctl"))
            .current_dir(temporary)
            .env_clear()
            .env("TMPDIR", temporary)
            .arg("backend")
            .args(FREE_PORTS)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = Vec::new();
        while said.len() < 4 {
            said.push(lines.next_line().await.unwrap().unwrap());
        }
        Self { child, said }
    }

    /// The address on the row with this label.
    fn address(&self, label: &str) -> SocketAddr {
        let mut rows = self.said.iter();
        let row = rows.find_map(|row| row.strip_prefix(label)).unwrap();
        row.trim().trim_start_matches("http://").parse().unwrap()
    }

    async fn send(&self) {
        let now = jiff::Timestamp::now().as_nanosecond();
        let body = format!(
            r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"shop"}}}}]}},
            "scopeSpans":[{{"spans":[{{"traceId":"{ID}","spanId":"b7ad6b7169203331","name":"GET /","kind":2,
            "startTimeUnixNano":"{now}","endTimeUnixNano":"{now}"}}]}}]}}]}}"#
        );
        post(self.address("OTLP HTTP"), &body).await;
    }

    /// What the program itself finds there.
    async fn shown(&self, folder: &Path) -> String {
        let url = format!("http://{}/", self.address("Tempo's API"));
        let arguments = ["trace", "show", ID, "--tempo-url", &url];
        both(&ptctl_with(folder, NOBODY, &arguments, &[]).await)
    }

    /// Its exit code after a signal.
    async fn end(mut self, signal: Signal) -> Option<i32> {
        let pid = i32::try_from(self.child.id().unwrap()).unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
        let ended = tokio::time::timeout(Duration::from_secs(20), self.child.wait());
        ended.await.unwrap().unwrap().code()
    }
}

#[tokio::test]
async fn spans_are_found_until_it_is_told_to_end_and_nothing_stays_behind() {
    for signal in [Signal::INT, Signal::TERM] {
        let folder = TempDir::new().unwrap();
        let backend = Backend::start(folder.path(), &[]).await;
        backend.send().await;
        let shown = backend.shown(folder.path()).await;
        assert!(shown.contains("GET /"), "{shown}");
        assert!(folder.path().read_dir().unwrap().next().is_some());
        assert_eq!(backend.end(signal).await, Some(0));
        assert!(folder.path().read_dir().unwrap().next().is_none());
    }
}

#[tokio::test]
async fn a_folder_that_is_named_keeps_its_spans() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("spans");
    let data = ["--data", data.to_str().unwrap()];
    let first = Backend::start(folder.path(), &data).await;
    first.send().await;
    assert_eq!(first.end(Signal::INT).await, Some(0));
    let second = Backend::start(folder.path(), &data).await;
    let shown = second.shown(folder.path()).await;
    assert!(shown.contains("GET /"), "{shown}");
    assert_eq!(second.end(Signal::TERM).await, Some(0));
}

#[tokio::test]
async fn a_port_that_is_taken_is_named_with_what_to_do() {
    let folder = TempDir::new().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let arguments = ["backend", "--http-port", &port];
    let temporary = folder.path().to_str().unwrap();
    let output = ptctl_with(folder.path(), NOBODY, &arguments, &[("TMPDIR", temporary)]).await;
    assert_eq!(output.status.code(), Some(3), "{}", both(&output));
    let told = both(&output);
    let what = format!("caused by: listen tcp 127.0.0.1:{port}");
    assert!(
        told.contains(&what) && told.contains("choose other ports"),
        "{told}"
    );
    assert!(folder.path().read_dir().unwrap().next().is_none());
}

#[tokio::test]
async fn after_two_dashes_it_takes_tempos_own_flags() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("tempo.yaml");
    std::fs::write(
        &file,
        "server: {http_listen_port: 3200}\nstorage: {trace: {backend: local, local: {path: /data}}}\n",
    )
    .unwrap();
    let file = format!("-config.file={}", file.display());
    for (flags, code) in [
        (&["-version"][..], 0),
        (&[&file, "-config.verify=true"], 0),
        (&["-health", "-health.url=http://127.0.0.1:1/ready"], 3),
        (&["-nonsense"], 2),
    ] {
        let arguments: Vec<&str> = ["backend", "--"].iter().chain(flags).copied().collect();
        let output = ptctl_with(folder.path(), NOBODY, &arguments, &[]).await;
        assert_eq!(output.status.code(), Some(code), "{}", both(&output));
    }
}
