//! A container that does not run and whose port on the host another one has.

use crate::{
    check::Cause,
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::stack::{host_port, run_state, service_exited, tempo_exited},
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    view::{Member, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(404),
    name: "host-port-shared",
    severity: Severity::Info,
    summary: "a stopped container and a running one want the same port of the host",
    why: "The stopped one cannot be started for as long as the other one runs.",
    causes: &[
        "Two stacks that are meant to run one after the other.",
        "A stack that was renamed, and whose old containers still run.",
    ],
    remedy: "Stop the other one first, or publish another port of the host.",
    verify: "`docker start` of the container succeeds.",
    masked_by: &[&[
        Cause::same_subject(tempo_exited::CHECK.code),
        Cause::same_subject(service_exited::CHECK.code),
    ]],
    explains: &[],
    examine: Examine::EachContainer(examine),
};

fn examine(member: &Member<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let container = member.container;
    if !run_state::has_ended(container) || run_state::is_finished_job(container) {
        return Ok(Outcome::NotApplicable(
            "it has its ports, or wants none now",
        ));
    }
    if container
        .state
        .error
        .as_deref()
        .and_then(host_port::refusal)
        .is_some()
    {
        return Ok(Outcome::NotApplicable("the engine itself says so"));
    }
    let taken = container.published_ports.iter().find_map(|port| {
        let holder = host_port::holder(stack, &port.host_address, port.host_port, &container.id)?;
        Some((port, holder))
    });
    let Some((port, holder)) = taken else {
        return Ok(Outcome::Pass);
    };
    let shown = format!("{}:{}", port.host_address, port.host_port);
    fail(
        Report::new(
            format!(
                "`{}` does not run, and could not be started now: `{holder}` has its port {} of the host",
                member.label(),
                port.host_port
            ),
            Evidence::new(
                EvidenceKind::Container,
                &container.name,
                format!("HostConfig.PortBindings: {shown} -> {}", port.container_port),
            ),
            Remedy::run(
                "stop the other one before this one is started, or publish another port",
                format!("docker stop {holder}"),
            ),
        )
        .proof([Evidence::new(
            EvidenceKind::Container,
            holder,
            format!("publishes {} on the host", port.host_port),
        )]),
    )
}
