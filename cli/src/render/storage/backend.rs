//! What one backend keeps, and where.

use jiff::Timestamp;
use ptctl_diagnosis::{
    observed::{Gap, Observed},
    release::Release,
    snapshot::{BlockStore, StoredData, Tempo, WalkEnd},
};

use super::{
    counted, object_storage,
    outlook::{Outlook, exact, retention},
    picture, row, size,
};
use crate::render::{
    page::{Page, Tone},
    time::{age, span},
};

/// Where retention is set, the one that holds first.
const RETENTION_KEYS: [&[&str]; 4] = [
    &["overrides", "defaults", "compaction", "block_retention"],
    &["overrides", "block_retention"],
    &["compactor", "compaction", "block_retention"],
    &["backend_worker", "compaction", "block_retention"],
];

/// One backend.
pub(super) fn backend(page: &mut Page, tempo: &Tempo, now: Timestamp) {
    let version = tempo
        .version
        .known()
        .map_or(String::new(), |version| format!("  {}", version.version));
    page.paragraph(Tone::Strong, &format!("Tempo `{}`{version}", tempo.name));
    let (store, bucket) = (tempo.store(), tempo.object_storage());
    if let Some(bucket) = bucket {
        object_storage::blocks(page, tempo, bucket);
    }
    volume(page, tempo);
    match &tempo.stored {
        Some(Observed::Known(stored)) => {
            if store.is_none() && bucket.is_none() {
                row(page, "blocks", "none");
            }
            files(page, stored, store, now);
        }
        Some(Observed::Unknown(gap)) => row(page, "files", &unknown(gap)),
        None => {}
    }
    if store.is_none() && bucket.is_none() {
        by_its_own_word(page, tempo);
    }
    kept(page, tempo, store, now);
    if bucket.is_some() {
        object_storage::expected(page, tempo, now);
    }
    if let Some(store) = store {
        if let Some(outlook) = Outlook::of(tempo, store, now) {
            expected(page, &outlook);
        }
        picture::days(page, store, now);
    }
    setting(page, tempo);
    if let Some(store) = store {
        picture::tenants(page, store);
    }
}

fn volume(page: &mut Page, tempo: &Tempo) {
    match &tempo.volume {
        Observed::Known(volume) => {
            let used = volume
                .used_bytes
                .map_or_else(|| "size not readable".to_owned(), size);
            let free = match (volume.free_bytes, volume.disk_bytes) {
                (Some(free), Some(disk)) => {
                    format!(", {} free of {} on its disk", size(free), size(disk))
                }
                _ => ", free space not readable from here".to_owned(),
            };
            row(page, "volume", &format!("{}: {used}{free}", volume.name));
            picture::disk(page, volume);
        }
        Observed::Unknown(gap) => row(page, "volume", &unknown(gap)),
    }
}

/// What lies there.
fn files(page: &mut Page, stored: &StoredData, store: Option<&BlockStore>, now: Timestamp) {
    if let Some(store) = store {
        blocks(page, store, now);
    }
    let wal = &stored.wal;
    if wal.all.files > 0 {
        let mut text = format!(
            "{} in {}, write-ahead log",
            size(wal.all.bytes),
            counted(wal.all.files, "file")
        );
        if let Some(oldest) = wal.oldest.first() {
            text = format!(
                "{text}; {}, the oldest written to {}",
                counted(wal.blocks, "block"),
                age(oldest.written_at, now)
            );
        }
        row(page, "wal", &text);
    }
    if stored.copies.files > 0 {
        let text = format!(
            "{} of newest blocks beside the write-ahead log, for queries",
            size(stored.copies.bytes)
        );
        row(page, "copies", &text);
    }
    if let Some(other) = left_behind(stored, store) {
        row(page, "also here", &other);
    }
    if let Some(first) = &stored.unreadable.first {
        let text = format!(
            "{} could not be read, the first {first}",
            counted(stored.unreadable.entries, "name")
        );
        row(page, "unread", &text);
    }
    match stored.cut {
        Some(WalkEnd::Late) => row(page, "not all", "time was up before all files were counted"),
        Some(WalkEnd::TooMany) => row(
            page,
            "not all",
            "there are more files than are ever counted",
        ),
        None => {}
    }
}

fn blocks(page: &mut Page, store: &BlockStore, now: Timestamp) {
    let live = &store.live;
    let mut text = format!("{}, {}", counted(live.blocks, "block"), size(live.bytes));
    if let Some(objects) = live.objects {
        text = format!("{text}, {objects} traces");
    }
    if store.levels.iter().any(|level| level.level > 0) {
        let levels: Vec<String> = store
            .levels
            .iter()
            .map(|level| format!("{}: {}", level.level, level.blocks))
            .collect();
        text = format!("{text}; by level of compaction {}", levels.join(", "));
    }
    row(page, "blocks", &text);
    if let (Some(start), Some(end)) = (live.start, live.end) {
        let text = format!(
            "{} to {}, over {}",
            age(start, now),
            age(end, now),
            span(end.duration_since(start))
        );
        row(page, "from", &text);
    }
    let more = [
        (store.compacted, "compacted", "wait to be deleted"),
        (store.orphaned, "orphaned", "nobody reads or deletes them"),
        (store.unfinished, "unfinished", "being made or deleted"),
        (
            store.undescribed,
            "damaged",
            "their meta.json cannot be read",
        ),
    ];
    for (totals, label, what) in more {
        if totals.blocks > 0 {
            let text = format!(
                "{}, {}: {what}",
                counted(totals.blocks, "block"),
                size(totals.bytes)
            );
            row(page, label, &text);
        }
    }
}

/// Blocks of a backend that does not run here any more.
fn left_behind(stored: &StoredData, store: Option<&BlockStore>) -> Option<String> {
    let others = [
        (stored.tempo.as_ref(), "Tempo"),
        (stored.minitempo.as_ref(), "minitempo"),
    ];
    others.into_iter().find_map(|(other, name)| {
        let other = other.filter(|other| store.is_none_or(|store| !std::ptr::eq(*other, store)))?;
        let bytes = other.live.bytes.saturating_add(other.compacted.bytes);
        (bytes > 0).then(|| {
            format!(
                "{} of {name}'s own, {}, which this backend does not read",
                counted(other.live.blocks, "block"),
                size(bytes)
            )
        })
    })
}

/// What the backend counts itself, as of its last poll.
fn by_its_own_word(page: &mut Page, tempo: &Tempo) {
    match &tempo.metrics {
        Observed::Known(metrics) => {
            let bytes = metrics.stored_bytes.map(size);
            let blocks = metrics.listed_blocks.map(|count| counted(count, "block"));
            let text = match (blocks, bytes) {
                (Some(blocks), Some(bytes)) => format!("{blocks}, {bytes}, by its own metrics"),
                (Some(one), None) | (None, Some(one)) => format!("{one}, by its own metrics"),
                (None, None) => "not counted by its metrics yet".to_owned(),
            };
            row(page, "blocks", &text);
            if let Some(deleted) = metrics.retention_deleted {
                let text = format!("{} by retention since its start", counted(deleted, "block"));
                row(page, "deleted", &text);
            }
        }
        Observed::Unknown(gap) => row(page, "blocks", &unknown(gap)),
    }
}

/// How old what is kept is, against how long it is to be kept.
fn kept(page: &mut Page, tempo: &Tempo, store: Option<&BlockStore>, now: Timestamp) {
    match &tempo.config {
        Observed::Known(config) => {
            let text = retention(tempo).map_or_else(|| "kept for ever".to_owned(), exact);
            row(
                page,
                "retention",
                &format!("{text} (from {})", config.source),
            );
        }
        Observed::Unknown(gap) => row(page, "retention", &unknown(gap)),
    }
    match (
        &tempo.oldest_trace,
        store.and_then(|store| store.live.start),
    ) {
        (Observed::Known(Some(at)), Some(block)) if block < *at => {
            let text = format!(
                "a trace of {}; the oldest block begins {}",
                age(*at, now),
                age(block, now)
            );
            row(page, "oldest", &text);
        }
        (Observed::Known(Some(at)), _) => {
            row(page, "oldest", &format!("a trace of {}", age(*at, now)));
        }
        (Observed::Known(None), Some(at)) => row(
            page,
            "oldest",
            &format!(
                "no trace was found; the oldest block begins {}",
                age(at, now)
            ),
        ),
        (Observed::Known(None), None) => {
            let blocks = tempo.metrics.known().and_then(|it| it.listed_blocks);
            let text = match blocks {
                Some(1..) => "no trace was found by a search",
                Some(0) | None => "no trace stored",
            };
            row(page, "oldest", text);
        }
        (Observed::Unknown(_), Some(at)) => {
            row(
                page,
                "oldest",
                &format!("a block that begins {}", age(at, now)),
            );
        }
        (Observed::Unknown(gap), None) => row(page, "oldest", &unknown(gap)),
    }
}

fn expected(page: &mut Page, outlook: &Outlook) {
    let text = format!(
        "{} a day ({})",
        size(outlook.bytes_a_day),
        outlook.worked_out_from
    );
    row(page, "growth", &text);
    row(page, "outlook", &outlook.sentence());
    if let Some(shorter) = &outlook.shorter {
        let mut text = format!(
            "{} of retention would free {} now",
            exact(shorter.retention),
            size(shorter.frees_bytes)
        );
        if let Some(level) = outlook.levels_at_bytes {
            text = format!("{text}, and hold it at about {}", size(level / 2));
        }
        row(page, "shorter", &text);
    }
}

/// What decides what is deleted.
fn setting(page: &mut Page, tempo: &Tempo) {
    let written = tempo.file.known().and_then(|file| {
        RETENTION_KEYS
            .into_iter()
            .find(|key| file.at(key).is_some())
    });
    let key = written.unwrap_or_else(|| {
        let version = tempo
            .version
            .known()
            .map(|version| version.version.as_str());
        match version.and_then(Release::read).map(|release| release.major) {
            Some(0..=2) => RETENTION_KEYS[2],
            Some(_) => RETENTION_KEYS[3],
            None => RETENTION_KEYS[0],
        }
    });
    let text = format!(
        "`{}` in its configuration decides what is deleted; ptctl deletes nothing",
        key.join(".")
    );
    row(page, "setting", &text);
}

fn unknown(gap: &Gap) -> String {
    format!("unknown: {}", gap.reason)
}
