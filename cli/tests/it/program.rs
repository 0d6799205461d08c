//! The real program, run beside the servers of a test.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on is to fail")]

use std::{path::Path, process::Output, time::Duration};

use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader, Lines},
    process::ChildStdout,
    time::timeout,
};

use crate::fake_stack::FakeEngine;

/// Nothing here takes longer, on however busy a machine.
pub(crate) const LIMIT: Duration = Duration::from_mins(1);

/// Runs `ptctl` on a played engine, in a folder of its own and without any variable of this process.
pub(crate) async fn ptctl(engine: &FakeEngine, arguments: &[&str]) -> Output {
    ptctl_with(engine.folder(), &engine.address(), arguments, &[]).await
}

/// The same with variables of the environment.
pub(crate) async fn ptctl_with(
    folder: &Path,
    address: &str,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> Output {
    tokio::process::Command::new(env!("CARGO_BIN_EXE_ptctl"))
        .current_dir(folder)
        .env_clear()
        .env("PTCTL_HOST", address)
        .envs(variables.iter().copied())
        .args(arguments)
        .output()
        .await
        .unwrap()
}

/// Starts the real program with its output in pipes; it ends with the value.
pub(crate) fn started(engine: &FakeEngine, arguments: &[&str]) -> tokio::process::Child {
    tokio::process::Command::new(env!("CARGO_BIN_EXE_ptctl"))
        .current_dir(engine.folder())
        .env_clear()
        .env("PTCTL_HOST", engine.address())
        .args(arguments)
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

/// A started program whose answer is read line by line.
pub(crate) struct Running {
    child: tokio::process::Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Running {
    /// Starts it.
    pub(crate) fn start(engine: &FakeEngine, arguments: &[&str]) -> Self {
        let mut child = started(engine, arguments);
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The next line.
    pub(crate) async fn line(&mut self) -> String {
        let line = timeout(LIMIT, self.lines.next_line()).await;
        line.expect("a line in time").unwrap().expect("a line")
    }

    /// The lines up to and with the first that holds this.
    pub(crate) async fn lines_to(&mut self, part: &str) -> Vec<String> {
        let mut lines = vec![self.line().await];
        while !lines.last().is_some_and(|line| line.contains(part)) {
            lines.push(self.line().await);
        }
        lines
    }

    /// Sends a signal; the rest of what it writes, and how it ends.
    pub(crate) async fn signalled(self, signal: Signal) -> Output {
        let id = i32::try_from(self.child.id().unwrap()).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
        self.end().await
    }

    /// Reads nothing more; how it ends.
    pub(crate) async fn unheard(mut self) -> Option<i32> {
        drop(self.lines);
        let ended = timeout(LIMIT, self.child.wait()).await;
        ended.expect("an end in time").unwrap().code()
    }

    /// The rest of what it writes, and how it ends.
    pub(crate) async fn end(mut self) -> Output {
        let mut stdout = Vec::new();
        while let Some(line) = timeout(LIMIT, self.lines.next_line())
            .await
            .expect("an end in time")
            .unwrap()
        {
            stdout.extend(line.into_bytes());
        }
        let mut stderr = Vec::new();
        let mut said = self.child.stderr.take().unwrap();
        said.read_to_end(&mut stderr).await.unwrap();
        Output {
            status: self.child.wait().await.unwrap(),
            stdout,
            stderr,
        }
    }
}

/// What was written to both streams.
pub(crate) fn both(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}
