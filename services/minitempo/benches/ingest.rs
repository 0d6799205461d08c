//! The figures of minitempo: start to ready, memory at rest, spans a second over gRPC and HTTP in batches of 512.
//!
//! The program runs in a process of its own; the sender shares the machine with it. Limits are lifted. `cargo bench -p
//! minitempo` prints one line a figure.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "figures are for the terminal"
)]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::{Buf as _, BufMut as _, Bytes};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message as _;
use tempfile::TempDir;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::{Request, Status};

const SPANS_PER_BATCH: usize = 512;
const SPANS_PER_TRACE: usize = 8;
const SERVICES: usize = 4;
/// How many batches one measurement sends.
const BATCHES: usize = 600;
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
    for connections in [1, 4] {
        println!(
            "{}",
            runtime.block_on(measure(Protocol::Grpc, connections))?
        );
    }
    for connections in [1, 4] {
        println!(
            "{}",
            runtime.block_on(measure(Protocol::Http, connections))?
        );
    }
    Ok(())
}

/// The program under measurement; it ends when this is dropped.
struct Program {
    child: Child,
    http: SocketAddr,
    otlp_grpc: SocketAddr,
    otlp_http: SocketAddr,
    folder: TempDir,
}

impl Drop for Program {
    fn drop(&mut self) {
        let ended = self.child.kill().and_then(|()| self.child.wait());
        if let Err(failure) = ended {
            eprintln!("the program did not end: {failure}");
        }
    }
}

impl Program {
    fn start() -> Result<Self, Failure> {
        let folder = TempDir::new()?;
        let config = folder.path().join("tempo.yaml");
        fs::write(
            &config,
            format!(
                "server: {{ http_listen_address: 127.0.0.1, http_listen_port: 0 }}\n\
                 distributor: {{ receivers: {{ otlp: {{ protocols: {{ grpc: {{ endpoint: \"127.0.0.1:0\" }}, http: {{ endpoint: \"127.0.0.1:0\" }} }} }} }} }}\n\
                 overrides: {{ defaults: {{ ingestion: {{ rate_limit_bytes: 4000000000, burst_size_bytes: 4000000000, max_traces_per_user: 0 }} }} }}\n\
                 storage: {{ trace: {{ backend: local, local: {{ path: {}/blocks }} }} }}\n",
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
    fn resident(&self) -> Result<u64, Failure> {
        let rollup = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.child.id()))?;
        let line = rollup
            .lines()
            .find_map(|line| line.strip_prefix("Rss:"))
            .ok_or("no Rss")?;
        let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kibibytes * 1024)
    }

    /// Processor time used so far.
    fn processor_time(&self) -> Result<Duration, Failure> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let after_name = stat.rsplit_once(") ").ok_or("no name")?.1;
        let fields: Vec<&str> = after_name.split(' ').collect();
        let ticks: u64 = fields[11].parse::<u64>()? + fields[12].parse::<u64>()?;
        // The kernel counts in hundredths of a second for programs.
        Ok(Duration::from_millis(ticks * 10))
    }
}

fn measure_start() -> Result<String, Failure> {
    let mut best = Duration::MAX;
    for _ in 0..5 {
        let began = Instant::now();
        let program = Program::start()?;
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
    let program = Program::start()?;
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

async fn measure(protocol: Protocol, connections: usize) -> Result<String, Failure> {
    let program = Program::start()?;
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
    let spans = count(BATCHES * SPANS_PER_BATCH);
    let folder = program.folder.path().join("minitempo");
    Ok(format!(
        "{protocol:?} {connections} connection(s): {:.0} k spans/s, p50 {:.1} ms, p99 {:.1} ms, {:.2} us of processor a span, {:.0} MB resident, {:.0} MB on disk",
        spans / took.as_secs_f64() / 1e3,
        latencies[latencies.len() / 2].as_secs_f64() * 1e3,
        latencies[latencies.len() * 99 / 100].as_secs_f64() * 1e3,
        used.as_secs_f64() * 1e6 / spans,
        megabytes(program.resident()?),
        megabytes(bytes_in(&folder)?),
    ))
}

async fn send_grpc(
    target: SocketAddr,
    batches: &[Bytes],
    next: &AtomicUsize,
) -> Result<Vec<Duration>, Failure> {
    let channel = tonic::transport::Endpoint::from_shared(format!("http://{target}"))?
        .connect()
        .await?;
    let mut client = tonic::client::Grpc::new(channel);
    let mut latencies = Vec::new();
    while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
        let began = Instant::now();
        client.ready().await?;
        let path = http::uri::PathAndQuery::from_static(
            "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        );
        client
            .unary(Request::new(batch.clone()), path, RawCodec)
            .await?;
        latencies.push(began.elapsed());
    }
    Ok(latencies)
}

async fn send_http(
    target: SocketAddr,
    batches: &[Bytes],
    next: &AtomicUsize,
) -> Result<Vec<Duration>, Failure> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([])
        .build()?;
    let mut latencies = Vec::new();
    while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
        let began = Instant::now();
        let answer = client
            .post(format!("http://{target}/v1/traces"))
            .header("content-type", "application/x-protobuf")
            .body(batch.clone())
            .send()
            .await?;
        answer.error_for_status()?.bytes().await?;
        latencies.push(began.elapsed());
    }
    Ok(latencies)
}

/// A request of 64 traces over four services, about 95 kB.
fn batch(number: usize) -> Bytes {
    let traces = SPANS_PER_BATCH / SPANS_PER_TRACE;
    let resource_spans = (0..SERVICES).map(|service| {
        let spans = (0..traces).flat_map(|trace| {
            (0..SPANS_PER_TRACE / SERVICES)
                .map(move |span| span_of(number * traces + trace, service * SPANS_PER_TRACE + span))
        });
        ResourceSpans {
            resource: Some(Resource {
                attributes: vec![
                    text("service.name", &format!("service-{service}")),
                    text("service.version", "1.0.0"),
                    text("environment", "development"),
                ],
                ..Resource::default()
            }),
            scope_spans: vec![ScopeSpans {
                spans: spans.collect(),
                ..ScopeSpans::default()
            }],
            ..ResourceSpans::default()
        }
    });
    ExportTraceServiceRequest {
        resource_spans: resource_spans.collect(),
    }
    .encode_to_vec()
    .into()
}

fn span_of(trace: usize, span: usize) -> Span {
    // Trace ids that are spread evenly, as random ones are.
    let mixed = (trace as u128 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
    let start = 1_795_328_711_000_000_000 + (trace * 1000 + span) as u64;
    Span {
        trace_id: mixed.to_be_bytes().to_vec(),
        span_id: (trace as u64 * 64 + span as u64 + 1).to_be_bytes().to_vec(),
        parent_span_id: (trace as u64 * 64 + 1).to_be_bytes().to_vec(),
        name: "POST /api/scrape".to_owned(),
        kind: 2,
        start_time_unix_nano: start,
        end_time_unix_nano: start + 60_000_000,
        attributes: vec![
            text("http.method", "POST"),
            text("http.url", "http://scraper:8080/api/scrape"),
            KeyValue {
                key: "http.status_code".to_owned(),
                value: Some(AnyValue {
                    value: Some(Value::IntValue(200)),
                }),
                ..KeyValue::default()
            },
            text("user_id", "12345"),
        ],
        ..Span::default()
    }
}

fn text(key: &str, value: &str) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue {
            value: Some(Value::StringValue(value.to_owned())),
        }),
        ..KeyValue::default()
    }
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

/// Requests are made before the measurement, so that the sender costs little.
#[derive(Debug, Clone, Copy, Default)]
struct RawCodec;

impl Codec for RawCodec {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for RawCodec {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, target: &mut EncodeBuf<'_>) -> Result<(), Status> {
        target.put(item);
        Ok(())
    }
}

impl Decoder for RawCodec {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, source: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(source.copy_to_bytes(source.remaining())))
    }
}
