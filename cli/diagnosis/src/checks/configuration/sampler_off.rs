//! A sampler that keeps nothing.

use super::{
    sampler::{self, Sampler},
    value::{self, Effect},
};
use crate::{
    check::{Check, Examine, Outcome, Verdict, fail},
    checks::explanations,
    code::Code,
    export::{Library, Setting, variables},
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(322),
    name: "sampler-off",
    severity: Severity::Error,
    summary: "a service's sampler drops its traces",
    why: "What a sampler drops is counted and logged nowhere: the service looks as if nobody called it.",
    causes: &[
        "`OTEL_TRACES_SAMPLER=always_off`, or a ratio of 0.",
        "A ratio for production, where one trace in a thousand is enough.",
    ],
    remedy: "Set `OTEL_TRACES_SAMPLER=parentbased_always_on`, then recreate the service.",
    verify: "`ptctl status` shows a last span of the service after the next request.",
    masked_by: &[explanations::NOT_APPLIED],
    explains: &[],
    examine: Examine::EachService(examine),
};

/// Below this, a person who looks for one request will not find it.
const SELDOM: f64 = 0.01;

/// Whether a service samples no trace that begins at it, which it tells whomever it calls.
pub(in crate::checks) fn begins_nothing(service: &Service<'_>) -> bool {
    match of(service) {
        Some(Sampler::Keeps(share) | Sampler::KeepsOfOwn(share)) => share <= 0.0,
        Some(Sampler::Adapts | Sampler::AdaptsOfOwn) | None => false,
    }
}

/// Whether a service keeps what its callers keep and drops what they drop, as an SDK does of itself.
pub(in crate::checks) fn follows_its_callers(service: &Service<'_>) -> bool {
    let setting = Setting::of(service.container, variables::SAMPLER);
    let follows = matches!(
        of(service),
        Some(Sampler::KeepsOfOwn(_) | Sampler::AdaptsOfOwn)
    );
    setting.is_none() || follows
}

/// Whether a service's environment leaves no trace out that begins at it, as an SDK does of itself.
pub(in crate::checks) fn keeps_all(service: &Service<'_>) -> bool {
    let setting = Setting::of(service.container, variables::SAMPLER);
    let all = matches!(
        of(service),
        Some(Sampler::Keeps(share) | Sampler::KeepsOfOwn(share)) if share >= 1.0
    );
    setting.is_none() || all
}

fn of(service: &Service<'_>) -> Option<Sampler> {
    let setting = Setting::of(service.container, variables::SAMPLER)?;
    let argument = Setting::of(service.container, variables::SAMPLER_ARGUMENT);
    let library = Library::of(service.container);
    sampler::read(
        library,
        setting.bare(),
        argument.as_ref().map(Setting::bare),
    )
}

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(setting) = Setting::of(service.container, variables::SAMPLER) else {
        return Ok(Outcome::NotApplicable("no sampler is named"));
    };
    let argument = Setting::of(service.container, variables::SAMPLER_ARGUMENT);
    let Some(sampler) = of(service) else {
        return Ok(Outcome::NotApplicable(
            "its sampler is not known, or decided elsewhere",
        ));
    };
    let arrives = Effect::of(service, stack) == Effect::Arrive;
    let (what, severity) = match sampler {
        Sampler::Keeps(share) if share <= 0.0 && arrives => {
            return Ok(Outcome::NotApplicable(
                "its spans arrive all the same: its sampler is set in code",
            ));
        }
        Sampler::KeepsOfOwn(share) if share <= 0.0 && arrives => return Ok(Outcome::Pass),
        Sampler::Keeps(share) if share <= 0.0 => ("it keeps no trace".to_owned(), Severity::Error),
        Sampler::KeepsOfOwn(share) if share <= 0.0 => (
            "it keeps no trace that begins at it, only those that a caller has sampled".to_owned(),
            Severity::Warning,
        ),
        Sampler::Keeps(share) | Sampler::KeepsOfOwn(share) if share < SELDOM => (
            format!("it keeps {} of a hundred traces", share * 100.0),
            Severity::Info,
        ),
        Sampler::Keeps(_) | Sampler::KeepsOfOwn(_) | Sampler::Adapts | Sampler::AdaptsOfOwn => {
            return Ok(Outcome::Pass);
        }
    };
    let remedy = value::set(service, setting.name, "parentbased_always_on");
    let report = value::report(service, &setting, &what, remedy)
        .severity(severity)
        .proof(argument.map(|argument| value::proof(service, &argument)));
    fail(report)
}
