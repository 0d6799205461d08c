//! `ptctl storage` on a volume that can be read from here, and on one that cannot.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on is to fail")]

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::{
    fake_stack::{Answer, FakeEngine, FakeTempo, Generation, TEMPO, WEB, Wire},
    program::{both, ptctl},
};

/// A block as Tempo leaves it: a part of the store that ended so many hours ago.
fn block(volume: &Path, number: u32, hours_ago: i64) {
    let folder = volume
        .join("blocks/single-tenant")
        .join(format!("b27b0e53-66a0-4505-afd6-{number:012x}"));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("data.parquet"), "x".repeat(100_000)).unwrap();
    let end = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(hours_ago);
    let start = end - jiff::SignedDuration::from_mins(30);
    let meta = json!({
        "format": "vParquet4", "blockID": "b27b0e53-66a0-4505-afd6-434ae3cd4a10", "tenantID": "single-tenant",
        "startTime": start, "endTime": end, "totalObjects": 10, "size": 94257, "compactionLevel": 0,
        "encoding": "none", "indexPageSize": 0, "totalRecords": 1, "dataEncoding": "", "bloomShards": 1,
        "footerSize": 18465, "replicationFactor": 1,
    });
    fs::write(folder.join("meta.json"), meta.to_string()).unwrap();
}

/// An engine that says to be on this machine, with its data and the volume in the test's own folder.
fn of_this_machine(engine: &FakeEngine, volume: &Path, root: &Path) {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    let info = json!({
        "ID": "here", "Name": name.trim(), "OperatingSystem": "Debian", "OSType": "linux",
        "DockerRootDir": root, "SystemTime": jiff::Timestamp::now().to_string(),
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
}

async fn with_tempo() -> (FakeEngine, FakeTempo) {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    let tempo = FakeTempo::ready(Generation::Two).await;
    engine.change(TEMPO, |described| {
        described["NetworkSettings"]["Ports"] = json!({"3200/tcp":
            [{"HostIp": "127.0.0.1", "HostPort": tempo.port().to_string()}]});
    });
    (engine, tempo)
}

fn document(stdout: &[u8]) -> Value {
    serde_json::from_slice(stdout).unwrap()
}

#[tokio::test]
async fn what_lies_in_a_volume_is_told_with_the_projects_other_volumes_and_logs() {
    let (engine, _tempo) = with_tempo().await;
    let volume = engine.folder().join("volume");
    let root = engine.folder().join("docker");
    for number in 0..6 {
        block(&volume, number, i64::from(number) * 20);
    }
    let logs = root.join("containers").join(WEB);
    fs::create_dir_all(&logs).unwrap();
    fs::write(logs.join(format!("{WEB}-json.log")), "x".repeat(9_000)).unwrap();
    of_this_machine(&engine, &volume, &root);

    let output = ptctl(&engine, &["storage", "--project", "shop", "-o", "json"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", both(&output));
    let told = document(&output.stdout);
    let tempo = &told["tempos"][0];
    let store = &tempo["stored"]["known"]["tempo"];
    assert_eq!(store["live"]["blocks"], 6, "{told:#}");
    assert_eq!(store["live"]["objects"], 60);
    assert!(tempo["volume"]["known"]["free_bytes"].as_u64() > Some(0));
    assert!(tempo["outlook"]["bytes_a_day"].as_u64() > Some(0));
    let names: Vec<&str> = told["files"]["volumes"]["known"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|volume| volume["name"].as_str())
        .collect();
    assert_eq!(names, ["shop_data", "shop_old"]);
    assert_eq!(told["files"]["logs"][0]["container"], WEB);
    let findings = told["findings"].as_array().unwrap();
    // The folder lies on this machine's own disk, which may be nearly full.
    let made: Vec<_> = findings
        .iter()
        .filter(|finding| finding["code"] != "PT0802")
        .collect();
    assert!(made.is_empty(), "{made:?}");

    let page = ptctl(&engine, &["storage", "--project", "shop"]).await;
    let page = both(&page);
    for part in [
        "6 blocks, ",
        "60 traces",
        "this volume",
        "days (UTC)",
        "`compactor.compaction.block_retention` in its configuration decides",
        "shop_old",
        "nothing of this stack",
    ] {
        assert!(page.contains(part), "{part} is not in:\n{page}");
    }
}

#[tokio::test]
async fn a_volume_that_cannot_be_read_leaves_the_engines_and_tempos_own_figures_and_names_the_deeper_look()
 {
    let (engine, _tempo) = with_tempo().await;
    let output = ptctl(&engine, &["storage", "--project", "shop", "--ascii"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", both(&output));
    let page = both(&output);
    assert!(page.is_ascii(), "{page}");
    assert!(page.contains("`--probe` looks from a helper"), "{page}");
    assert!(page.contains("shop_data: 47.1 KiB"), "{page}");
    assert!(page.contains("not counted by its metrics yet"), "{page}");
}
