//! Tempo keeps traces longer than it was told.

use super::{compaction_disabled, restarts_outpace_retention, retention_failing};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Evidence, EvidenceKind, Moment, Remedy, Severity},
    forecast::RETENTION_SLACK,
    observed::Observed,
    policy::Policy,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(801),
    name: "retention-not-applied",
    severity: Severity::Warning,
    summary: "Tempo holds traces that its retention should have removed",
    why: "The disk grows without bound until it is full, and then Tempo acknowledges spans that it cannot keep.",
    causes: &[
        "`compaction_disabled: true`: retention runs as a part of compaction.",
        "Tempo 3 first applies retention an hour after its start: restarted more often than that, it never does.",
        "Deleting fails; Tempo's log says why.",
    ],
    remedy: "Look for `compaction_disabled` in Tempo's configuration and for retention errors in its log; do not restart it hourly.",
    verify: "`ptctl storage` shows an oldest trace within the retention.",
    masked_by: &[&[
        Cause::same_subject(compaction_disabled::CHECK.code),
        Cause::same_subject(retention_failing::CHECK.code),
        Cause::same_subject(restarts_outpace_retention::CHECK.code),
    ]],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let config = backend.tempo.config.get()?;
    let Some(retention) = config.retention else {
        return Ok(Outcome::NotApplicable("it is told to keep traces for ever"));
    };
    // By the files where they can be read: a search reaches only so far back.
    let block = backend.tempo.store().and_then(|store| store.first_end);
    let found = match (&backend.tempo.oldest_trace, block) {
        (Observed::Known(found), _) => *found,
        (Observed::Unknown(_), Some(_)) => None,
        (Observed::Unknown(gap), None) => return Err(gap.clone()),
    };
    let by_files = block.filter(|block| found.is_none_or(|found| *block < found));
    let Some(oldest) = by_files.or(found) else {
        return Ok(Outcome::NotApplicable("it holds no trace"));
    };
    let held = if by_files.is_some() {
        let volume = backend.tempo.volume.known();
        let name = volume.map_or(backend.label(), |volume| &volume.name);
        let text = "the end of the oldest block in its volume";
        Evidence::new(EvidenceKind::Container, name, text)
    } else {
        let text = "the oldest trace found";
        Evidence::new(EvidenceKind::Search, backend.label(), text)
    };
    let age = stack.snapshot.taken_at.duration_since(oldest);
    if age <= retention.saturating_add(RETENTION_SLACK) {
        return Ok(Outcome::Pass);
    }
    let report = Report::new(
        format!(
            "Tempo `{}` holds a trace that is {} h old, but is to keep traces for {} h",
            backend.label(),
            age.as_hours(),
            retention.as_hours()
        ),
        held.at(Some(oldest)),
        Remedy::edit(
            "look for `compaction_disabled` in its configuration and for retention errors in its log",
        ),
    );
    let limit = format!("block_retention: {} h", retention.as_hours());
    let proof = Evidence::new(EvidenceKind::Configuration, &config.source, limit);
    let since = oldest
        .checked_add(retention)
        .map(|at| Moment::new(at, "it should have gone"));
    fail(report.since(since.ok()).proof([proof]))
}
