//! A propagator that no SDK has.

use super::{
    propagators, spelling,
    value::{self, Effect, Reaction},
};
use crate::{
    check::{Check, Examine, Outcome, Verdict, fail},
    checks::explanations,
    code::Code,
    export::{Language, Library, Setting, variables},
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(327),
    name: "propagator-unknown",
    severity: Severity::Warning,
    summary: "a propagator that a service names is not known to its SDK",
    why: "Python's instrumentation ends the program at its import and Java's does not start; others leave it out, and traces break in two.",
    causes: &[
        "A typing error, such as `trace-context`.",
        "The propagator's package is not installed.",
    ],
    remedy: "Set `OTEL_PROPAGATORS=tracecontext,baggage`, or install the package, then recreate the service.",
    verify: "A trace that goes through the service is in one piece.",
    masked_by: &[explanations::NOT_APPLIED],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    if Library::of(service.container) == Library::Ours {
        return Ok(Outcome::NotApplicable(
            "its library speaks W3C Trace Context always",
        ));
    }
    let Some(setting) = Setting::of(service.container, variables::PROPAGATORS) else {
        return Ok(Outcome::NotApplicable("no propagators are named"));
    };
    let Some(item) = setting
        .items()
        .find(|item| !propagators::KNOWN.contains(item))
    else {
        return Ok(Outcome::Pass);
    };
    let normal = item.replace(['-', '_'], "").to_lowercase();
    let meant = propagators::KNOWN
        .into_iter()
        .find(|known| *known == normal)
        .or_else(|| spelling::meant(&normal, &propagators::KNOWN, 2));
    let reaction = Reaction::of(service, &[Language::Python, Language::Java]);
    let (severity, advice) = match meant {
        Some(meant) => {
            let severity = match (reaction, Effect::of(service, stack)) {
                (Reaction::Refuses, Effect::Fail | Effect::Unknown) => Severity::Error,
                (_, _) => Severity::Warning,
            };
            (severity, format!("; `{meant}` is meant"))
        }
        None => (
            Severity::Info,
            "; whether its package is installed cannot be seen".to_owned(),
        ),
    };
    let what = format!("the specification has no propagator `{item}`{advice}");
    let remedy = value::set(service, setting.name, "tracecontext,baggage");
    fail(value::report(service, &setting, &what, remedy).severity(severity))
}
