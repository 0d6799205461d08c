//! Retention set in several places.

use jiff::SignedDuration;

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::tempo::proof::{Setting, setting},
    code::Code,
    duration::go_duration,
    finding::{Remedy, Severity},
    policy::Policy,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(810),
    name: "retention-keys-disagree",
    severity: Severity::Info,
    summary: "Tempo's retention is set in several places, with different values",
    why: "The overrides win, whatever the other places say: who changes one of those changes nothing.",
    causes: &["The file grew over several versions of Tempo."],
    remedy: "Keep `overrides.defaults.compaction.block_retention` alone: 2.x and 3.x read it there.",
    verify: "`ptctl storage` shows the retention that holds.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    backend.tempo.file.get()?;
    let settings = retention_settings(backend);
    let Some((wins, others)) = settings.split_first() else {
        return Ok(Outcome::Pass);
    };
    let holds = value(wins);
    let differing: Vec<&Setting<'_>> = others
        .iter()
        .filter(|other| value(other) != holds)
        .collect();
    let Some(other) = differing.first() else {
        return Ok(Outcome::Pass);
    };
    let message = format!(
        "Tempo `{}` keeps traces for {}, as `{}` says; `{}` says {} and has no effect",
        backend.label(),
        wins.node.text().unwrap_or_default(),
        wins.path,
        other.path,
        other.node.text().unwrap_or_default(),
    );
    let remedy = Remedy::edit(format!("keep one of them: `{}` holds", wins.path));
    fail(
        Report::new(message, wins.proof(), remedy)
            .proof(differing.iter().map(|setting| setting.proof())),
    )
}

/// Where the retention is set in a backend's file, the one that holds first; zeros say "as the others do".
pub(super) fn retention_settings<'s>(backend: &Backend<'s>) -> Vec<Setting<'s>> {
    let paths: [&[&str]; 4] = [
        &["overrides", "defaults", "compaction", "block_retention"],
        &["overrides", "block_retention"],
        &["compactor", "compaction", "block_retention"],
        &["backend_worker", "compaction", "block_retention"],
    ];
    paths
        .iter()
        .filter_map(|path| setting(backend, &[path]))
        .filter(|setting| value(setting).is_some_and(|value| !value.is_zero()))
        .collect()
}

fn value(setting: &Setting<'_>) -> Option<SignedDuration> {
    go_duration(setting.node.text()?)
}
