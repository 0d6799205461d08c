//! A service as a process of its own.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// How long a process may take to say something, or to end.
const PATIENCE: Duration = Duration::from_secs(20);

/// A service in a process of its own, which ends with this value.
#[derive(Debug)]
pub struct Process {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// Starts `program` on a free port with nothing but these variables.
    pub fn spawn(program: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut child = Command::new(program)
            .args(arguments.iter().map(OsStr::new))
            .env_clear()
            .env("LISTEN_ADDR", "127.0.0.1:0")
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the program starts");
        let stdout = child.stdout.take().expect("a pipe");
        Self {
            child,
            lines: BufReader::new(stdout).lines(),
        }
    }

    /// The next log line with this message.
    pub async fn log_line(&mut self, message: &str) -> Value {
        let search = async {
            while let Some(line) = self.lines.next_line().await.expect("output in UTF-8") {
                match serde_json::from_str::<Value>(&line) {
                    Ok(line) if line["msg"] == message => return line,
                    Ok(_) | Err(_) => {}
                }
            }
            panic!("the process ended without logging `{message}`")
        };
        tokio::time::timeout(PATIENCE, search)
            .await
            .unwrap_or_else(|_| panic!("`{message}` was not logged in time"))
    }

    /// The address that it listens on.
    pub async fn address(&mut self) -> SocketAddr {
        let line = self.log_line("listening").await;
        line["address"]
            .as_str()
            .expect("an address")
            .parse()
            .expect("a socket address")
    }

    /// Sends SIGTERM.
    pub async fn terminate(&self) {
        let id = self.child.id().expect("a process under way").to_string();
        let sent = Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .await
            .expect("kill runs");
        assert!(sent.success(), "kill {id}");
    }

    /// How it ended.
    pub async fn ended(&mut self) -> ExitStatus {
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        ended.expect("the process ends in time").expect("a status")
    }
}
