//! Times `ptctl storage` on a volume of 10,000 blocks that lies in a folder of this machine, beside a played engine:
//! wall time and the most memory that the process held.
//!
//! `cargo bench --package ptctl --bench volume`

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench prints its figures and may fail loudly"
)]

use std::{
    fs,
    path::Path,
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

use fake_stack::{Answer, FakeEngine, FakeTempo, Generation, TEMPO, Wire};
use serde_json::json;

/// So many blocks lie there, of ten tenants.
const BLOCKS: i64 = 10_000;
/// How often it runs.
const RUNS: usize = 7;

#[tokio::main]
async fn main() {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    let tempo = FakeTempo::ready(Generation::Three).await;
    engine.change(TEMPO, |described| {
        described["NetworkSettings"]["Ports"] = json!({"3200/tcp":
            [{"HostIp": "127.0.0.1", "HostPort": tempo.port().to_string()}]});
    });
    let volume = engine.folder().join("volume");
    let name = fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    let info = json!({
        "ID": "here", "Name": name.trim(), "OperatingSystem": "Debian", "OSType": "linux",
        "DockerRootDir": engine.folder(), "SystemTime": jiff::Timestamp::now().to_string(),
        "SecurityOptions": ["name=rootless"],
    });
    engine.answer("/info", Answer::json(&info));
    engine.answer(
        "/volumes/shop_data",
        Answer::json(
            &json!({"Name": "shop_data", "Driver": "local", "Mountpoint": volume,
            "Labels": {}, "Options": null, "Scope": "local", "CreatedAt": "2026-11-22T06:58:53Z"}),
        ),
    );
    run(&engine).await;
    let mut without: Vec<Duration> = Vec::new();
    for _ in 0..RUNS {
        without.push(run(&engine).await.0);
    }
    for number in 0..BLOCKS {
        block(&volume, number);
    }
    let mut with = Vec::new();
    let mut peak = 0;
    for _ in 0..RUNS {
        let (took, kib) = run(&engine).await;
        with.push(took);
        peak = peak.max(kib);
    }
    without.sort();
    with.sort();
    println!(
        "storage of {BLOCKS} blocks: median {} ms, slowest {} ms, at most {} MiB resident; of none: median {} ms",
        with[RUNS / 2].as_millis(),
        with[RUNS - 1].as_millis(),
        peak.div_ceil(1024),
        without[RUNS / 2].as_millis(),
    );
}

/// A block with the files that Tempo gives it, of one tenant of ten, an hour older than the one before.
fn block(volume: &Path, number: i64) {
    let folder = volume
        .join(format!("blocks/tenant-{}", number % 10))
        .join(format!("b27b0e53-66a0-4505-afd6-{number:012x}"));
    fs::create_dir_all(&folder).unwrap();
    for file in ["data.parquet", "index", "bloom-0"] {
        fs::write(folder.join(file), "x").unwrap();
    }
    let end = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(number);
    let meta = json!({
        "format": "vParquet5", "blockID": "b27b0e53-66a0-4505-afd6-434ae3cd4a10", "tenantID": "single-tenant",
        "startTime": end - jiff::SignedDuration::from_mins(30), "endTime": end, "totalObjects": 133,
        "size": 94257, "compactionLevel": number % 4, "encoding": "none", "indexPageSize": 0,
        "totalRecords": 1, "dataEncoding": "", "bloomShards": 1, "footerSize": 18465,
        "dedicatedColumns": [{"s": "resource", "n": "ip"}, {"n": "instance"}, {"n": "version"}],
    });
    fs::write(folder.join("meta.json"), meta.to_string()).unwrap();
}

/// One run: its time, and the most memory that it held in KiB.
async fn run(engine: &FakeEngine) -> (Duration, u64) {
    let began = Instant::now();
    let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_ptctl"))
        .args(["storage", "--project", "shop", "-o", "json"])
        .current_dir(engine.folder())
        .env_clear()
        .env("PTCTL_HOST", engine.address())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id().unwrap());
    let mut peak = 0;
    loop {
        // The file goes with the process; what was read last is the most so far.
        if let Ok(text) = fs::read_to_string(&status) {
            let held = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kib = held.and_then(|held| held.trim().trim_end_matches(" kB").parse().ok());
            peak = kib.unwrap_or(0).max(peak);
        }
        if let Ok(ended) = tokio::time::timeout(Duration::from_millis(1), child.wait()).await {
            assert_eq!(ended.unwrap().code(), Some(0));
            return (began.elapsed(), peak);
        }
    }
}
