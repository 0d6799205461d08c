//! Queries whose newest part is not certain.

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Evidence, Moment, Remedy, Severity},
    notices::NoticeKind,
    policy::Policy,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(232),
    name: "live-store-lagging",
    severity: Severity::Warning,
    summary: "Tempo cannot tell whether the newest traces are in its answers",
    why: "Tempo 3 reads the newest traces from its live store; where that lags behind Kafka, queries fail or lack the newest.",
    causes: &[
        "The live store has more to read than it can.",
        "It has just started and reads what it missed.",
    ],
    remedy: "Give the live store more CPU, or set `fail_on_high_lag: false` to get partial answers.",
    verify: "Tempo's log has no new `cannot guarantee complete results`.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(container) = backend.container else {
        return Ok(Outcome::NotApplicable("this Tempo is outside the engine"));
    };
    let Some(group) = container
        .logs
        .get()?
        .notice(NoticeKind::TempoIncompleteResults)
    else {
        return Ok(Outcome::Pass);
    };
    let message = format!(
        "Tempo `{}` answered queries without certainty that the newest traces are in them",
        backend.label(),
    );
    let since = group
        .first_at
        .map(|at| Moment::new(at, "the first such line in its log"));
    fail(
        Report::new(
            message,
            Evidence::log(&container.name, &group.sample),
            Remedy::edit("give its live store more CPU, or wait until it has caught up"),
        )
        .since(since),
    )
}
