//! A sampler that does not exist, or an argument that it cannot use.

use super::{
    sampler, spelling,
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
    code: Code::new(323),
    name: "sampler-invalid",
    severity: Severity::Warning,
    summary: "the sampler that a service names, or its argument, is not known to its SDK",
    why: "Most SDKs keep every trace then, which is more than was wanted; Java's and ours do not start.",
    causes: &[
        "A typing error, such as `ratio` or `always-on`.",
        "A percentage where a ratio from 0 to 1 is wanted.",
    ],
    remedy: "Set one of the specification's samplers, and a ratio from 0 to 1 as its argument, then recreate the service.",
    verify: "The service's log does not complain of its sampler after the next start.",
    masked_by: &[explanations::NOT_APPLIED],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(setting) = Setting::of(service.container, variables::SAMPLER) else {
        return Ok(Outcome::NotApplicable("no sampler is named"));
    };
    let effect = Effect::of(service, stack);
    let reaction = Reaction::of(service, &[Language::Java]);
    let name = setting.bare();
    if sampler::KNOWN.contains(&name) {
        let argument = Setting::of(service.container, variables::SAMPLER_ARGUMENT)
            .filter(|_| sampler::RATIOS.contains(&name));
        let Some(argument) = argument.filter(|argument| sampler::ratio(argument.bare()).is_none())
        else {
            return Ok(Outcome::Pass);
        };
        let what = format!("that is no ratio from 0 to 1; {}", reaction.consequence());
        let remedy = value::set(service, argument.name, "0.25").by_hand();
        let report = value::report(service, &argument, &what, remedy);
        return fail(report.severity(reaction.severity(effect)));
    }
    let normal = name.replace('-', "_").to_lowercase();
    let meant = sampler::KNOWN
        .into_iter()
        .find(|known| *known == normal)
        .or_else(|| spelling::meant(&normal, &sampler::KNOWN, 2));
    let severity = match (meant, Library::of(service.container)) {
        (Some(_), _) | (None, Library::Ours) => reaction.severity(effect),
        // A sampler of a vendor's own package.
        (None, Library::Unknown) => Severity::Info,
    };
    let what = format!(
        "the specification has no sampler `{name}`; {}",
        reaction.consequence()
    );
    let right = meant.unwrap_or("parentbased_always_on");
    let remedy = value::set(service, setting.name, right);
    fail(value::report(service, &setting, &what, remedy).severity(severity))
}
