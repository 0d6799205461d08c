//! The program itself: flags, exit codes, log lines, signals.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};

/// The longest that a start or a stop may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// The program in a process of its own, started.
pub(crate) struct Program {
    child: Child,
    lines: Lines<BufReader<ChildStderr>>,
    pub(crate) log: Vec<String>,
    pub(crate) http: SocketAddr,
    pub(crate) otlp_grpc: SocketAddr,
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_minitempo"));
    command.stdin(Stdio::null()).kill_on_drop(true);
    command
}

fn write_config(folder: &Path, extra: &str) -> String {
    let file = folder.join("tempo.yaml");
    let text = format!(
        "server:\n  http_listen_address: 127.0.0.1\n  http_listen_port: 0\ndistributor:\n  receivers:\n    otlp:\n      protocols:\n        grpc: {{ endpoint: \"127.0.0.1:0\" }}\n        http: {{ endpoint: \"127.0.0.1:0\" }}\nstorage:\n  trace:\n    backend: local\n    local: {{ path: {}/blocks }}\n{extra}",
        folder.display()
    );
    std::fs::write(&file, text).expect("written");
    file.display().to_string()
}

impl Program {
    pub(crate) async fn start(folder: &TempDir) -> Self {
        let config = write_config(folder.path(), "");
        let mut child = command()
            .arg(format!("-config.file={config}"))
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        let stderr = child.stderr.take().expect("a pipe");
        let mut lines = BufReader::new(stderr).lines();
        let mut log = Vec::new();
        let started = async {
            loop {
                let line = lines
                    .next_line()
                    .await
                    .expect("readable")
                    .unwrap_or_else(|| panic!("ended: {log:?}"));
                let is_last = line.contains("msg=\"Tempo started\"");
                log.push(line);
                if is_last {
                    break;
                }
            }
        };
        tokio::time::timeout(PATIENCE, started)
            .await
            .expect("starts in time");
        let value = |of: &str, key: &str| {
            log.iter()
                .find(|line| line.contains(of))
                .and_then(|line| line.split(key).nth(1))
                .and_then(|rest| rest.split(' ').next())
                .and_then(|value| value.parse().ok())
                .unwrap_or_else(|| panic!("no {key} of {of} in {log:?}"))
        };
        Self {
            http: value("server listening on addresses", " http="),
            otlp_grpc: value("Starting GRPC server", " endpoint="),
            child,
            lines,
            log,
        }
    }

    /// Ends it as nothing can prevent.
    pub(crate) async fn kill(&mut self) {
        self.child.kill().await.expect("killed");
    }

    /// Asks it to end and gives its exit code; the rest of its log is read.
    pub(crate) async fn stop(&mut self) -> Option<i32> {
        let pid = self.child.id().expect("running").to_string();
        let asked = Command::new("kill")
            .args(["-TERM", &pid])
            .status()
            .await
            .expect("kill");
        assert!(asked.success());
        let ended = async {
            while let Some(line) = self.lines.next_line().await.expect("readable") {
                self.log.push(line);
            }
            self.child.wait().await.expect("ended")
        };
        tokio::time::timeout(PATIENCE, ended)
            .await
            .expect("ends in time")
            .code()
    }
}

/// Runs the program to its end: exit code, stdout and stderr.
async fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = tokio::time::timeout(PATIENCE, command().args(arguments).output())
        .await
        .expect("ends in time")
        .expect("runs");
    (
        output.status.code(),
        String::from_utf8(output.stdout).expect("text"),
        String::from_utf8(output.stderr).expect("text"),
    )
}

#[tokio::test]
async fn it_logs_its_start_as_tempo_does_and_ends_with_zero_on_sigterm() {
    let folder = TempDir::new().expect("a folder");
    let mut program = Program::start(&folder).await;
    assert_eq!(program.stop().await, Some(0));
    for part in [
        "msg=\"Starting Tempo\" version=\"(version=",
        "msg=\"Starting GRPC server\" component=tempo endpoint=127.0.0.1:",
        "msg=\"Starting HTTP server\" component=tempo endpoint=127.0.0.1:",
        "msg=\"server listening on addresses\" http=127.0.0.1:",
        "msg=\"Tempo started\"",
        "=== received SIGINT/SIGTERM ===",
    ] {
        assert!(
            program.log.iter().any(|line| line.contains(part)),
            "no {part} in {:?}",
            program.log
        );
    }
    assert!(program.log.iter().all(|line| line.starts_with("level=")));
}

#[tokio::test]
async fn the_health_check_succeeds_while_it_runs_and_fails_after() {
    let folder = TempDir::new().expect("a folder");
    let mut program = Program::start(&folder).await;
    let url = format!("-health.url=http://{}/ready", program.http);
    let (code, stdout, _) = run(&["-health", &url]).await;
    assert_eq!((code, stdout.as_str()), (Some(0), "Tempo is healthy\n"));
    let wrong = format!("-health.url=http://{}/nope", program.http);
    let (code, _, stderr) = run(&["-health", &wrong]).await;
    assert_eq!(code, Some(1));
    assert_eq!(
        stderr,
        "Tempo is unhealthy: status 404: 404 page not found\n"
    );
    program.stop().await;
    let (code, _, stderr) = run(&["-health", &url]).await;
    assert_eq!(code, Some(1));
    assert!(stderr.starts_with("Health check failed: Get \"http://"));
    assert!(
        stderr.ends_with("connect: connection refused\n"),
        "{stderr}"
    );
}

#[tokio::test]
async fn mistakes_on_the_command_line_and_in_the_file_have_tempos_exit_codes() {
    let (code, _, stderr) = run(&["-mem-ballast-size-mbs=1"]).await;
    assert_eq!(code, Some(2));
    assert!(stderr.starts_with("flag provided but not defined: -mem-ballast-size-mbs\n"));
    let (code, _, stderr) = run(&["-config.file=/nonexistent.yaml"]).await;
    assert_eq!(code, Some(1));
    assert_eq!(
        stderr,
        "failed parsing config: failed to read configFile /nonexistent.yaml: open /nonexistent.yaml: no such file or directory\n"
    );
    let folder = TempDir::new().expect("a folder");
    let config = write_config(folder.path(), "ingester: {}\n");
    let (code, _, stderr) = run(&["-config.file", &config]).await;
    assert_eq!(code, Some(1));
    assert!(stderr.ends_with("field ingester not found in type app.Config\n"));
}

#[tokio::test]
async fn verifying_a_good_file_ends_with_zero_and_names_what_is_not_acted_on() {
    let folder = TempDir::new().expect("a folder");
    let config = write_config(folder.path(), "live_store:\n  commit_interval: 5s\n");
    let (code, _, stderr) = run(&["-config.file", &config, "-config.verify=true"]).await;
    assert_eq!(code, Some(0));
    assert!(stderr.contains("level=warn"));
    assert!(
        stderr.contains("keys=live_store.commit_interval\n"),
        "{stderr}"
    );
}

#[tokio::test]
async fn a_busy_port_or_a_bad_folder_ends_it_with_one_and_tempos_line() {
    let folder = TempDir::new().expect("a folder");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port();
    let config = write_config(folder.path(), "");
    let on_http = format!("-server.http-listen-port={port}");
    let (code, _, stderr) = run(&["-config.file", &config, &on_http]).await;
    assert_eq!(code, Some(1));
    let line = format!(
        "server: failed to create server: listen tcp 127.0.0.1:{port}: bind: address already in use\""
    );
    assert!(stderr.contains(&line), "{stderr}");

    let text = std::fs::read_to_string(&config).expect("a file");
    let busy = text.replacen("127.0.0.1:0", &format!("127.0.0.1:{port}"), 1);
    std::fs::write(&config, busy).expect("written");
    let (code, _, stderr) = run(&["-config.file", &config]).await;
    assert_eq!(code, Some(1));
    assert!(stderr.contains("msg=\"module failed\" module=distributor"));
    let line = format!(
        "[error starting receiver: listen tcp 127.0.0.1:{port}: bind: address already in use]"
    );
    assert!(stderr.contains(&line), "{stderr}");

    let folder = TempDir::new().expect("a folder");
    let config = write_config(folder.path(), "");
    std::fs::write(folder.path().join("minitempo"), "a file").expect("written");
    let (code, _, stderr) = run(&["-config.file", &config]).await;
    assert_eq!(code, Some(1));
    assert!(
        stderr.contains("msg=\"error running Tempo\" err=\"failed to init module services: error initialising module: store: failed to create store: mkdir "),
        "{stderr}"
    );
}

#[tokio::test]
async fn the_version_is_tempos_form_and_says_what_it_is() {
    let (code, stdout, _) = run(&["-version"]).await;
    assert_eq!(code, Some(0));
    assert!(stdout.starts_with("tempo, version 3.0.3-minitempo-"));
}
