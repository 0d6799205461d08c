//! Times `ptctl doctor` on a played engine with 300 containers, 200 of them services, and on one whose Tempo never
//! answers: wall time and the most memory that the process held.
//!
//! `cargo bench --package ptctl --bench crowd`

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench prints its figures and may fail loudly"
)]

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

#[expect(
    dead_code,
    unused_imports,
    reason = "a bench needs only some of the servers of the tests"
)]
#[path = "../tests/it/fake_stack/mod.rs"]
mod fake_stack;

use fake_stack::{FakeEngine, FakeTempo, Generation, TEMPO, Wire};

/// How often each case runs.
const RUNS: usize = 7;

/// What one run took.
struct Run {
    took: Duration,
    peak_kib: u64,
    code: i32,
}

#[tokio::main]
async fn main() {
    let crowd = FakeEngine::crowd(Wire::Docker20, 199, 100);
    let tempo = FakeTempo::ready(Generation::Three).await;
    publish(&crowd, &tempo);
    report("300 containers, 200 services", &crowd).await;

    let few = FakeEngine::on_socket(Wire::Docker20);
    publish(&few, &tempo);
    report("two containers", &few).await;

    let silent = FakeTempo::silent().await;
    let hole = FakeEngine::on_socket(Wire::Docker20);
    publish(&hole, &silent);
    report("two containers, Tempo never answers", &hole).await;
}

fn publish(engine: &FakeEngine, tempo: &FakeTempo) {
    engine.change(TEMPO, |described| {
        described["NetworkSettings"]["Ports"] = serde_json::json!({"3200/tcp":
            [{"HostIp": "127.0.0.1", "HostPort": tempo.port().to_string()}]});
    });
}

async fn report(case: &str, engine: &FakeEngine) {
    let mut runs = Vec::new();
    for _ in 0..RUNS {
        runs.push(run(engine).await);
    }
    runs.sort_by_key(|run| run.took);
    let peak = runs.iter().map(|run| run.peak_kib).max().unwrap();
    println!(
        "{case}: median {} ms, slowest {} ms, at most {} MiB resident, exit code {}",
        runs[RUNS / 2].took.as_millis(),
        runs[RUNS - 1].took.as_millis(),
        peak.div_ceil(1024),
        runs[0].code
    );
}

async fn run(engine: &FakeEngine) -> Run {
    let began = Instant::now();
    let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_ptctl"))
        .args(["doctor", "--project", "shop", "-o", "json"])
        .env_clear()
        .env("PTCTL_HOST", engine.address())
        .current_dir(engine.folder())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id().unwrap());
    let mut peak_kib = 0;
    let mut every = tokio::time::interval(Duration::from_millis(5));
    let code = loop {
        tokio::select! {
            ended = child.wait() => break ended.unwrap().code().unwrap_or(-1),
            _ = every.tick() => {
                let text = std::fs::read_to_string(&status).unwrap_or_default();
                let held = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
                let kib = held.and_then(|rest| rest.trim().strip_suffix(" kB")?.trim().parse().ok());
                peak_kib = peak_kib.max(kib.unwrap_or(0));
            }
        }
    };
    Run {
        took: began.elapsed(),
        peak_kib,
        code,
    }
}
