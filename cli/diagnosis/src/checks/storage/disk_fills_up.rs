//! The disk behind Tempo's data will be full before its retention deletes anything.

use jiff::SignedDuration;

use super::{
    compaction_disabled, disk_nearly_full, restarts_outpace_retention, retention_failing,
    retention_not_applied,
};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::tempo::proof::bytes,
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    forecast::{Basis, Growth},
    policy::Policy,
    view::{Backend, Stack},
};

/// Whoever has longer than this need not be told today.
const SOON: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Growth that was not seen for so many whole days may be a burst.
const LEAST_DAYS: u32 = 2;

pub(crate) static CHECK: Check = Check {
    code: Code::new(811),
    name: "disk-fills-up",
    severity: Severity::Warning,
    summary: "the disk behind Tempo's data will be full within a week",
    why: "At the growth of the last days the disk is full before retention deletes as much as arrives. On a full disk Tempo acknowledges spans and loses them.",
    causes: &[
        "Retention is longer than the disk is large.",
        "More is traced than before: a service was added, or a sampler opened.",
    ],
    remedy: "Shorten `overrides.defaults.compaction.block_retention`, sample, or enlarge the disk.",
    verify: "`ptctl storage` shows that retention holds the size before the disk is full.",
    masked_by: &[&[
        Cause::same_subject(disk_nearly_full::CHECK.code),
        Cause::same_subject(compaction_disabled::CHECK.code),
        Cause::same_subject(retention_failing::CHECK.code),
        Cause::same_subject(restarts_outpace_retention::CHECK.code),
        Cause::same_subject(retention_not_applied::CHECK.code),
    ]],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(store) = backend.tempo.store() else {
        return Ok(Outcome::NotApplicable("its blocks were not counted"));
    };
    let volume = backend.tempo.volume.get()?;
    let Some(free) = volume.free_bytes else {
        return Ok(Outcome::NotApplicable(
            "nothing tells how much room is left",
        ));
    };
    let now = stack.snapshot.taken_at;
    let growth = Growth::of(store, now);
    let Some((growth, days)) = growth.and_then(|growth| match growth.basis {
        Basis::Days(days) if days >= LEAST_DAYS => Some((growth, days)),
        Basis::Days(_) | Basis::Part(_) => None,
    }) else {
        return Ok(Outcome::NotApplicable(
            "it has not stored for long enough to tell",
        ));
    };
    let retention = backend.tempo.config.get()?.retention;
    let Some(full_in) = growth
        .full_in(store, free, retention, now)
        .filter(|full_in| *full_in < SOON)
    else {
        return Ok(Outcome::Pass);
    };
    let left = match full_in.as_hours() {
        hours @ 0..48 => format!("{hours} h"),
        hours => format!("{} days", hours / 24),
    };
    let message = format!(
        "the disk behind Tempo `{}` is full in {left}: {} a day come, {} are left",
        backend.label(),
        bytes(growth.bytes_a_day),
        bytes(free)
    );
    let grown = Evidence::new(
        EvidenceKind::Container,
        &volume.name,
        format!(
            "blocks of the last {days} whole days: {} a day",
            bytes(growth.bytes_a_day)
        ),
    );
    let room = Evidence::new(
        EvidenceKind::Container,
        &volume.name,
        format!("{free} bytes free"),
    );
    let remedy = Remedy::edit(
        "shorten `overrides.defaults.compaction.block_retention` in its configuration or enlarge the disk; what a shorter one would free:",
    )
    .then(Some("ptctl storage".to_owned()));
    fail(Report::new(message, grown, remedy).proof([room]))
}
