//! A Grafana, Loki or Prometheus whose container does not run.

use super::grafana_provisioning_failed;
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::{commands, stack::run_state},
    code::Code,
    finding::Severity,
    observed::Probe,
    policy::Policy,
    snapshot::{Role, Status},
    view::{Member, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(1019),
    name: "surroundings-not-running",
    severity: Severity::Warning,
    summary: "Grafana, Loki or Prometheus does not run",
    why: "Traces arrive and are stored; who looks at them misses Grafana itself, their logs or their metrics.",
    causes: &[
        "It failed at start; the last lines of its log say why.",
        "Somebody stopped or paused it.",
    ],
    remedy: "Read the last lines of its log, mend what they name, then `docker start` it.",
    verify: "`ptctl status` shows it as running.",
    masked_by: &[&[Cause::same_subject(grafana_provisioning_failed::CHECK.code)]],
    explains: &[Probe::Grafana, Probe::Loki, Probe::Prometheus, Probe::Logs],
    examine: Examine::EachContainer(examine),
};

fn examine(member: &Member<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let container = member.container;
    let program = match container.role {
        Role::Grafana => "Grafana",
        Role::Loki => "Loki",
        Role::Prometheus => "Prometheus",
        Role::Tempo | Role::Collector | Role::Service => {
            return Ok(Outcome::NotApplicable(
                "it is no part of what stands around",
            ));
        }
    };
    let is_paused = container.state.status == Status::Paused;
    if !is_paused && !run_state::is_down(container, stack) {
        return Ok(Outcome::Pass);
    }
    let remedy = if is_paused {
        commands::thaw(container)
    } else {
        commands::start_it(container)
    };
    fail(
        Report::new(
            format!(
                "{program} `{}` {}",
                member.label(),
                run_state::state_in_words(container)
            ),
            run_state::state_proof(container),
            remedy,
        )
        .since(run_state::ended(container))
        .proof(run_state::last_words(container)),
    )
}
