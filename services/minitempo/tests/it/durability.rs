//! What was acknowledged is there after a crash; a damaged file costs its own spans and nothing else.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use minitempo::{Config, Server};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use proptest::prelude::*;
use tempfile::TempDir;

use crate::program::Program;
use crate::support::{Stack, request, send_grpc};

/// The ids of all stored traces, by their first byte.
async fn stored(stack: &Stack) -> BTreeSet<u8> {
    let traces = stack.running.received().await.expect("readable");
    traces
        .iter()
        .flat_map(|trace| &trace.resource_spans)
        .flat_map(|resource| &resource.scope_spans)
        .flat_map(|scope| &scope.spans)
        .map(|span| span.trace_id[0])
        .collect()
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_when_the_program_is_killed() {
    let folder = TempDir::new().expect("a folder");
    let mut program = Program::start(&folder).await;
    let mut senders = tokio::task::JoinSet::new();
    for lane in 0..4_u8 {
        let target = format!("http://{}", program.otlp_grpc);
        senders.spawn(async move {
            let mut acknowledged = BTreeSet::new();
            let mut client = TraceServiceClient::connect(target).await.expect("connects");
            for trace in (lane + 1..=200).step_by(4) {
                if client
                    .export(request(trace, "shop", &["a", "b"]))
                    .await
                    .is_err()
                {
                    break;
                }
                acknowledged.insert(trace);
            }
            acknowledged
        });
    }
    // One lane done is enough: the others are then in the middle of it.
    let mut acknowledged = senders
        .join_next()
        .await
        .expect("a lane")
        .expect("no panic");
    program.kill().await;
    while let Some(more) = senders.join_next().await {
        acknowledged.extend(more.expect("no panic"));
    }
    let stack = Stack::start_in(folder, |_| {}).await;
    let stored = stored(&stack).await;
    assert!(acknowledged.len() >= 50);
    assert!(
        acknowledged.is_subset(&stored),
        "lost: {:?}",
        acknowledged.difference(&stored)
    );
}

#[tokio::test]
async fn a_killed_program_starts_again_on_its_data() {
    let folder = TempDir::new().expect("a folder");
    let mut program = Program::start(&folder).await;
    let target = format!("http://{}", program.otlp_grpc);
    send_grpc(&target, 1).await.expect("accepted");
    program.kill().await;
    let mut program = Program::start(&folder).await;
    let target = format!("http://{}", program.otlp_grpc);
    send_grpc(&target, 2).await.expect("accepted");
    program.stop().await;
    let stack = Stack::start_in(folder, |_| {}).await;
    assert_eq!(stored(&stack).await, BTreeSet::from([1, 2]));
}

/// How the newest file was left.
#[derive(Debug, Clone, Copy)]
enum Left {
    /// As a kill leaves it.
    Open,
    /// After a shutdown.
    Closed,
    /// Finished, with its index.
    Sealed,
}

/// A folder with traces 1 and 2 in a finished block and 3 to 9 in the newest.
async fn prepared(left: Left) -> TempDir {
    let one_commit_a_block = |config: &mut Config| config.block_bytes = 1;
    let stack = Stack::start_with(one_commit_a_block).await;
    send_grpc(&stack.otlp_grpc(), 1).await.expect("accepted");
    send_grpc(&stack.otlp_grpc(), 2).await.expect("accepted");
    let stack = stack.restart().await;
    for trace in 3..=9 {
        send_grpc(&stack.otlp_grpc(), trace)
            .await
            .expect("accepted");
    }
    match left {
        Left::Open => {
            let copy = TempDir::new().expect("a folder");
            copy_files(&stack.folder.path().join("minitempo"), copy.path());
            stack.running.shutdown().await;
            copy
        }
        Left::Closed => {
            stack.running.shutdown().await;
            flat(&stack.folder)
        }
        Left::Sealed => {
            stack.running.shutdown().await;
            let stack = Stack::start_in(stack.folder, one_commit_a_block).await;
            send_grpc(&stack.otlp_grpc(), 9).await.expect("accepted");
            stack.running.shutdown().await;
            let folder = flat(&stack.folder);
            // What came after it is not what is to be damaged.
            for later in blocks(folder.path()).split_off(3) {
                fs::remove_file(later).expect("removed");
            }
            folder
        }
    }
}

fn flat(folder: &TempDir) -> TempDir {
    let copy = TempDir::new().expect("a folder");
    copy_files(&folder.path().join("minitempo"), copy.path());
    copy
}

fn copy_files(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        fs::copy(entry.path(), to.join(entry.file_name())).expect("copied");
    }
}

/// The block files of a folder, oldest first.
fn blocks(folder: &Path) -> Vec<PathBuf> {
    let mut blocks: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "block")
        })
        .collect();
    blocks.sort();
    blocks
}

fn newest(folder: &Path) -> PathBuf {
    blocks(folder).pop().expect("a block")
}

/// Cuts the newest file and checks what a server then does.
async fn survives_a_cut(prepared: &Path, keep: impl Fn(u64) -> u64) {
    let folder = TempDir::new().expect("a folder");
    let data = folder.path().join("minitempo");
    fs::create_dir(&data).expect("made");
    copy_files(prepared, &data);
    let damaged = newest(&data);
    let file = fs::OpenOptions::new()
        .write(true)
        .open(&damaged)
        .expect("opens");
    let len = file.metadata().expect("a length").len();
    let kept = keep(len);
    file.set_len(kept).expect("cut");
    drop(file);
    let stack = Stack::start_in(folder, |_| {}).await;
    let found = stored(&stack).await;
    let aside = data
        .join("set-aside")
        .join(damaged.file_name().expect("a name"));
    if aside.exists() {
        assert_eq!(found, BTreeSet::from([1, 2]), "kept {kept} of {len}");
        assert_eq!(aside.metadata().expect("a length").len(), kept);
    } else {
        assert_eq!(found, (1..=9).collect(), "kept {kept} of {len}");
    }
    send_grpc(&stack.otlp_grpc(), 10).await.expect("accepted");
    assert!(stored(&stack).await.contains(&10));
    stack.running.shutdown().await;
}

fn on_a_runtime<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(work)
}

#[test]
fn a_newest_file_cut_at_its_first_or_last_bytes_is_set_aside_or_read() {
    for left in [Left::Open, Left::Closed, Left::Sealed] {
        on_a_runtime(async {
            let prepared = prepared(left).await;
            for kept in [0, 1, 9, 63, 64, 320, 4095, 4096, 4097] {
                survives_a_cut(prepared.path(), |_| kept).await;
            }
            for missing in [1, 4096] {
                survives_a_cut(prepared.path(), |len| len - missing).await;
            }
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_newest_file_cut_at_any_byte_costs_its_own_spans_at_most(part in 0.0..1.0_f64, how in 0..3_u8) {
        let left = [Left::Open, Left::Closed, Left::Sealed][usize::from(how)];
        on_a_runtime(async {
            let prepared = prepared(left).await;
            survives_a_cut(prepared.path(), |len| {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "any byte will do")]
                let kept = (len as f64 * part) as u64;
                kept
            }).await;
        });
    }
}

#[tokio::test]
async fn a_folder_that_is_in_use_is_not_opened_twice_and_nothing_is_set_aside() {
    let stack = Stack::start().await;
    send_grpc(&stack.otlp_grpc(), 1).await.expect("accepted");
    let data = stack.folder.path().join("minitempo");
    assert!(Server::start(Config::ephemeral(&data)).await.is_err());
    assert!(!data.join("set-aside").exists());
    assert_eq!(stored(&stack).await, BTreeSet::from([1]));
}

#[tokio::test]
async fn whole_blocks_past_retention_are_deleted() {
    let stack = Stack::start_with(|config| {
        config.block_bytes = 1;
        config.block_retention = Duration::from_millis(1500);
    })
    .await;
    send_grpc(&stack.otlp_grpc(), 1).await.expect("accepted");
    assert_eq!(stored(&stack).await, BTreeSet::from([1]));
    let gone = async {
        let mut looks = tokio::time::interval(Duration::from_millis(50));
        while !stored(&stack).await.is_empty() {
            looks.tick().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), gone)
        .await
        .expect("deleted in time");
    let metrics = stack.metrics().await;
    assert!(
        metrics.contains("tempodb_retention_deleted_total 1\n"),
        "{metrics}"
    );
}

#[tokio::test]
async fn data_of_tempo_beside_its_own_is_left_alone() {
    let folder = TempDir::new().expect("a folder");
    let of_tempo = folder.path().join("blocks/single-tenant/meta.json");
    fs::create_dir_all(of_tempo.parent().expect("a parent")).expect("made");
    fs::write(&of_tempo, "{}").expect("written");
    let stack = Stack::start_in(folder, |_| {}).await;
    send_grpc(&stack.otlp_grpc(), 1).await.expect("accepted");
    stack.running.shutdown().await;
    assert_eq!(fs::read_to_string(&of_tempo).expect("there"), "{}");
    let mut names: Vec<_> = fs::read_dir(stack.folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["blocks", "minitempo"]);
}
