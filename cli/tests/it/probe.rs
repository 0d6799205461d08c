//! `ptctl probe --from-host`: the ladder from this machine, its exit code, and what is never sent.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on is to fail")]

use std::process::Output;

use serde_json::Value;

use crate::program::{both, ptctl_with};

/// No engine is there to be asked.
async fn probe(arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let nobody = format!("unix://{}/none.sock", folder.path().display());
    let arguments: Vec<&str> = ["probe"].iter().chain(arguments).copied().collect();
    ptctl_with(folder.path(), &nobody, &arguments, &[]).await
}

#[tokio::test]
async fn a_receiver_on_this_machine_is_whole_and_ends_with_zero() {
    let data = tempfile::tempdir().unwrap();
    let tempo = minitempo::Server::start(minitempo::Config::ephemeral(data.path()))
        .await
        .unwrap();
    let address = tempo.otlp_grpc_addr().unwrap().to_string();
    let output = probe(&["--from-host", &address, "--protocol", "grpc"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", both(&output));
    for rung in ["resolve", "connect", "speaks", "export", "authenticate"] {
        assert!(
            both(&output).contains(&format!("✓ {rung}")),
            "{}",
            both(&output)
        );
    }

    let output = probe(&["--from-host", &address, "--protocol", "http", "-o", "json"]).await;
    assert_eq!(output.status.code(), Some(1), "{}", both(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let ladder = &report["ladders"][0];
    assert_eq!(ladder["broken"]["rung"], "speak", "{report}");
    assert_eq!(ladder["broken"]["code"], "PT0436", "{report}");
    // Nobody wrote a span.
    assert!(tempo.received().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_no_endpoint_is_wrong_usage() {
    let output = probe(&["--from-host", "\"tempo:4317\""]).await;
    assert_eq!(output.status.code(), Some(2), "{}", both(&output));
    assert!(both(&output).contains("quotes"), "{}", both(&output));
}
