//! A variable whose name is almost one that SDKs read.

use super::{aim, spelling, value::Effect};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::{commands, explanations},
    code::Code,
    export::known_variables,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    observed::Probe,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(337),
    name: "variable-misspelled",
    severity: Severity::Warning,
    summary: "a tracing variable of a service is one slip away from the name that SDKs read",
    why: "No SDK reads a name that it does not know, and none complains of it: the default holds instead.",
    causes: &["A typing error, such as `OTEL_EXPORTER_OTLP_ENDPONT` or `OTEL_TRACE_SAMPLER`."],
    remedy: "Correct the name, then recreate the service.",
    verify: "`ptctl env` shows the setting in effect.",
    masked_by: &[explanations::NOT_APPLIED],
    explains: &[Probe::ExportSettings],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let container = service.container;
    let mut of_tracing = container
        .environment
        .iter()
        .filter(|variable| variable.name.starts_with("OTEL") || variable.name.starts_with("OTLE"))
        .peekable();
    if of_tracing.peek().is_none() {
        return Ok(Outcome::NotApplicable(
            "it has no variable of OpenTelemetry",
        ));
    }
    let known = known_variables::all();
    let found = of_tracing.find_map(|variable| {
        if known_variables::is_of_a_family(&variable.name) {
            return None;
        }
        let meant = spelling::meant(&variable.name, &known, 2)?;
        // Where the right one is set too, the other may be anybody's.
        container
            .setting(meant)
            .is_none()
            .then_some((variable, meant))
    });
    let Some((variable, meant)) = found else {
        return Ok(Outcome::Pass);
    };
    let severity = match Effect::of(service, stack) {
        Effect::Arrive => Severity::Info,
        Effect::Fail | Effect::Unknown => Severity::Warning,
    };
    let report = Report::new(
        format!(
            "`{}` has `{}`, which no SDK reads; `{meant}` is meant",
            service.label(),
            variable.name
        ),
        Evidence::new(
            EvidenceKind::Variable,
            &container.name,
            format!("{}={}", variable.name, variable.value),
        ),
        Remedy::edit(format!(
            "rename it to `{meant}` in the environment of `{}`, then recreate it",
            service.label()
        ))
        .then(commands::recreate(container)),
    )
    .proof([Evidence::new(
        EvidenceKind::Variable,
        &container.name,
        format!("{meant}= (not set)"),
    )]);
    fail(report.since(Some(aim::created(service))).severity(severity))
}
