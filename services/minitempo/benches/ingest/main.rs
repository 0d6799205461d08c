//! The figures of minitempo: start to ready, memory at rest, spans a second over gRPC and HTTP in batches of 512.
//!
//! The program runs in a process of its own; the sender shares the machine with it. Limits are lifted. `cargo bench -p
//! minitempo` prints one line a figure.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "figures are for the terminal"
)]

mod program;
mod requests;
mod senders;

use std::fmt;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::{Duration, Instant};

use bytes::Bytes;

use program::{Program, SpanMetrics};
use requests::{SPANS_PER_BATCH, batch};
use senders::{send_grpc, send_http};

/// How many batches one measurement sends.
const BATCHES: usize = 600;
/// How often the program is measured with metrics of the spans, and without.
const ROUNDS: usize = 5;
/// How long after its start a program is at rest.
const SETTLED: Duration = Duration::from_secs(2);

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| "another provider is installed")?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    // Cargo passes flags of its own test harness; none of them matters here.
    for figure in [measure_start()?, measure_rest()?] {
        println!("{figure}");
    }
    for protocol in [Protocol::Grpc, Protocol::Http] {
        for connections in [1, 4] {
            let measured = measure(protocol, connections, SpanMetrics::Off);
            println!("{}", runtime.block_on(measured)?);
        }
    }
    println!("{}", runtime.block_on(compare_span_metrics())?);
    Ok(())
}

/// Metrics of the spans on against off, in turn, so that what else the machine does counts for both.
async fn compare_span_metrics() -> Result<String, Failure> {
    let mut used = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for (metrics, used) in [SpanMetrics::Off, SpanMetrics::On]
            .into_iter()
            .zip(&mut used)
        {
            used.push(measure(Protocol::Http, 1, metrics).await?.used);
        }
    }
    let [off, on] = used.map(|mut used| {
        used.sort_unstable();
        used[ROUNDS / 2].as_secs_f64() * 1e6 / count(BATCHES * SPANS_PER_BATCH)
    });
    Ok(format!(
        "metrics of the spans, medians of {ROUNDS} runs in turn, HTTP, 1 connection: {off:.2} us of processor a span off, {on:.2} us on, ratio {:.2}",
        on / off
    ))
}

fn measure_start() -> Result<String, Failure> {
    let mut best = Duration::MAX;
    for _ in 0..5 {
        let began = Instant::now();
        let program = Program::start(SpanMetrics::Off)?;
        let answer = health(&program)?;
        best = best.min(began.elapsed());
        if !answer.contains("healthy") {
            return Err(answer.into());
        }
    }
    Ok(format!(
        "start to ready (best of 5, with the asking): {:.0} ms",
        best.as_secs_f64() * 1e3
    ))
}

fn health(program: &Program) -> Result<String, Failure> {
    let output = Command::new(env!("CARGO_BIN_EXE_minitempo"))
        .args([
            "-health",
            &format!("-health.url=http://{}/ready", program.http),
        ])
        .output()?;
    Ok(String::from_utf8(output.stdout)?)
}

fn measure_rest() -> Result<String, Failure> {
    let program = Program::start(SpanMetrics::Off)?;
    health(&program)?;
    std::thread::sleep(SETTLED);
    Ok(format!(
        "resident memory at rest: {:.1} MB",
        megabytes(program.resident()?)
    ))
}

#[derive(Debug, Clone, Copy)]
enum Protocol {
    Grpc,
    Http,
}

/// What one measurement found.
struct Measured {
    protocol: Protocol,
    connections: usize,
    took: Duration,
    /// Time of the processor.
    used: Duration,
    /// Of each batch, ascending.
    latencies: Vec<Duration>,
    resident: u64,
    on_disk: u64,
}

impl fmt::Display for Measured {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spans = count(BATCHES * SPANS_PER_BATCH);
        write!(
            formatter,
            "{:?} {} connection(s): {:.0} k spans/s, p50 {:.1} ms, p99 {:.1} ms, {:.2} us of processor a span, {:.0} MB resident, {:.0} MB on disk",
            self.protocol,
            self.connections,
            spans / self.took.as_secs_f64() / 1e3,
            self.latencies[self.latencies.len() / 2].as_secs_f64() * 1e3,
            self.latencies[self.latencies.len() * 99 / 100].as_secs_f64() * 1e3,
            self.used.as_secs_f64() * 1e6 / spans,
            megabytes(self.resident),
            megabytes(self.on_disk),
        )
    }
}

async fn measure(
    protocol: Protocol,
    connections: usize,
    metrics: SpanMetrics,
) -> Result<Measured, Failure> {
    let program = Program::start(metrics)?;
    let batches: Arc<Vec<Bytes>> = Arc::new((0..BATCHES).map(batch).collect());
    let next = Arc::new(AtomicUsize::new(0));
    let before = program.processor_time()?;
    let began = Instant::now();
    let mut lanes = tokio::task::JoinSet::new();
    for _ in 0..connections {
        let (batches, next) = (Arc::clone(&batches), Arc::clone(&next));
        let (grpc, http) = (program.otlp_grpc, program.otlp_http);
        lanes.spawn(async move {
            match protocol {
                Protocol::Grpc => send_grpc(grpc, &batches, &next).await,
                Protocol::Http => send_http(http, &batches, &next).await,
            }
        });
    }
    let mut latencies = Vec::new();
    while let Some(lane) = lanes.join_next().await {
        latencies.extend(lane??);
    }
    let took = began.elapsed();
    let used = program.processor_time()?.saturating_sub(before);
    latencies.sort_unstable();
    let folder = program.folder.path().join("minitempo");
    Ok(Measured {
        protocol,
        connections,
        took,
        used,
        latencies,
        resident: program.resident()?,
        on_disk: bytes_in(&folder)?,
    })
}

/// What the files take up on disk; they are longer than that, with holes.
fn bytes_in(folder: &Path) -> Result<u64, Failure> {
    let mut total = 0;
    for entry in fs::read_dir(folder)? {
        total += entry?.metadata()?.blocks() * 512;
    }
    Ok(total)
}

fn megabytes(bytes: u64) -> f64 {
    count(usize::try_from(bytes).unwrap_or(usize::MAX)) / 1e6
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a figure for people is exact enough"
)]
fn count(number: usize) -> f64 {
    number as f64
}
