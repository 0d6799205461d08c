//! Blocks that nobody reads and nobody deletes.

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::tempo::proof::bytes,
    code::Code,
    finding::{Evidence, EvidenceKind, Moment, Remedy, Severity},
    policy::Policy,
    view::{Backend, Stack},
};

/// Less than this is not worth a word.
const LEAST_BYTES: u64 = 64 << 20;
/// Nor is less than this part, in percent, of all that lies there.
const LEAST_PERCENT: u64 = 5;

pub(crate) static CHECK: Check = Check {
    code: Code::new(812),
    name: "blocks-orphaned",
    severity: Severity::Info,
    summary: "a good part of Tempo's disk is taken by blocks without a description",
    why: "Tempo knows a block by its `meta.json`. What lacks it is never searched, and no retention ever deletes it.",
    causes: &[
        "Tempo was killed, or the disk was full, while it wrote the blocks.",
        "Files were copied or removed by hand.",
    ],
    remedy: "Stop Tempo and remove the folders that have neither `meta.json` nor `meta.compacted.json`; for minitempo, what lies in `set-aside`.",
    verify: "`ptctl storage` shows no orphaned block.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let (Some(store), Some(volume)) = (backend.tempo.store(), backend.tempo.volume.known()) else {
        return Ok(Outcome::NotApplicable("its blocks were not counted"));
    };
    let orphaned = store.orphaned;
    let all = store
        .live
        .bytes
        .saturating_add(store.compacted.bytes)
        .saturating_add(orphaned.bytes);
    if orphaned.bytes < LEAST_BYTES || orphaned.bytes < all / 100 * LEAST_PERCENT {
        return Ok(Outcome::Pass);
    }
    let message = format!(
        "{} of Tempo `{}` lie in {} blocks that it can neither read nor delete",
        bytes(orphaned.bytes),
        backend.label(),
        orphaned.blocks
    );
    let proof = Evidence::new(
        EvidenceKind::Container,
        &volume.name,
        format!(
            "{} blocks without meta.json, {} bytes",
            orphaned.blocks, orphaned.bytes
        ),
    )
    .at(orphaned.end);
    let since = orphaned
        .start
        .map(|at| Moment::new(at, "the first of them was written"));
    let remedy = Remedy::edit(
        "stop it and remove the blocks' folders that have neither `meta.json` nor `meta.compacted.json`",
    );
    fail(Report::new(message, proof, remedy).since(since))
}
