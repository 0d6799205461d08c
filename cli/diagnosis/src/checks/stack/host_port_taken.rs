//! A container that the engine could not start because a port of the host is taken.

use super::{host_port, run_state, weight};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::commands,
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    view::{Member, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(124),
    name: "host-port-taken",
    severity: Severity::Error,
    summary: "a container could not be started because its port on the host is taken",
    why: "The engine publishes all ports of a container or does not start it.",
    causes: &[
        "Another stack runs, and both publish 4317, 4318 or 3200.",
        "Tempo and a collector of one stack publish the same OTLP port.",
        "A program on the host itself listens there.",
    ],
    remedy: "Publish another port of the host (`\"14317:4317\"`), or none: containers of one network need no published port.",
    verify: "`ptctl status` shows the container as running.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachContainer(examine),
};

fn examine(member: &Member<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let container = member.container;
    if !run_state::has_ended(container) {
        return Ok(Outcome::Pass);
    }
    let refusal = container
        .state
        .error
        .as_deref()
        .and_then(host_port::refusal);
    let Some(refusal) = refusal else {
        return Ok(Outcome::Pass);
    };
    let holder = host_port::holder(stack, refusal.address, refusal.port, &container.id);
    let who = holder.map_or_else(
        || "a program of the host, or a container that is gone by now, has it".to_owned(),
        |name| format!("`{name}` has it"),
    );
    let remedy = match holder {
        Some(name) => Remedy::edit(format!(
            "publish another port of the host for `{}`, or stop `{name}`; then start it",
            member.label()
        ))
        .then(commands::recreate(container)),
        None => Remedy::run(
            "find out who listens there, and publish another port or stop it",
            format!(
                "ss --listening --tcp --processes 'sport = :{}'",
                refusal.port
            ),
        ),
    };
    let report = Report::new(
        format!(
            "`{}` could not be started: it wants port {} of the host, and {who}",
            member.label(),
            refusal.port
        ),
        run_state::state_proof(container),
        remedy,
    );
    let holds = holder.map(|name| {
        Evidence::new(
            EvidenceKind::Container,
            name,
            format!("publishes {} on the host", refusal.port),
        )
    });
    fail(report.severity(weight::when_down(member)).proof(holds))
}
