//! The disk behind Tempo's data is nearly full.

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    observed::{Gap, Observed, Probe},
    policy::Policy,
    view::{Backend, Stack},
};

/// Below this share of the disk, in percent, free space is a warning.
const WARN_PERCENT: u64 = 5;
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
    if !full && free >= disk / 100 * WARN_PERCENT {
        return Ok(Outcome::Pass);
    }
    let report = Report::new(
        format!(
            "the disk behind Tempo `{}` has {} MiB free of {} MiB",
            backend.label(),
            free >> 20,
            disk >> 20
        ),
        Evidence::new(
            EvidenceKind::Container,
            &volume.name,
            format!("{free} bytes free of {disk}"),
        ),
        Remedy::run(
            "shorten `block_retention` in Tempo's configuration or free the disk; what fills it:",
            "docker system df --verbose",
        ),
    );
    fail(if full {
        report.severity(Severity::Error)
    } else {
        report
    })
}
