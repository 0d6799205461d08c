//! Walks through folders as Tempo 2.x, Tempo 3.x and minitempo leave them, and as nobody should.

use std::{
    fs::{self, File, FileTimes},
    os::unix::fs::symlink,
    path::Path,
    time::{Duration, SystemTime},
};

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use ptctl_diagnosis::snapshot::{BlockStore, StoredData, WalkEnd};
use tempfile::TempDir;

use super::VolumeTask;
use crate::clients::deadline::Deadline;

const TENANT: &str = "single-tenant";

fn now() -> Timestamp {
    "2026-11-22T08:00:00Z".parse().expect("a time")
}

fn ago(hours: i64) -> Timestamp {
    now() - SignedDuration::from_hours(hours)
}

fn id(number: u32) -> String {
    format!("b27b0e53-66a0-4505-afd6-{number:012x}")
}

fn write(root: &Path, path: &str, text: &str, written_at: Timestamp) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    fs::write(&path, text).expect("written");
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(written_at.as_second().unsigned_abs());
    let file = File::options().write(true).open(&path).expect("opened");
    file.set_times(FileTimes::new().set_modified(at))
        .expect("dated");
}

/// A description with the keys of Tempo 2.10 and 3.0.
fn meta(start: Timestamp, end: Timestamp, level: u32) -> String {
    format!(
        r#"{{"format":"vParquet4","blockID":"{}","tenantID":"{TENANT}","startTime":"{start}","endTime":"{end}","totalObjects":133,"size":94257,"compactionLevel":{level},"encoding":"none","indexPageSize":0,"totalRecords":1,"dataEncoding":"","bloomShards":1,"footerSize":18465,"replicationFactor":1,"dedicatedColumns":[{{"s":"resource","n":"ip"}},{{"n":"version"}}]}}"#,
        id(1)
    )
}

/// A block of one file of data and one description, named as asked.
fn block(root: &Path, folder: &str, description: &str, text: &str, written_at: Timestamp) {
    write(
        root,
        &format!("{folder}/data.parquet"),
        &"x".repeat(5_000),
        written_at,
    );
    write(root, &format!("{folder}/index"), "x", written_at);
    if !description.is_empty() {
        write(root, &format!("{folder}/{description}"), text, written_at);
    }
}

fn live(root: &Path, folder: &str, level: u32, end: Timestamp) {
    let text = meta(end - SignedDuration::from_hours(1), end, level);
    block(root, folder, "meta.json", &text, end);
}

fn walked(root: &Path, blocks: Option<&str>) -> StoredData {
    let task = VolumeTask {
        folder: root.to_owned(),
        blocks: blocks.map(Into::into),
    };
    let found = task
        .walk(Deadline::after(Duration::from_mins(1)), now())
        .expect("a folder");
    assert!(found.disk.is_some());
    found.stored
}

fn tempo(stored: &StoredData) -> &BlockStore {
    stored.tempo.as_ref().expect("Tempo's blocks")
}

#[test]
fn the_folders_of_tempo_2_are_told_apart() {
    let root = TempDir::new().expect("a folder");
    let root = root.path();
    live(root, &format!("blocks/{TENANT}/{}", id(1)), 0, ago(2));
    live(root, &format!("blocks/{TENANT}/{}", id(2)), 2, ago(40));
    live(root, &format!("blocks/{}/{}", "other", id(3)), 0, ago(1));
    let merged = meta(ago(9), ago(8), 0);
    block(
        root,
        &format!("blocks/{TENANT}/{}", id(4)),
        "meta.compacted.json",
        &merged,
        ago(8),
    );
    block(root, &format!("blocks/{TENANT}/{}", id(5)), "", "", ago(30));
    block(root, &format!("blocks/{TENANT}/{}", id(6)), "", "", ago(0));
    write(root, &format!("blocks/{TENANT}/index.json.gz"), "x", ago(0));
    let open = format!("wal/{}+{TENANT}+vParquet4", id(7));
    write(root, &format!("{open}/0000000001"), "spans", ago(5));
    write(root, &format!("{open}/meta.json"), "{}", ago(6));
    live(root, &format!("wal/blocks/{TENANT}/{}", id(1)), 0, ago(2));
    // The metrics generator's samples are no traces that wait.
    write(
        root,
        "generator/wal/single-tenant/wal/00000000",
        "samples",
        ago(90),
    );

    for blocks in [Some("blocks"), None] {
        let stored = walked(root, blocks);
        let store = tempo(&stored);
        assert_eq!(store.live.blocks, 3);
        assert_eq!(store.live.objects, Some(3 * 133));
        assert_eq!(store.live.start, Some(ago(41)));
        assert_eq!(store.live.end, Some(ago(1)));
        assert_eq!(store.first_end, Some(ago(40)));
        assert_eq!(store.compacted.blocks, 1);
        assert_eq!(store.orphaned.blocks, 1);
        assert_eq!(store.unfinished.blocks, 1);
        let levels: Vec<(u32, u64)> = store
            .levels
            .iter()
            .map(|level| (level.level, level.blocks))
            .collect();
        assert_eq!(levels, [(0, 2), (2, 1)]);
        let tenants: Vec<(&str, u64, u64)> = store
            .tenants
            .iter()
            .map(|tenant| {
                (
                    tenant.name.as_str(),
                    tenant.live.blocks,
                    tenant.compacted.blocks,
                )
            })
            .collect();
        assert_eq!(tenants, [(TENANT, 2, 1), ("other", 1, 0)]);
        let spread: u64 = store.days.iter().map(|day| day.bytes).sum();
        assert_eq!(spread, store.live.bytes);
        assert_eq!(stored.wal.blocks, 1);
        assert_eq!(stored.wal.all.files, 2);
        assert_eq!(stored.wal.oldest[0].folder, open);
        assert_eq!(stored.wal.oldest[0].written_at, ago(5));
        assert_eq!(stored.copies.files, 3);
        assert_eq!(stored.all.files, 3 * 3 + 3 + 2 + 2 + 1 + 2 + 3 + 1);
        assert_eq!((stored.minitempo.as_ref(), stored.cut), (None, None));
        assert_eq!(stored.unreadable.entries, 0);
    }
}

#[test]
fn tempo_3_keeps_its_newest_blocks_twice_and_they_count_once() {
    let root = TempDir::new().expect("a folder");
    let root = root.path();
    live(root, &format!("blocks/{TENANT}/{}", id(1)), 0, ago(1));
    live(
        root,
        &format!("live-store/traces/blocks/{TENANT}/{}", id(1)),
        0,
        ago(1),
    );
    let open = format!("live-store/traces/{}+{TENANT}+vParquet5", id(2));
    write(root, &format!("{open}/0000000001"), "spans", ago(0));
    write(root, "live-store/shutdown-marker/live-store-0", "", ago(9));
    write(root, "blocks/work.json", "{}", ago(0));
    write(root, "work/shard_001.json", "{}", ago(0));

    let stored = walked(root, Some("blocks"));
    assert_eq!(tempo(&stored).live.blocks, 1);
    assert_eq!(stored.copies.files, 3);
    assert_eq!(stored.wal.blocks, 1);
    assert_eq!(stored.wal.all.files, 2);
}

#[test]
fn a_tombstone_is_a_block_that_waits_to_be_deleted() {
    let root = TempDir::new().expect("a folder");
    let folder = format!("blocks/{TENANT}/{}", id(1));
    block(root.path(), &folder, "meta.deleted.json", "{}", ago(50));
    let stored = walked(root.path(), Some("blocks"));
    assert_eq!(tempo(&stored).compacted.blocks, 1);
    assert_eq!(tempo(&stored).orphaned.blocks, 0);
}

#[test]
fn minitempos_files_tell_when_they_were_begun_and_a_volume_may_have_both() {
    let root = TempDir::new().expect("a folder");
    let root = root.path();
    let name = |at: Timestamp| format!("minitempo/{:014}.block", at.as_millisecond());
    write(root, &name(ago(30)), "spans", ago(2));
    write(root, &name(ago(6)), "spans", ago(1));
    write(
        root,
        "minitempo/set-aside/01700000000000.block",
        "damaged",
        ago(70),
    );
    write(root, "minitempo/notes.txt", "x", ago(70));
    live(root, &format!("traces/{TENANT}/{}", id(1)), 0, ago(90));

    let stored = walked(root, Some("traces"));
    let minitempo = stored.minitempo.as_ref().expect("minitempo's blocks");
    assert_eq!(minitempo.live.blocks, 2);
    assert_eq!(minitempo.live.start, Some(ago(30)));
    assert_eq!(minitempo.live.end, Some(ago(1)));
    // Sealed when the next one had begun, and touched once more since.
    assert_eq!(minitempo.first_end, Some(ago(6)));
    assert_eq!(minitempo.live.objects, None);
    assert_eq!(minitempo.orphaned.blocks, 1);
    assert_eq!(tempo(&stored).live.blocks, 1);
    let chosen = |version| stored.in_use(version).expect("blocks").live.blocks;
    assert_eq!(chosen(Some("3.0.3-minitempo-0.1.0")), 2);
    assert_eq!(chosen(Some("3.0.3")), 1);
    assert_eq!(chosen(None), 2);
}

#[test]
fn an_empty_folder_of_blocks_is_a_store_without_any() {
    let root = TempDir::new().expect("a folder");
    assert_eq!(walked(root.path(), Some("blocks")).tempo, None);
    fs::create_dir(root.path().join("blocks")).expect("made");
    let stored = walked(root.path(), Some("blocks"));
    assert_eq!(tempo(&stored).live.blocks, 0);
    assert_eq!(tempo(&stored).live.start, None);
    // A volume that is mounted at the blocks' own folder.
    assert!(walked(root.path(), Some("")).tempo.is_some());
}

#[test]
fn no_link_is_followed_and_no_pipe_is_waited_for() {
    let elsewhere = TempDir::new().expect("a folder");
    live(elsewhere.path(), &format!("{TENANT}/{}", id(9)), 0, ago(1));
    let root = TempDir::new().expect("a folder");
    let root = root.path();
    symlink(elsewhere.path(), root.join("blocks")).expect("a link");
    let folder = format!("traces/{TENANT}/{}", id(1));
    block(root, &folder, "", "", ago(2));
    let secret = elsewhere.path().join("secret");
    fs::write(&secret, meta(ago(2), ago(1), 0)).expect("written");
    symlink(&secret, root.join(&folder).join("meta.json")).expect("a link");
    let piped = format!("traces/{TENANT}/{}", id(2));
    block(root, &piped, "", "", ago(2));
    rustix::fs::mknodat(
        rustix::fs::CWD,
        root.join(&piped).join("meta.json"),
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .expect("a pipe");

    let stored = walked(root, Some("traces"));
    assert_eq!(tempo(&stored).live.blocks, 0);
    assert_eq!(tempo(&stored).undescribed.blocks, 2);
    assert_eq!(stored.unreadable.entries, 2);
    assert_eq!(stored.unreadable.forbidden, 0);
}

#[test]
fn the_file_systems_own_folder_is_no_data_and_keeps_nobody_out() {
    let root = TempDir::new().expect("a folder");
    let root = root.path();
    write(root, "lost+found/#12", "x", ago(1));
    write(root, "blocks/lost+found/file", "x", ago(1));
    let stored = walked(root, None);
    assert_eq!(stored.all.files, 1);
    assert_eq!(stored.unreadable.forbidden, 0);
}

#[test]
fn no_name_of_a_folder_reaches_a_terminal_as_it_is() {
    let root = TempDir::new().expect("a folder");
    let root = root.path();
    live(root, &format!("blocks/\u{1b}[31mteam/{}", id(1)), 0, ago(1));
    let open = format!("wal/{}+\u{1b}]0;team\n+vParquet4", id(7));
    write(root, &format!("{open}/0000000001"), "spans", ago(5));
    let folder = format!("blocks/\u{9b}2Jteam/{}", id(2));
    block(root, &folder, "meta.json", "no description", ago(1));
    let stored = walked(root, Some("blocks"));
    let tenant = &tempo(&stored).tenants[0].name;
    assert_eq!(tenant, "\\u{1b}[31mteam");
    let wal = &stored.wal.oldest[0].folder;
    assert!(wal.contains("\\u{1b}]0;team\\n"), "{wal}");
    let first = stored.unreadable.first.as_deref().expect("one");
    assert!(first.contains("\\u{9b}2Jteam"), "{first}");
}

#[test]
fn folders_without_end_end_at_a_depth() {
    let root = TempDir::new().expect("a folder");
    let deep: String = "d/".repeat(40);
    write(root.path(), &format!("{deep}file"), "x", ago(1));
    write(root.path(), "file", "x", ago(1));
    let stored = walked(root.path(), None);
    assert_eq!(stored.all.files, 1);
    assert_eq!(stored.unreadable.entries, 1);
    assert!(
        stored
            .unreadable
            .first
            .is_some_and(|first| first.contains("deeper"))
    );
}

#[tokio::test]
async fn a_walk_ends_in_time_and_says_so() {
    let root = TempDir::new().expect("a folder");
    for number in 0..200 {
        write(root.path(), &format!("f{number}"), "x", ago(1));
    }
    let task = VolumeTask {
        folder: root.path().to_owned(),
        blocks: None,
    };
    let found = task
        .perform(Deadline::after(Duration::ZERO))
        .await
        .expect("a folder");
    assert_eq!(found.stored.cut, Some(WalkEnd::Late));
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let task = VolumeTask {
        folder: "/nowhere/at/all".into(),
        blocks: None,
    };
    let error = task
        .walk(Deadline::after(Duration::from_secs(1)), now())
        .expect_err("no folder");
    assert!(error.contains("/nowhere/at/all"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever a description says, a block is counted once, and its bytes are on its days or before them.
    #[test]
    fn a_hostile_description_changes_no_sum(
        descriptions in proptest::collection::vec(
            prop_oneof![
                any::<Vec<u8>>(),
                Just(b"[".repeat(100_000)),
                ("-?[0-9]{1,6}-[01][0-9]-[0-3][0-9]T08:00:00Z", "[0-9]{4}-[01][0-9]-01T00:00:00Z", any::<i64>(), any::<u32>())
                    .prop_map(|(start, end, objects, level)| format!(
                        r#"{{"startTime":"{start}","endTime":"{end}","totalObjects":{objects},"compactionLevel":{level}}}"#
                    ).into_bytes()),
            ],
            1..6,
        ),
        names in proptest::collection::vec("[a-zA-Z0-9+. \u{1b}é-]{1,20}", 6),
    ) {
        let root = TempDir::new().expect("a folder");
        for (at, (text, tenant)) in descriptions.iter().zip(&names).enumerate() {
            let number = u32::try_from(at).expect("few");
            let folder = root.path().join("blocks").join(format!("t{tenant}")).join(id(number));
            fs::create_dir_all(&folder).expect("made");
            fs::write(folder.join("meta.json"), text).expect("written");
        }
        let stored = walked(root.path(), Some("blocks"));
        let store = tempo(&stored);
        let count = u64::try_from(descriptions.len()).expect("few");
        prop_assert_eq!(store.live.blocks + store.undescribed.blocks, count);
        let spread: u64 = store.days.iter().map(|day| day.bytes).sum();
        prop_assert_eq!(spread + store.bytes_before, store.live.bytes);
        prop_assert!(store.days.len() <= 91);
        prop_assert!(store.live.end <= Some(now()));
        let text = serde_json::to_string(&stored).expect("JSON");
        prop_assert_eq!(serde_json::from_str::<StoredData>(&text).expect("the same"), stored);
    }
}
