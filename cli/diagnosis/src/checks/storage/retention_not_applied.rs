//! Tempo keeps traces longer than it was told.

use jiff::SignedDuration;

use super::{compaction_disabled, restarts_outpace_retention, retention_failing};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Evidence, EvidenceKind, Moment, Remedy, Severity},
    policy::Policy,
    view::{Backend, Stack},
};

/// Blocks hold up to some hours, are marked in a cycle of up to an hour, and go an hour after being marked.
const SLACK: SignedDuration = SignedDuration::from_hours(24);

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
    let Some(oldest) = *backend.tempo.oldest_trace.get()? else {
        return Ok(Outcome::NotApplicable("it holds no trace"));
    };
    let age = stack.snapshot.taken_at.duration_since(oldest);
    if age <= retention + SLACK {
        return Ok(Outcome::Pass);
    }
    let report = Report::new(
        format!(
            "Tempo `{}` holds a trace that is {} h old, but is to keep traces for {} h",
            backend.label(),
            age.as_hours(),
            retention.as_hours()
        ),
        Evidence::new(
            EvidenceKind::Search,
            backend.label(),
            "the oldest trace found",
        )
        .at(Some(oldest)),
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
