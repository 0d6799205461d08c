//! An endpoint whose host nothing on the engine is called.

use super::aim::{self, Aim};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::{explanations, stack::tempo_missing},
    code::Code,
    export::Target,
    finding::{Evidence, EvidenceKind, Severity},
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(303),
    name: "endpoint-unknown-host",
    severity: Severity::Error,
    summary: "a service sends spans to a name that nobody answers to",
    why: "Docker's DNS knows container names, Compose services and aliases of shared networks. Any other single word resolves to nothing.",
    causes: &[
        "A typing error.",
        "Tempo's service was renamed.",
        "A container name of another project.",
    ],
    remedy: "Use a name that Tempo answers to on a shared network: its Compose service.",
    verify: "`ptctl doctor` no longer reports it, and Tempo counts accepted spans.",
    masked_by: &[
        &[Cause::anywhere(tempo_missing::CHECK.code)],
        explanations::NOT_APPLIED,
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let settings = match aim::aim(service, stack)? {
        Aim::Settings(settings) => settings,
        Aim::NotJudged(why) => return Ok(Outcome::NotApplicable(why)),
    };
    let wrong = match &service.target {
        Some(Target::Nobody) => "no container on its networks has that name",
        Some(Target::Outside | Target::HostPort) => {
            return Ok(Outcome::NotApplicable(
                "the endpoint is outside this engine: not checked here",
            ));
        }
        Some(Target::Container { .. } | Target::OwnLoopback | Target::NotShared { .. }) | None => {
            return Ok(Outcome::Pass);
        }
    };
    let networks: Vec<&str> = service
        .container
        .attachments
        .iter()
        .map(|own| own.network.as_str())
        .collect();
    let right = aim::right_value(service, settings, stack);
    let report = Report::new(
        format!(
            "`{}` sends spans to `{}`, but {wrong}",
            service.label(),
            settings.shown()
        ),
        aim::source_proof(service, settings),
        aim::set(service, settings, &right),
    );
    let proof = Evidence::new(
        EvidenceKind::Container,
        &service.container.name,
        format!("networks: {}", networks.join(", ")),
    );
    fail(report.since(Some(aim::created(service))).proof([proof]))
}
