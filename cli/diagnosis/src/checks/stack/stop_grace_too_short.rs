//! A service that gets less time to end than its SDK lets spans wait.

use jiff::SignedDuration;

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::commands,
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    view::{Service, Stack},
};

/// How long the batch span processor lets spans wait, by OpenTelemetry's specification.
const DELAY: SignedDuration = SignedDuration::from_secs(5);

pub(crate) static CHECK: Check = Check {
    code: Code::new(127),
    name: "stop-grace-too-short",
    severity: Severity::Info,
    summary: "a service gets less time to end than its spans wait to be sent",
    why: "At a stop the SDK sends what it still has. If the backend is slow at that moment, the process is killed first.",
    causes: &["`stop_grace_period` was lowered so that the stack stops faster."],
    remedy: "Set `stop_grace_period: 10s` or more for the service and recreate it.",
    verify: "`docker inspect` shows no smaller `StopTimeout`.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let container = service.container;
    let Some(grace) = container.stop_grace else {
        return Ok(Outcome::Pass);
    };
    let own_delay = container
        .setting("OTEL_BSP_SCHEDULE_DELAY")
        .and_then(|delay| delay.trim().parse().ok())
        .map(SignedDuration::from_millis);
    let delay = own_delay.unwrap_or(DELAY).min(DELAY);
    if grace >= delay {
        return Ok(Outcome::Pass);
    }
    fail(Report::new(
        format!(
            "`{}` is killed {} s after it is asked to stop, and its spans may wait {} ms to be sent",
            service.label(),
            grace.as_secs(),
            delay.as_millis(),
        ),
        Evidence::new(
            EvidenceKind::Container,
            &container.name,
            format!("Config.StopTimeout={}", grace.as_secs()),
        ),
        Remedy::edit(format!(
            "set `stop_grace_period: 10s` for `{}` in the Compose file, then recreate it",
            service.label()
        ))
        .then(commands::recreate(container)),
    ))
}
