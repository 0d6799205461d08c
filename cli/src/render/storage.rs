//! `ptctl storage`: how much is stored, for how long, and how much room is left.

use bytesize::ByteSize;
use ptctl_diagnosis::{
    observed::{Gap, Observed},
    snapshot::Snapshot,
};

use super::{
    page::{Page, Tone},
    time::{age, span},
};

/// Writes the storage report: one block for each Tempo.
pub fn storage(page: &mut Page, snapshot: &Snapshot) {
    for (number, tempo) in snapshot.tempos.iter().enumerate() {
        if number > 0 {
            page.blank();
        }
        page.paragraph(Tone::Strong, &format!("Tempo `{}`", tempo.name));
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
                page.entry(
                    "  volume     ",
                    Tone::Faint,
                    &format!("{}: {used}{free}", volume.name),
                );
            }
            Observed::Unknown(gap) => page.entry("  volume     ", Tone::Faint, &unknown(gap)),
        }
        match &tempo.metrics {
            Observed::Known(metrics) => {
                let text = metrics.stored_bytes.map_or_else(
                    || "not counted yet".to_owned(),
                    |bytes| format!("{} in blocks", size(bytes)),
                );
                page.entry("  stored     ", Tone::Faint, &text);
            }
            Observed::Unknown(gap) => page.entry("  stored     ", Tone::Faint, &unknown(gap)),
        }
        match &tempo.config {
            Observed::Known(config) => {
                let text = config
                    .retention
                    .map_or_else(|| "kept for ever".to_owned(), span);
                page.entry(
                    "  retention  ",
                    Tone::Faint,
                    &format!("{text} (from {})", config.source),
                );
            }
            Observed::Unknown(gap) => page.entry("  retention  ", Tone::Faint, &unknown(gap)),
        }
        match &tempo.oldest_trace {
            Observed::Known(Some(at)) => {
                page.entry("  oldest     ", Tone::Faint, &age(*at, snapshot.taken_at));
            }
            Observed::Known(None) => page.entry("  oldest     ", Tone::Faint, "no trace stored"),
            Observed::Unknown(gap) => page.entry("  oldest     ", Tone::Faint, &unknown(gap)),
        }
    }
    if snapshot.tempos.is_empty() {
        page.paragraph(Tone::Doubtful, "no Tempo belongs to this stack");
    }
}

fn unknown(gap: &Gap) -> String {
    format!("unknown: {}", gap.reason)
}

fn size(bytes: u64) -> String {
    ByteSize::b(bytes).display().iec().to_string()
}
