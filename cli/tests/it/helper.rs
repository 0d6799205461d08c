//! The helper's housekeeping: what earlier runs left behind, and whose clock it goes by.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on is to fail")]

use std::fs;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::{
    fake_stack::{Answer, FakeEngine, Wire},
    program::{both, ptctl},
};

/// An engine with helper containers of these ids, which were to be gone by then.
fn with_helpers(helpers: &[(&str, Timestamp)]) -> FakeEngine {
    let engine = FakeEngine::on_socket(Wire::Docker20);
    let mut listed = Wire::Docker20.json("containers.json");
    for (id, due) in helpers {
        let mut entry = listed[0].clone();
        entry["Id"] = (*id).into();
        entry["Labels"] = json!({
            "dev.ptctl.helper": "container",
            "dev.ptctl.deadline": due.as_second().to_string(),
        });
        listed.as_array_mut().unwrap().push(entry);
    }
    engine.answer("/containers/json", Answer::json(&listed));
    engine
}

fn minutes_from_now(minutes: i64) -> Timestamp {
    Timestamp::now() + SignedDuration::from_mins(minutes)
}

/// Lets the engine's clock go ahead of the one here.
fn set_clock(engine: &FakeEngine, minutes: i64) {
    let mut info = Wire::Docker20.json("info.json");
    info["SystemTime"] = minutes_from_now(minutes).to_string().into();
    engine.answer("/info", Answer::json(&info));
}

fn was_asked_to_remove(engine: &FakeEngine, id: &str) -> bool {
    let path = format!("/containers/{id}?force=true");
    engine.asked().iter().any(|asked| asked.contains(&path))
}

#[tokio::test]
async fn one_leftover_that_cannot_be_removed_keeps_no_other_and_is_told() {
    let long_ago = minutes_from_now(-60);
    let engine = with_helpers(&[("stuck", long_ago), ("loose", long_ago)]);
    let refusal = Answer::Refusal(500, "device or resource busy");
    engine.answer("/containers/stuck", refusal);
    engine.answer("/containers/loose", Answer::json(&json!({})));
    engine.answer(
        "/images/json",
        Answer::json(&json!([{"Id": "sha256:1", "RepoTags": ["ptctl-helper:1"]}])),
    );
    engine.answer("/images/ptctl-helper:1", Answer::json(&json!([])));
    let output = ptctl(&engine, &["cleanup"]).await;
    let said = both(&output);
    assert_ne!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("removed 1 helper container"), "{said}");
    assert!(said.contains("removed the image ptctl-helper:1"), "{said}");
    assert!(said.contains("device or resource busy"), "{said}");
}

#[tokio::test]
async fn a_leftover_that_cannot_be_removed_keeps_no_helper_from_its_work() {
    let engine = with_helpers(&[("stuck", minutes_from_now(-60))]);
    let refusal = Answer::Refusal(500, "device or resource busy");
    engine.answer("/containers/stuck", refusal);
    let said = said_by_helper(&engine).await;
    assert!(was_asked_to_create(&engine), "{said}");
    assert!(said.contains("device or resource busy"), "{said}");
}

#[tokio::test]
async fn a_helper_that_cannot_be_made_is_a_gap_and_no_fault_of_tempo() {
    let engine = with_helpers(&[]);
    engine.answer(
        "/containers/create",
        Answer::Refusal(403, "creating is not allowed here"),
    );
    let said = said_by_helper(&engine).await;
    assert!(was_asked_to_create(&engine), "{said}");
    assert!(said.contains("creating is not allowed here"), "{said}");
    assert!(!said.contains("PT0201"), "{said}");
}

/// What the doctor says that looks by the helper alone, on one line.
async fn said_by_helper(engine: &FakeEngine) -> String {
    engine.answer(
        "/images/create",
        Answer::json(&json!({"status": "sha256:1"})),
    );
    let binary = engine.folder().join("static");
    fs::write(&binary, static_binary()).unwrap();
    let binary = binary.to_str().unwrap();
    let arguments = [
        "--probe=helper",
        "--helper-binary",
        binary,
        "--project",
        "shop",
    ];
    let output = ptctl(engine, &[&["doctor", "-v"][..], &arguments].concat()).await;
    // A page is as wide as a terminal.
    let said = both(&output);
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn was_asked_to_create(engine: &FakeEngine) -> bool {
    let asked = engine.asked();
    asked
        .iter()
        .any(|asked| asked.ends_with("/containers/create"))
}

#[tokio::test]
async fn whether_a_helper_is_overdue_is_judged_by_the_engines_clock() {
    let in_time = with_helpers(&[("working", minutes_from_now(-1))]);
    set_clock(&in_time, -60);
    let output = ptctl(&in_time, &["cleanup"]).await;
    assert!(
        !was_asked_to_remove(&in_time, "working"),
        "{}",
        both(&output)
    );

    let overdue = with_helpers(&[("forgotten", minutes_from_now(1))]);
    set_clock(&overdue, 60);
    let output = ptctl(&overdue, &["cleanup"]).await;
    assert!(
        was_asked_to_remove(&overdue, "forgotten"),
        "{}",
        both(&output)
    );
}

/// As much of a static binary for `amd64` as is looked at.
pub(crate) fn static_binary() -> Vec<u8> {
    let mut bytes = vec![0; 64 + 56];
    bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
    bytes[18..20].copy_from_slice(&0x3e_u16.to_le_bytes());
    bytes[32..40].copy_from_slice(&64_u64.to_le_bytes());
    bytes[54..56].copy_from_slice(&56_u16.to_le_bytes());
    bytes[56..58].copy_from_slice(&1_u16.to_le_bytes());
    bytes[64..68].copy_from_slice(&1_u32.to_le_bytes());
    bytes
}
