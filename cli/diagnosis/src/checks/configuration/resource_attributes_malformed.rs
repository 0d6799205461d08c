//! Resource attributes that are no list of `name=value`.

use super::value::{self, Effect, Reaction};
use crate::{
    check::{Check, Examine, Outcome, Verdict, fail},
    checks::explanations,
    code::Code,
    export::{Language, Setting},
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(326),
    name: "resource-attributes-malformed",
    severity: Severity::Warning,
    summary: "the resource attributes of a service are not written as a list of pairs",
    why: "The attribute is lost, or all of them; where it was `service.name`, the spans stand under another name. Java's SDK and ours do not start.",
    causes: &[
        "A name without `=value`.",
        "A comma inside of a value, which has to be written `%2C`.",
        "`:` instead of `=`.",
    ],
    remedy: "Write `name=value,name=value` with percent-encoded values, then recreate the service.",
    verify: "A span of the service in Tempo carries the attribute.",
    masked_by: &[explanations::NOT_APPLIED],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(setting) = Setting::of(service.container, "OTEL_RESOURCE_ATTRIBUTES") else {
        return Ok(Outcome::NotApplicable("no resource attributes are set"));
    };
    let is_pair = |item: &&str| {
        item.split_once('=')
            .is_some_and(|(name, _)| !name.trim().is_empty())
    };
    let Some(wrong) = setting.items().find(|item| !is_pair(item)) else {
        return Ok(Outcome::Pass);
    };
    let reaction = Reaction::of(service, &[Language::Java]);
    let severity = match (reaction, Effect::of(service, stack)) {
        (Reaction::Refuses, Effect::Fail | Effect::Unknown) => Severity::Error,
        (_, _) => Severity::Warning,
    };
    let what = format!(
        "`{wrong}` is no `name=value`; {}",
        match reaction {
            Reaction::Refuses => "its SDK does not start with it",
            Reaction::FallsBack | Reaction::Unknown => "the attribute is lost",
        }
    );
    let remedy = value::set(service, setting.name, "name=value,name=value").by_hand();
    fail(value::report(service, &setting, &what, remedy).severity(severity))
}
