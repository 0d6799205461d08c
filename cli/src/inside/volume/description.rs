//! What a block says of itself in `meta.json` (`tempodb/backend/block_meta.go` of Tempo).

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

/// Before this moment no span was ever made; Go's zero time stands for "none".
const FIRST_SPAN: Timestamp = Timestamp::constant(946_684_800, 0);

/// A block's description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Description {
    /// The start of its first span.
    pub(super) start: Option<Timestamp>,
    /// The end of its last.
    pub(super) end: Option<Timestamp>,
    /// Its traces.
    pub(super) objects: u64,
    /// How often it was compacted.
    pub(super) level: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    start_time: Option<String>,
    end_time: Option<String>,
    #[serde(default)]
    total_objects: i64,
    #[serde(default)]
    compaction_level: u32,
}

/// Reads a description.
pub(super) fn read(text: &[u8]) -> Result<Description, serde_json::Error> {
    let meta: Meta = serde_json::from_slice(text)?;
    Ok(Description {
        start: meta.start_time.as_deref().and_then(time),
        end: meta.end_time.as_deref().and_then(time),
        objects: u64::try_from(meta.total_objects).unwrap_or(0),
        level: meta.compaction_level,
    })
}

fn time(text: &str) -> Option<Timestamp> {
    let at: Timestamp = text.parse().ok()?;
    (at > FIRST_SPAN).then_some(at)
}

impl Description {
    /// The time that its spans are from; where it does not tell, it ended when it was written, and lasted for nothing.
    /// Spans from the future count as from `now`, since that is when they came.
    pub(super) fn span(&self, written_at: Timestamp, now: Timestamp) -> (Timestamp, Timestamp) {
        let end = self.end.unwrap_or(written_at).min(now);
        let start = self.start.unwrap_or(end).min(end);
        (start, end)
    }

    /// How long a block is of no use to anybody after its last write, if it has no description.
    pub(super) const SETTLED: SignedDuration = SignedDuration::from_hours(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_without_spans_has_no_times() {
        let text = br#"{"format":"vParquet5","startTime":"0001-01-01T00:00:00Z","endTime":"0001-01-01T00:00:00Z","totalObjects":-4,"compactionLevel":0}"#;
        let description = read(text).expect("a description");
        assert_eq!(description.start, None);
        assert_eq!(description.objects, 0);
        let now = Timestamp::constant(1_700_000_000, 0);
        let written = Timestamp::constant(1_600_000_000, 0);
        assert_eq!(description.span(written, now), (written, written));
    }
}
