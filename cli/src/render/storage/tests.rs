//! The page of a store of some days, wide, narrow and in ASCII.

use ptctl_diagnosis::{
    finding::Finding,
    fixtures,
    observed::Observed,
    snapshot::{
        BlockTotals, FilesTotal, LogFile, ObjectStorage, ProjectFiles, ProjectVolume, Snapshot,
        StorageAnswers, StoredData, TenantTotals,
    },
};

use super::*;
use crate::render::page::Glyphs;

/// Five days of a gibibyte each, of two tenants, with what else may lie there.
fn stack() -> Snapshot {
    let mut snapshot = fixtures::healthy();
    let mut store = fixtures::steady_store(5, 1 << 30);
    store.orphaned = BlockTotals {
        blocks: 1,
        bytes: 20 << 20,
        ..BlockTotals::default()
    };
    let mut small = store.tenants[0].clone();
    small.live.bytes >>= 4;
    store.tenants.push(TenantTotals {
        name: "eve\u{1b}[31m".to_owned(),
        ..small
    });
    store.tenants_in_all = 2;
    let tempo = &mut snapshot.tempos[0];
    if let Some(Observed::Known(stored)) = &mut tempo.stored {
        *stored = StoredData {
            tempo: Some(store),
            ..stored.clone()
        };
    }
    if let Observed::Known(volume) = &mut tempo.volume {
        volume.used_bytes = Some(6 << 30);
    }
    let log = LogFile {
        container: snapshot.containers[0].id.clone(),
        all: FilesTotal {
            files: 1,
            bytes: 3 << 20,
        },
        free_bytes: None,
    };
    snapshot.files.logs = vec![log];
    snapshot.files.volumes = Some(Observed::Known(vec![ProjectVolume {
        name: "shop_old".to_owned(),
        bytes: Some(7 << 20),
        mounted_by: Vec::new(),
        is_referred_to: Some(false),
    }]));
    snapshot
}

fn written(width: usize, glyphs: Glyphs, findings: &[&Finding]) -> String {
    let mut page = Page::new(width, glyphs);
    storage(&mut page, &stack(), findings);
    page.into_text()
}

#[test]
fn a_store_of_some_days_is_drawn() {
    insta::assert_snapshot!(written(80, Glyphs::Unicode, &[]));
}

#[test]
fn a_narrow_terminal_without_letters_has_the_same() {
    let page = written(44, Glyphs::Ascii, &[]);
    assert!(page.is_ascii(), "{page}");
    insta::assert_snapshot!(page);
}

#[test]
fn blocks_in_a_bucket_are_told_by_tempos_metrics_and_what_nobody_knows_is_said_to_be_unknown() {
    let mut snapshot = stack();
    snapshot.files = ProjectFiles::default();
    let tempo = &mut snapshot.tempos[0];
    if let Observed::Known(config) = &mut tempo.config {
        config.object_storage = Some(ObjectStorage {
            kind: "s3".to_owned(),
            endpoint: Some("garage:3900".to_owned()),
            bucket: Some("tempo".to_owned()),
            ..ObjectStorage::default()
        });
    }
    if let Observed::Known(metrics) = &mut tempo.metrics {
        metrics.listed_blocks = Some(3);
        metrics.stored_bytes = Some(60 << 20);
        metrics.stored_traces = Some(420);
        metrics.compacted_bytes = Some(2 << 20);
        metrics.storage_answers = [(200, 47), (404, 1), (403, 8)]
            .map(|(status, count)| StorageAnswers { status, count })
            .to_vec();
    }
    let page = |snapshot: &Snapshot| {
        let mut page = Page::new(80, Glyphs::Unicode);
        storage(&mut page, snapshot, &[]);
        page.into_text()
    };
    let young = page(&snapshot);
    assert!(young.contains("growth     unknown"), "{young}");
    snapshot.tempos[0].oldest_trace = Observed::Known(Some(fixtures::ago(2 * 24 * 3_600)));
    insta::assert_snapshot!(page(&snapshot));
}

#[test]
fn nothing_of_a_container_gets_through_to_the_terminal() {
    for glyphs in [Glyphs::Ascii, Glyphs::Unicode] {
        assert!(!written(80, glyphs, &[]).contains('\u{1b}'));
    }
}
