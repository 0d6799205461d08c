//! What a backend keeps in an object storage, by its own metrics: nobody else is asked.

use jiff::{SignedDuration, Timestamp};
use ptctl_diagnosis::{
    observed::Observed,
    snapshot::{ObjectStorage, StorageAnswers, Tempo, TempoMetrics},
};
use serde::Serialize;

use super::{counted, outlook::retention, row, size};
use crate::render::{page::Page, time::span};

/// Tempo's own pause between two listings of its blocks.
const POLL: SignedDuration = SignedDuration::from_mins(5);
/// Of less nothing is said of the days to come.
const LEAST: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What metrics tell of the days to come: the data of blocks, without bloom filters and indexes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Pace {
    /// Bytes that come a day.
    pub(super) bytes_a_day: u64,
    /// How long what is stored took to come.
    pub(super) over: SignedDuration,
    /// The bytes at which retention holds it; `None` without one.
    pub(super) levels_at_bytes: Option<u64>,
}

impl Pace {
    /// The pace at which a backend's object storage grows; `None` where too little is known.
    pub(super) fn of(tempo: &Tempo, now: Timestamp) -> Option<Self> {
        tempo.object_storage()?;
        let bytes = tempo.metrics.known()?.stored_bytes?;
        let oldest = (*tempo.oldest_trace.known()?)?;
        let over = now.duration_since(oldest);
        if over < LEAST || bytes == 0 {
            return None;
        }
        let scaled = |to: SignedDuration| {
            let whole = u128::from(bytes) * u128::from(to.as_secs().unsigned_abs());
            u64::try_from(whole / u128::from(over.as_secs().unsigned_abs())).unwrap_or(u64::MAX)
        };
        Some(Self {
            bytes_a_day: scaled(DAY),
            over,
            levels_at_bytes: retention(tempo).map(|kept| scaled(kept.max(over))),
        })
    }
}

/// Where the blocks are and what is counted of them.
pub(super) fn blocks(page: &mut Page, tempo: &Tempo, storage: &ObjectStorage) {
    row(page, "storage", &place(storage));
    let metrics = match &tempo.metrics {
        Observed::Known(metrics) => metrics,
        Observed::Unknown(gap) => {
            row(page, "blocks", &format!("unknown: {}", gap.reason));
            return;
        }
    };
    let text = match (metrics.listed_blocks, metrics.stored_bytes) {
        (Some(blocks), Some(bytes)) => {
            let traces = metrics
                .stored_traces
                .map_or_else(String::new, |traces| format!(", {traces} traces"));
            format!(
                "{}, {} of data{traces}; by its own metrics, as it listed them up to {} ago. Bloom filters and indexes are not counted",
                counted(blocks, "block"),
                size(bytes),
                span(storage.poll.unwrap_or(POLL))
            )
        }
        (Some(blocks), None) => format!("{}, by its own metrics", counted(blocks, "block")),
        (None, Some(bytes)) => format!("{} of data, by its own metrics", size(bytes)),
        (None, None) => "not counted by its metrics yet".to_owned(),
    };
    row(page, "blocks", &text);
    if let Some(bytes) = metrics.compacted_bytes.filter(|bytes| *bytes > 0) {
        let text = format!("{} of data in blocks that wait to be deleted", size(bytes));
        row(page, "compacted", &text);
    }
    if let Some(deleted) = metrics.retention_deleted {
        let text = format!("{} by retention since its start", counted(deleted, "block"));
        row(page, "deleted", &text);
    }
    requests(page, metrics);
}

/// `s3, bucket tempo at garage:3900`.
fn place(storage: &ObjectStorage) -> String {
    let bucket = storage.bucket.as_deref().unwrap_or("not named");
    let endpoint = storage
        .endpoint
        .as_ref()
        .map_or_else(String::new, |endpoint| format!(" at {endpoint}"));
    let prefix = storage
        .prefix
        .as_ref()
        .map_or_else(String::new, |prefix| format!(", under `{prefix}`"));
    format!("{}: bucket `{bucket}`{endpoint}{prefix}", storage.kind)
}

/// How the storage answered.
fn requests(page: &mut Page, metrics: &TempoMetrics) {
    let answers = &metrics.storage_answers;
    if answers.is_empty() {
        return;
    }
    let all: u64 = answers.iter().map(|it| it.count).sum();
    let refused: Vec<&StorageAnswers> = answers.iter().filter(|it| it.is_refusal()).collect();
    let mut text = format!("{} answered since its start", counted(all, "request"));
    for answer in refused {
        text = format!("{text}, {} with HTTP {}", answer.count, answer.status);
    }
    row(page, "requests", &text);
}

/// What is to be expected, as far as anybody can tell.
pub(super) fn expected(page: &mut Page, tempo: &Tempo, now: Timestamp) {
    let room = "how much room the bucket has the storage alone knows";
    let Some(growth) = Pace::of(tempo, now) else {
        let why = match tempo.oldest_trace {
            Observed::Known(_) => "it takes an hour of stored traces to tell",
            Observed::Unknown(_) => "nobody tells when the oldest trace came",
        };
        row(page, "growth", &format!("unknown: {why}"));
        row(page, "outlook", &format!("unknown: {room}"));
        return;
    };
    let text = format!(
        "about {} of data a day (all that is stored, over the {} since the oldest trace)",
        size(growth.bytes_a_day),
        span(growth.over)
    );
    row(page, "growth", &text);
    let level = match growth.levels_at_bytes {
        Some(level) => format!("retention holds it at about {} of data", size(level)),
        None => "nothing is deleted".to_owned(),
    };
    row(page, "outlook", &format!("{level}; {room}"));
}
