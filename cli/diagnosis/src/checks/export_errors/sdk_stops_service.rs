//! An SDK that cannot start, and takes its service down with it.

use jiff::SignedDuration;

use super::family::Family;
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::{commands, explanations, stack::run_state, standing},
    code::Code,
    export_errors::ErrorKind,
    finding::{Remedy, Severity},
    policy::Policy,
    snapshot::ErrorGroup,
    view::{Service, Stack},
};

/// A line so shortly before the end is taken for its reason.
const BEFORE_THE_END: SignedDuration = SignedDuration::from_secs(10);

pub(crate) static CHECK: Check = Check {
    code: Code::new(525),
    name: "sdk-stops-service",
    severity: Severity::Error,
    summary: "a service ends at start because its SDK cannot start",
    why: "Some SDKs raise an error that nobody catches: Python's does so for a propagator that is not installed, and for \
          packages whose versions do not fit. The service is down, and tracing is the reason.",
    causes: &[
        "A propagator, exporter or protocol whose package is not in the image.",
        "A value of the wrong form, such as `10s` for `OTEL_EXPORTER_OTLP_TIMEOUT`.",
        "An upgrade of protobuf or gRPC without the SDK's own packages.",
    ],
    remedy: "Correct the variable that the line names (`ptctl env` shows them all), or install the package that it misses; then recreate the service.",
    verify: "The container stays up, and `ptctl status` shows a last span of the service.",
    masked_by: &[explanations::SETTINGS],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let container = service.container;
    if !run_state::is_down(container, stack) {
        return Ok(Outcome::NotApplicable("it runs"));
    }
    let logs = container.logs.get()?;
    let last = logs
        .errors
        .iter()
        .filter(|group| is_reason(group) && is_near_the_end(group, service))
        .max_by_key(|group| group.last_at);
    let Some(group) = last else {
        return Ok(Outcome::Pass);
    };
    let message = format!(
        "`{}` {}, and the last that its SDK says is: {}",
        service.label(),
        run_state::state_in_words(container),
        group.kind.describe(),
    );
    let remedy = Remedy::edit(group.kind.advice().trim_end_matches('.').to_owned())
        .then(commands::recreate(container));
    fail(
        Report::new(message, standing::proof(service, group), remedy)
            .since(standing::since(group))
            .likely(),
    )
}

/// Whether a line says that the SDK failed to start; one that is switched off has not failed.
fn is_reason(group: &ErrorGroup) -> bool {
    !matches!(group.kind, ErrorKind::SdkDisabled | ErrorKind::ExporterNone)
        && Family::of(group.kind, group.component.language) == Family::StartFailed
}

/// Whether its last line came in the run that failed, right before the end.
fn is_near_the_end(group: &ErrorGroup, service: &Service<'_>) -> bool {
    let state = &service.container.state;
    let Some(last) = group.last_at else {
        return false;
    };
    let before_the_end = state
        .finished_at
        .is_some_and(|ended| last <= ended && ended.duration_since(last) <= BEFORE_THE_END);
    let in_this_run = state
        .started_at
        .is_some_and(|started| last >= started && last.duration_since(started) <= BEFORE_THE_END);
    before_the_end || in_this_run
}
