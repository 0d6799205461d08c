//! The page of a store of some days, wide, narrow and in ASCII.

use ptctl_diagnosis::{
    finding::Finding,
    fixtures,
    observed::Observed,
    snapshot::{
        BlockTotals, FilesTotal, LogFile, ProjectVolume, Snapshot, StoredData, TenantTotals,
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
fn nothing_of_a_container_gets_through_to_the_terminal() {
    for glyphs in [Glyphs::Ascii, Glyphs::Unicode] {
        assert!(!written(80, glyphs, &[]).contains('\u{1b}'));
    }
}
