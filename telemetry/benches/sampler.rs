//! What a decision of the adaptive sampler costs: root spans with it, and with one that does not
//! have to think.
//!
//! ```text
//! cargo bench -p telemetry --bench sampler
//! ```
//!
//! A process has one tracer, so each sampler is measured in a process of its own, in turns. Nothing
//! is exported. What differs between two rows of a pair is the decision, and what it writes into
//! `tracestate`.

use std::process::Command;
use std::time::{Duration, Instant};

/// The variable that tells a process that measures from the one that compares.
const SAMPLER: &str = "OTEL_TRACES_SAMPLER";
const ARGUMENT: &str = "OTEL_TRACES_SAMPLER_ARG";

const ROUNDS: usize = 3;
const BATCHES: usize = 200;
/// So few that a batch takes less than a turn of the scheduler.
const SPANS: u32 = 2_000;

/// As many routes as a service may have.
const ROUTES: [&str; 8] = [
    "GET /api/documents",
    "GET /api/documents/{id}",
    "POST /api/documents",
    "DELETE /api/documents/{id}",
    "POST /api/scrape",
    "GET /api/tags",
    "GET /api/tags/{name}/documents",
    "POST /api/analyze",
];

/// What is compared: a sampler that decides by heart, and the adaptive one where it decides alike.
struct Pair {
    what: &'static str,
    plain: &'static str,
    target: &'static str,
}

const PAIRS: [Pair; 2] = [
    Pair {
        what: "not sampled",
        plain: "always_off",
        target: "0.000001",
    },
    Pair {
        what: "sampled",
        plain: "always_on",
        target: "1000000000",
    },
];

fn main() {
    if std::env::var_os(SAMPLER).is_some() {
        let tracing = telemetry::init_tracer("bench").expect("a tracer");
        let cost = quickest().as_secs_f64() * 1e9 / f64::from(SPANS);
        drop(tracing);
        return report(&cost.to_string());
    }
    report("| | without a decision | adaptive | the decision |");
    report("|---|---|---|---|");
    for pair in PAIRS {
        let (mut plain, mut adaptive) = (f64::MAX, f64::MAX);
        for _ in 0..ROUNDS {
            plain = plain.min(measured(pair.plain, "1"));
            adaptive = adaptive.min(measured("adaptive", pair.target));
        }
        report(&format!(
            "| {} | {plain:.0} ns | {adaptive:.0} ns | {:.0} ns |",
            pair.what,
            adaptive - plain
        ));
    }
}

/// Nanoseconds for one span in a process with this sampler.
fn measured(sampler: &str, argument: &str) -> f64 {
    let output = Command::new(std::env::current_exe().expect("a path"))
        .env(SAMPLER, sampler)
        .env(ARGUMENT, argument)
        .env("OTEL_TRACES_EXPORTER", "none")
        .env("LOG_LEVEL", "error")
        .output()
        .expect("the child starts");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("text");
    // The SDK reads the variable, too, and warns before that it does not know ours.
    let last = text.lines().last().unwrap_or_default();
    last.parse().expect("a number")
}

/// The time of the batch that was least disturbed.
fn quickest() -> Duration {
    let mut routes = ROUTES.into_iter().cycle();
    let mut batch = || {
        let started = Instant::now();
        for route in routes.by_ref().take(SPANS as usize) {
            telemetry::start_root_span(route, &[]).end();
        }
        started.elapsed()
    };
    // The first ones find no load yet.
    batch();
    batch();
    (0..BATCHES).map(|_| batch()).min().expect("some")
}

#[expect(clippy::print_stdout, reason = "what a benchmark is for")]
fn report(line: &str) {
    println!("{line}");
}
