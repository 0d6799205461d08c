//! A proxy that stands between a service and a Tempo of its own network.

use super::{
    aim::{self, Aim},
    value::{self, Effect},
};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::explanations,
    code::Code,
    export::{Setting, Target, proxy},
    finding::{Evidence, EvidenceKind, Severity},
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(317),
    name: "proxy-without-exception",
    severity: Severity::Warning,
    summary: "a service sends its spans through a proxy, which does not know the stack's own names",
    why: "The proxy stands outside of the network and cannot resolve `tempo`: exports end in 502, 503 or a time-out, while the network itself is in order.",
    causes: &[
        "Docker's client adds the proxy of `~/.docker/config.json` to every container.",
        "`HTTP_PROXY` was set for downloads, and `NO_PROXY` does not name Tempo.",
    ],
    remedy: "Add Tempo's name to `NO_PROXY` (and `no_proxy`), then recreate the service.",
    verify: "The service logs no failed export after the next request.",
    masked_by: &[explanations::NOT_APPLIED],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let settings = match aim::aim(service, stack)? {
        Aim::Settings(settings) => settings,
        Aim::NotJudged(why) => return Ok(Outcome::NotApplicable(why)),
    };
    let (Some(Target::Container { .. }), Ok(endpoint)) = (&service.target, &settings.endpoint)
    else {
        return Ok(Outcome::NotApplicable(
            "it sends to no container of this engine",
        ));
    };
    let names = proxy::variables(service.container, settings);
    if names.is_empty() {
        return Ok(Outcome::NotApplicable(
            "its exporter does not go by the variables of proxies",
        ));
    }
    let container = service.container;
    let Some(proxy) = Setting::first(container, &names) else {
        return Ok(Outcome::NotApplicable(
            "no variable names a proxy for its exports",
        ));
    };
    let exceptions = proxy::exceptions(container);
    let excepted = proxy::is_excepted(&exceptions, endpoint, settings.port());
    let effect = Effect::of(service, stack);
    if excepted || effect == Effect::Arrive {
        return Ok(Outcome::Pass);
    }
    let host = &endpoint.host;
    let list = exceptions
        .iter()
        .map(Setting::bare)
        .chain([host.as_str()])
        .collect::<Vec<_>>()
        .join(",");
    let report = Report::new(
        format!(
            "`{}` sends its spans to `{}` through the proxy of `{}`, and `NO_PROXY` does not name `{host}`",
            service.label(),
            settings.shown(),
            proxy.name,
        ),
        value::proof(service, &proxy),
        value::set(service, "NO_PROXY", &list),
    );
    let shown = match exceptions.first() {
        Some(setting) => setting.shown(),
        None => "NO_PROXY is not set".to_owned(),
    };
    let proofs = [
        Evidence::new(EvidenceKind::Variable, &container.name, shown),
        aim::source_proof(service, settings),
    ];
    fail(
        report
            .likely()
            .since(Some(aim::created(service)))
            .proof(proofs)
            .severity(effect.severity(Severity::Warning)),
    )
}
