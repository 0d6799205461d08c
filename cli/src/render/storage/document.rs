//! The storage report for a program.

use jiff::{SignedDuration, Timestamp};
use ptctl_diagnosis::{
    finding::Finding,
    observed::Observed,
    snapshot::{
        ObjectStorage, ProjectFiles, Snapshot, StorageAnswers, StoredData, Tempo, VolumeUsage,
    },
};
use serde::Serialize;

use super::{object_storage::Pace, outlook::Outlook};

/// The whole report.
#[derive(Debug, Serialize)]
pub struct StorageDocument<'s> {
    /// When was looked.
    taken_at: Timestamp,
    /// The Compose project.
    project: Option<&'s str>,
    /// The backends.
    tempos: Vec<TempoDocument<'s>>,
    /// The project's logs and volumes.
    files: &'s ProjectFiles,
    /// What is wrong with what is stored.
    findings: &'s [&'s Finding],
}

#[derive(Debug, Serialize)]
struct TempoDocument<'s> {
    name: &'s str,
    volume: &'s Observed<VolumeUsage>,
    stored: Option<&'s Observed<StoredData>>,
    retention: Option<SignedDuration>,
    oldest_trace: &'s Observed<Option<Timestamp>>,
    stored_bytes_by_metrics: Option<u64>,
    blocks_by_metrics: Option<u64>,
    outlook: Option<Outlook>,
    /// Where its blocks are no files: where they are and what its metrics tell of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    object_storage: Option<ObjectStorageDocument<'s>>,
}

#[derive(Debug, Serialize)]
struct ObjectStorageDocument<'s> {
    #[serde(flatten)]
    place: &'s ObjectStorage,
    traces_by_metrics: Option<u64>,
    compacted_bytes_by_metrics: Option<u64>,
    deleted_blocks_by_metrics: Option<u64>,
    answers: &'s [StorageAnswers],
    growth: Option<Pace>,
}

impl<'s> StorageDocument<'s> {
    /// The report of a look.
    pub fn of(snapshot: &'s Snapshot, findings: &'s [&'s Finding]) -> Self {
        Self {
            taken_at: snapshot.taken_at,
            project: snapshot.stack.project.as_deref(),
            tempos: snapshot
                .tempos
                .iter()
                .map(|tempo| TempoDocument::of(tempo, snapshot.taken_at))
                .collect(),
            files: &snapshot.files,
            findings,
        }
    }
}

impl<'s> TempoDocument<'s> {
    fn of(tempo: &'s Tempo, now: Timestamp) -> Self {
        let metrics = tempo.metrics.known();
        Self {
            name: &tempo.name,
            volume: &tempo.volume,
            stored: tempo.stored.as_ref(),
            retention: tempo.config.known().and_then(|config| config.retention),
            oldest_trace: &tempo.oldest_trace,
            stored_bytes_by_metrics: metrics.and_then(|metrics| metrics.stored_bytes),
            blocks_by_metrics: metrics.and_then(|metrics| metrics.listed_blocks),
            outlook: tempo
                .store()
                .and_then(|store| Outlook::of(tempo, store, now)),
            object_storage: tempo
                .object_storage()
                .map(|place| ObjectStorageDocument::of(place, tempo, now)),
        }
    }
}

impl<'s> ObjectStorageDocument<'s> {
    fn of(place: &'s ObjectStorage, tempo: &'s Tempo, now: Timestamp) -> Self {
        let metrics = tempo.metrics.known();
        Self {
            place,
            traces_by_metrics: metrics.and_then(|metrics| metrics.stored_traces),
            compacted_bytes_by_metrics: metrics.and_then(|metrics| metrics.compacted_bytes),
            deleted_blocks_by_metrics: metrics.and_then(|metrics| metrics.retention_deleted),
            answers: metrics.map_or(&[], |metrics| &metrics.storage_answers),
            growth: Pace::of(tempo, now),
        }
    }
}
