//! What an outage of the backend costs: a traced service under steady load, and a backend that is
//! away for a minute and comes back.
//!
//! ```text
//! cargo bench -p telemetry --bench outage
//! ```
//!
//! The service is a process of its own with the usual settings; each request to its one route makes
//! three spans. The backend is minitempo with Tempo's usual limits. It takes about three minutes,
//! and fails where a span is lost.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "figures are for the terminal"
)]

mod backend;
mod load;
mod service;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use backend::Backend;
use load::Load;
use service::{Counts, Service};

/// How long there is load before the backend goes away.
const BEFORE: Duration = Duration::from_secs(5);
/// How long the backend is away.
const AWAY: Duration = Duration::from_mins(1);
/// How long catching up may take.
const PATIENCE: Duration = Duration::from_mins(2);

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    if std::env::var_os(service::ENDPOINT).is_some() {
        runtime.block_on(service::serve())?;
        return Ok(ExitCode::SUCCESS);
    }
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| "another provider is installed")?;
    runtime.block_on(measure())
}

async fn measure() -> Result<ExitCode, Failure> {
    let mut backend = Backend::start().await?;
    let service = Service::start(backend.endpoint()).await?;
    let load = Load::start(&service.url("/api/documents/7"));
    tokio::time::sleep(BEFORE).await;

    backend.stop().await;
    let gone = Instant::now();
    let mut peak = Counts::default();
    while gone.elapsed() < AWAY {
        tokio::time::sleep(Duration::from_millis(500)).await;
        peak = peak.or_larger(service.counts().await?);
    }
    backend.resume().await?;
    let away = gone.elapsed();

    let back = Instant::now();
    loop {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let now = service.counts().await?;
        peak = peak.or_larger(now);
        if now.buffered_bytes == 0 {
            break;
        }
        if back.elapsed() > PATIENCE {
            return Err(format!("spans still wait: {now:?}").into());
        }
    }
    let caught_up = back.elapsed();
    let done = load.stop().await;
    let counts = service.end()?;
    let stored = backend.spans().await?;

    println!(
        "load: {} requests, {:.0} a second, {:.2} spans a request",
        done.answered,
        done.per_second(),
        ratio(counts.made, done.answered)
    );
    println!("backend away for {:.1} s", away.as_secs_f64());
    println!(
        "retry buffer at most: {} spans, {} bytes ({:.0} bytes a span); resident {} KiB at most",
        peak.buffered,
        peak.buffered_bytes,
        ratio(peak.buffered_bytes, peak.buffered),
        counts.resident_kib
    );
    println!(
        "caught up {:.1} s after it was back",
        caught_up.as_secs_f64()
    );
    println!(
        "spans: made {}, sent {}, failed {}, dropped {}, tried again {}, stored {stored}",
        counts.made, counts.sent, counts.failed, counts.dropped, counts.retried
    );
    let lost = counts.made.saturating_sub(stored);
    println!("lost: {lost}");
    if lost == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("error: spans are lost");
    Ok(ExitCode::FAILURE)
}

/// How many of one there are to one of the other.
fn ratio(count: u64, to: u64) -> f64 {
    let float = |count: u64| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    float(count) / float(to.max(1))
}
