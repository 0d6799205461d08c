//! Tempo keeps traces for an hour or two.

use jiff::SignedDuration;

use super::{retention_keys_disagree::retention_settings, retention_not_applied};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    view::{Backend, Stack},
};

/// The longest retention that is taken for an oversight.
const SHORT: SignedDuration = SignedDuration::from_hours(2);

pub(crate) static CHECK: Check = Check {
    code: Code::new(804),
    name: "retention-short",
    severity: Severity::Warning,
    summary: "Tempo deletes traces after two hours or less",
    why: "What happened this morning cannot be looked at this afternoon. Grafana's examples keep traces for one hour only, and such files are copied.",
    causes: &["`block_retention: 1h` was taken over from an example."],
    remedy: "Set `overrides.defaults.compaction.block_retention: 168h`: both majors read it there.",
    verify: "`ptctl storage` shows the retention.",
    masked_by: &[&[Cause::same_subject(retention_not_applied::CHECK.code)]],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let config = backend.tempo.config.get()?;
    let Some(retention) = config.retention.filter(|retention| !retention.is_zero()) else {
        return Ok(Outcome::NotApplicable("it is told to keep traces for ever"));
    };
    if retention > SHORT {
        return Ok(Outcome::Pass);
    }
    let message = format!(
        "Tempo `{}` deletes traces after {} min",
        backend.label(),
        retention.as_mins()
    );
    let place = retention_settings(backend).into_iter().next().map_or_else(
        || {
            let text = format!("block_retention: {} min", retention.as_mins());
            Evidence::new(EvidenceKind::Configuration, &config.source, text)
        },
        |setting| setting.proof(),
    );
    fail(Report::new(
        message,
        place,
        Remedy::edit(
            "set `overrides.defaults.compaction.block_retention: 168h` in its configuration and restart it",
        ),
    ))
}
