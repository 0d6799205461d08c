//! An endpoint for traces that takes them elsewhere than everything else.

use super::aim::{self, Aim};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::explanations,
    code::Code,
    export::{Endpoint, EndpointForm, EndpointSource, ExportSettings, Setting, Target},
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    snapshot::Role,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(333),
    name: "endpoint-overridden",
    severity: Severity::Info,
    summary: "a service's endpoint for traces leads out of the stack, and its general one to the stack's own backend",
    why: "The variable of the signal goes before the general one: who reads only `OTEL_EXPORTER_OTLP_ENDPOINT` looks for the traces in the wrong place.",
    causes: &[
        "`OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` stands in the image or in an `env_file`, and only the general variable was changed.",
        "Traces are sent elsewhere on purpose.",
    ],
    remedy: "Where it is not meant so, take `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` out of the service's environment, then recreate it.",
    verify: "`ptctl env` shows the endpoint that was meant.",
    masked_by: &[explanations::NOT_APPLIED],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let settings = match aim::aim(service, stack)? {
        Aim::Settings(settings) => settings,
        Aim::NotJudged(why) => return Ok(Outcome::NotApplicable(why)),
    };
    let general = Setting::of(service.container, "OTEL_EXPORTER_OTLP_ENDPOINT");
    let (EndpointSource::Variable { name, .. }, Some(general)) = (&settings.source, general) else {
        return Ok(Outcome::NotApplicable(
            "one variable at most names its endpoint",
        ));
    };
    if name != "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" {
        return Ok(Outcome::NotApplicable(
            "no variable of its own names its endpoint for traces",
        ));
    }
    if service.target != Some(Target::Outside) {
        return Ok(Outcome::Pass);
    }
    let Ok(endpoint) = Endpoint::parse(general.bare(), EndpointForm::Any) else {
        return Ok(Outcome::Pass);
    };
    let by_general = ExportSettings {
        endpoint: Ok(endpoint),
        ..settings.clone()
    };
    let Some(Target::Container { container, .. }) =
        Target::of(service.container, &by_general, stack.snapshot)
    else {
        return Ok(Outcome::Pass);
    };
    if !matches!(container.role, Role::Tempo | Role::Collector) {
        return Ok(Outcome::Pass);
    }
    let report = Report::new(
        format!(
            "`{}` sends its traces to `{}`, out of the stack, although `{}` names `{}`",
            service.label(),
            settings.shown(),
            general.name,
            container.display_name(),
        ),
        aim::source_proof(service, settings),
        Remedy::edit(format!(
            "where that is not meant, take `{name}` out of the environment of `{}`, then recreate it",
            service.label()
        )),
    );
    let proof = Evidence::new(
        EvidenceKind::Variable,
        &service.container.name,
        general.shown(),
    );
    fail(report.since(Some(aim::created(service))).proof([proof]))
}
