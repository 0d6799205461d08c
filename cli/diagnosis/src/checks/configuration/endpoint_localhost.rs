//! An endpoint that is the container itself.

use super::aim::{self, Aim};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    export::Target,
    finding::{Evidence, EvidenceKind, Severity},
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(302),
    name: "endpoint-localhost",
    severity: Severity::Error,
    summary: "a service sends spans to its own container",
    why: "Inside a container `localhost` is the container itself, where no receiver listens: every export is refused.",
    causes: &[
        "A setting from a laptop was carried into the container.",
        "The variable names `127.0.0.1` or `0.0.0.0`.",
    ],
    remedy: "Name Tempo by its Compose service: `TEMPO_ENDPOINT=tempo:4317`, then recreate the service.",
    verify: "`ptctl env` shows the service name of Tempo as host.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let settings = match aim::aim(service, stack)? {
        Aim::Settings(settings) => settings,
        Aim::NotJudged(why) => return Ok(Outcome::NotApplicable(why)),
    };
    if service.target != Some(Target::OwnLoopback) {
        return Ok(Outcome::Pass);
    }
    let right = aim::right_value(service, settings, stack);
    let report = Report::new(
        format!(
            "`{}` sends spans to `{}`, which is its own container",
            service.label(),
            settings.shown()
        ),
        aim::source_proof(service, settings),
        aim::set(service, settings, &right),
    );
    let mode = format!("HostConfig.NetworkMode={}", service.container.network_mode);
    let proof = Evidence::new(EvidenceKind::Container, &service.container.name, mode);
    fail(report.since(Some(aim::created(service))).proof([proof]))
}
