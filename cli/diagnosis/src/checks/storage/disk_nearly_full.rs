//! The disk behind Tempo's data is nearly full.

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    observed::{Gap, Observed, Probe},
    policy::Policy,
    view::{Backend, Stack},
};

/// Below this share of the disk, in percent, free space may be a warning:
const WARN_PERCENT: u64 = 5;
/// if it is also less than this,
const ROOM: u64 = 1 << 30;
/// or than so many times what Tempo keeps by now, so that its data cannot grow by as much again and be rewritten.
const TIMES_KEPT: u64 = 2;
/// From this share of what fills the disk on, in percent, a shorter retention frees a part worth having.
const WORTH_DELETING_PERCENT: u64 = 5;
/// Below this many bytes Tempo cannot finish a block of default size.
const FULL_BYTES: u64 = 64 << 20;

pub(crate) static CHECK: Check = Check {
    code: Code::new(802),
    name: "disk-nearly-full",
    severity: Severity::Warning,
    summary: "the disk behind Tempo's data is nearly full",
    why: "On a full disk Tempo stays ready and acknowledges every batch, and the spans are gone ten seconds later.",
    causes: &[
        "Retention is longer than the disk is large.",
        "Something else fills the same disk: `docker system df`.",
    ],
    remedy: "Shorten `overrides.defaults.compaction.block_retention`, or free or enlarge the disk.",
    verify: "`ptctl storage` shows free space.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let volume = backend.tempo.volume.get()?;
    let (Some(free), Some(disk)) = (volume.free_bytes, volume.disk_bytes) else {
        let refused = backend.tempo.stored.as_ref().and_then(Observed::gap);
        let why = refused.map_or_else(String::new, |gap| format!(": {}", gap.reason));
        let reason = format!(
            "the free space behind `{}` cannot be read from here{why}",
            volume.name
        );
        return Err(Gap::new(Probe::Volume, backend.subject.clone(), reason));
    };
    let full = free < FULL_BYTES;
    if !full && (free >= disk / 100 * WARN_PERCENT || is_ample(free, volume.used_bytes)) {
        return Ok(Outcome::Pass);
    }
    let taken = disk.saturating_sub(free);
    let remedy = match volume.used_bytes {
        Some(kept) if kept < taken / 100 * WORTH_DELETING_PERCENT => format!(
            "free or enlarge the disk; Tempo's data are {} of it. What fills it:",
            size(kept)
        ),
        Some(_) | None => {
            "shorten `block_retention` in Tempo's configuration or free the disk; what fills it:"
                .to_owned()
        }
    };
    let report = Report::new(
        format!(
            "the disk behind Tempo `{}` has {} free of {}",
            backend.label(),
            size(free),
            size(disk)
        ),
        Evidence::new(
            EvidenceKind::Container,
            &volume.name,
            format!("{free} bytes free of {disk}"),
        ),
        Remedy::run(remedy, "docker system df --verbose"),
    );
    fail(if full {
        report.severity(Severity::Error)
    } else {
        report
    })
}

/// Whether the room that is left is more than Tempo will need, however small a share of the disk it is.
fn is_ample(free: u64, kept: Option<u64>) -> bool {
    kept.is_some_and(|kept| free >= ROOM.max(kept.saturating_mul(TIMES_KEPT)))
}

/// `840 MiB`, `12.5 GiB`.
fn size(bytes: u64) -> String {
    match bytes {
        0..0x10_0000 => format!("{} KiB", bytes >> 10),
        0x10_0000..0x4000_0000 => format!("{} MiB", bytes >> 20),
        _ => {
            let tenths = bytes / ((1 << 30) / 10);
            format!("{}.{} GiB", tenths / 10, tenths % 10)
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{diagnose, diagnosis::Diagnosis, fixtures, observed::Observed, policy::Policy};

    fn with(used: u64, free: u64, disk: u64) -> Diagnosis {
        let mut snapshot = fixtures::healthy();
        let Observed::Known(volume) = &mut snapshot.tempos[0].volume else {
            unreachable!()
        };
        volume.used_bytes = Some(used);
        volume.free_bytes = Some(free);
        volume.disk_bytes = Some(disk);
        diagnose(&snapshot, &Policy::default())
    }

    #[test]
    fn a_small_share_of_a_large_disk_is_room_enough_for_little_data() {
        let disk = 252 << 30;
        assert_eq!(with(72 << 10, 12_800 << 20, disk).causes, []);
        let diagnosis = with(20 << 30, 12_800 << 20, disk);
        let finding = &diagnosis.causes[0].finding;
        assert_eq!(
            finding.message,
            "the disk behind Tempo `tempo` has 12.5 GiB free of 252.0 GiB"
        );
        let first = "shorten `block_retention`";
        assert!(finding.remedy.action.starts_with(first), "{finding:?}");
    }

    #[test]
    fn a_retention_that_would_free_nothing_is_not_offered() {
        let diagnosis = with(72 << 10, 900 << 20, 252 << 30);
        assert_eq!(
            diagnosis.causes[0].finding.remedy.action,
            "free or enlarge the disk; Tempo's data are 72 KiB of it. What fills it:"
        );
    }
}
