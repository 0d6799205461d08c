//! A collector whose container does not run.

use super::{
    collector_component_removed, collector_component_undefined, collector_config_rejected, relay,
};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::{commands, explanations, stack::run_state},
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    observed::Probe,
    policy::Policy,
    snapshot::Status,
    view::{Relay, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(411),
    name: "collector-not-running",
    severity: Severity::Error,
    summary: "a collector does not run",
    why: "Every span that goes through it is lost once its senders' queues are full, while Tempo itself is healthy.",
    causes: &[
        "Its configuration was refused; the last lines of its log name the key.",
        "It was killed for want of memory.",
        "Somebody stopped or paused it.",
    ],
    remedy: "Read the last lines of its log, mend what they name, then `docker start` it.",
    verify: "`ptctl status` shows it as running, and Tempo counts accepted spans.",
    masked_by: &[
        &[
            Cause::same_subject(collector_component_removed::CHECK.code),
            Cause::same_subject(collector_component_undefined::CHECK.code),
            Cause::same_subject(collector_config_rejected::CHECK.code),
        ],
        explanations::CANNOT_RUN,
    ],
    explains: &[Probe::CollectorMetrics, Probe::Logs],
    examine: Examine::EachCollector(examine),
};

fn examine(relay: &Relay<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let container = relay.container;
    let is_paused = container.state.status == Status::Paused;
    if !is_paused && !run_state::is_down(container, stack) {
        return Ok(Outcome::Pass);
    }
    let remedy = if is_paused {
        commands::thaw(container)
    } else if container.state.oom_killed {
        Remedy::edit(format!(
            "raise the memory limit of `{}`, and keep its `memory_limiter` below it",
            relay.label()
        ))
        .then(commands::recreate(container))
    } else {
        commands::start_it(container)
    };
    let memory = container.state.oom_killed.then(|| {
        Evidence::new(
            EvidenceKind::Container,
            &container.name,
            "State.OOMKilled=true",
        )
    });
    let killed = if container.state.oom_killed {
        ", killed for want of memory"
    } else {
        ""
    };
    let clients = relay::clients(relay, stack);
    let report = Report::new(
        format!(
            "collector `{}` {}{killed}",
            relay.label(),
            run_state::state_in_words(container)
        ),
        run_state::state_proof(container),
        remedy,
    )
    .since(run_state::ended(container))
    .proof(memory)
    .proof(run_state::last_words(container));
    // One that ships logs or metrics only takes no trace with it.
    let ships_traces = relay
        .pipelines
        .known()
        .is_none_or(crate::collector::Pipelines::handles_traces);
    if clients.is_empty() && !ships_traces {
        fail(report.severity(Severity::Warning))
    } else {
        fail(report)
    }
}
