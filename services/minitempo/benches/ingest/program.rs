//! The program under measurement, in a process of its own.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::Failure;

/// The program under measurement; it ends when this is dropped.
pub(crate) struct Program {
    child: Child,
    pub(crate) http: SocketAddr,
    pub(crate) otlp_grpc: SocketAddr,
    pub(crate) otlp_http: SocketAddr,
    pub(crate) folder: TempDir,
}

impl Drop for Program {
    fn drop(&mut self) {
        let ended = self.child.kill().and_then(|()| self.child.wait());
        if let Err(failure) = ended {
            eprintln!("the program did not end: {failure}");
        }
    }
}

/// Whether it makes metrics of the spans.
#[derive(Debug, Clone, Copy)]
pub(crate) enum SpanMetrics {
    Off,
    On,
}

impl SpanMetrics {
    /// What the configuration says of it; the spans of the benchmark have fixed times.
    fn processors(self) -> &'static str {
        match self {
            Self::Off => "[]",
            Self::On => "[service-graphs, span-metrics]",
        }
    }
}

impl Program {
    /// Starts it on free ports, with limits lifted, and waits until it says that it has started.
    pub(crate) fn start(metrics: SpanMetrics) -> Result<Self, Failure> {
        let folder = TempDir::new()?;
        let config = folder.path().join("tempo.yaml");
        fs::write(
            &config,
            format!(
                "server: {{ http_listen_address: 127.0.0.1, http_listen_port: 0 }}\n\
                 distributor: {{ receivers: {{ otlp: {{ protocols: {{ grpc: {{ endpoint: \"127.0.0.1:0\" }}, http: {{ endpoint: \"127.0.0.1:0\" }} }} }} }} }}\n\
                 overrides: {{ defaults: {{ ingestion: {{ rate_limit_bytes: 4000000000, burst_size_bytes: 4000000000, max_traces_per_user: 0 }}, metrics_generator: {{ processors: {} }} }} }}\n\
                 metrics_generator: {{ metrics_ingestion_time_range_slack: 100000h, storage: {{ path: unused }} }}\n\
                 storage: {{ trace: {{ backend: local, local: {{ path: {}/blocks }} }} }}\n",
                metrics.processors(),
                folder.path().display()
            ),
        )?;
        let mut child = Command::new(env!("CARGO_BIN_EXE_minitempo"))
            .arg(format!("-config.file={}", config.display()))
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let stderr = child.stderr.take().ok_or("no pipe")?;
        let mut lines = BufReader::new(stderr).lines();
        let mut log = Vec::new();
        for line in lines.by_ref() {
            let line = line?;
            let started = line.contains("Tempo started");
            log.push(line);
            if started {
                break;
            }
        }
        std::thread::spawn(move || lines.for_each(drop));
        let address = |of: &str, key: &str| -> Result<SocketAddr, Failure> {
            let line = log
                .iter()
                .find(|line| line.contains(of))
                .ok_or_else(|| format!("no {of} in {log:?}"))?;
            let value = line
                .split(key)
                .nth(1)
                .and_then(|rest| rest.split(' ').next());
            Ok(value.ok_or("no value")?.parse()?)
        };
        Ok(Self {
            http: address("server listening", " http=")?,
            otlp_grpc: address("Starting GRPC server", " endpoint=")?,
            otlp_http: address("Starting HTTP server", " endpoint=")?,
            child,
            folder,
        })
    }

    /// Resident memory in bytes.
    pub(crate) fn resident(&self) -> Result<u64, Failure> {
        let rollup = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.child.id()))?;
        let line = rollup
            .lines()
            .find_map(|line| line.strip_prefix("Rss:"))
            .ok_or("no Rss")?;
        let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kibibytes * 1024)
    }

    /// Processor time used so far.
    pub(crate) fn processor_time(&self) -> Result<Duration, Failure> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let after_name = stat.rsplit_once(") ").ok_or("no name")?.1;
        let fields: Vec<&str> = after_name.split(' ').collect();
        let ticks: u64 = fields[11].parse::<u64>()? + fields[12].parse::<u64>()?;
        // The kernel counts in hundredths of a second for programs.
        Ok(Duration::from_millis(ticks * 10))
    }
}
