//! Nothing is ever deleted.

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::tempo::proof::{metric, release, setting},
    code::Code,
    finding::{Remedy, Severity},
    policy::Policy,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(805),
    name: "compaction-disabled",
    severity: Severity::Warning,
    summary: "Tempo's compaction is off, and with it its retention",
    why: "Tempo 3 makes no retention job for a tenant without compaction: blocks are never deleted, and the disk grows until it is full.",
    causes: &[
        "`tempo-cli migrate config` wrote `compaction_disabled: true` on the way to 3.x.",
        "It was switched off while something was looked into.",
        "`compactor.disabled: true` in 2.x.",
    ],
    remedy: "Remove `compaction_disabled: true` from `overrides.defaults.compaction` and restart Tempo.",
    verify: "`tempodb_retention_deleted_total` rises an hour after a block is due.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    backend.tempo.file.get()?;
    let keys: [&[&str]; 3] = [
        &["overrides", "defaults", "compaction", "compaction_disabled"],
        &["overrides", "compaction_disabled"],
        &["compactor", "disabled"],
    ];
    let on = keys
        .iter()
        .filter_map(|key| setting(backend, &[key]))
        .find(|setting| setting.node.text() == Some("true"));
    let Some(on) = on else {
        return Ok(Outcome::Pass);
    };
    // Measured on 3.x only: what 2.x does with the key of the overrides is not certain.
    let of_overrides = on.path.starts_with("overrides");
    if of_overrides && release(backend).is_some_and(|release| release.major < 3) {
        return Ok(Outcome::NotApplicable(
            "2.x runs its retention without compaction",
        ));
    }
    let message = format!(
        "Tempo `{}` never deletes a trace: `{}` is true, and retention is a part of compaction",
        backend.label(),
        on.path
    );
    let remedy = Remedy::edit(format!(
        "remove `{}` from its configuration and restart it",
        on.path
    ));
    let deleted = backend
        .tempo
        .metrics
        .known()
        .and_then(|metrics| metrics.retention_deleted)
        .map(|deleted| {
            metric(
                backend,
                format!("tempodb_retention_deleted_total {deleted}"),
            )
        });
    fail(Report::new(message, on.proof(), remedy).proof(deleted))
}
