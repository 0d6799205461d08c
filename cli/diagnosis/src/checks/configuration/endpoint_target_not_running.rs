//! An endpoint whose container exists and does not run: a collector, or whatever else stands before Tempo.

use super::aim::{self, Aim};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::{commands, network::collector_not_running, stack::run_state},
    code::Code,
    export::Target,
    finding::Severity,
    policy::Policy,
    snapshot::Status,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(307),
    name: "endpoint-target-not-running",
    severity: Severity::Error,
    summary: "a service sends spans to a container that does not run",
    why: "A collector that is down takes every span with it, while Tempo itself is healthy.",
    causes: &[
        "Its configuration was refused; the last lines of its log name the key.",
        "Somebody stopped or paused it.",
        "It ran out of memory.",
    ],
    remedy: "Read the last lines of its log, mend what they name, then start it again.",
    verify: "`ptctl doctor` no longer reports it, and Tempo counts accepted spans.",
    masked_by: &[&[Cause::export_target(collector_not_running::CHECK.code)]],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    match aim::aim(service, stack)? {
        Aim::Settings(_) => {}
        Aim::NotJudged(why) => return Ok(Outcome::NotApplicable(why)),
    }
    if stack.backend_of(service).is_some() {
        return Ok(Outcome::NotApplicable("it sends to Tempo directly"));
    }
    let Some(Target::Container { container, .. }) = &service.target else {
        return Ok(Outcome::NotApplicable(
            "it sends to no container of this engine",
        ));
    };
    if container.id == service.container.id {
        return Ok(Outcome::NotApplicable("it sends to itself"));
    }
    let paused = container.state.status == Status::Paused;
    if !paused && !run_state::is_down(container, stack) {
        return Ok(Outcome::Pass);
    }
    let name = container.display_name();
    let state = run_state::state_in_words(container);
    let remedy = if paused {
        commands::thaw(container)
    } else {
        commands::start_it(container)
    };
    let report = Report::new(
        format!(
            "`{}` sends spans to `{name}`, which {state}",
            service.label()
        ),
        run_state::state_proof(container),
        remedy,
    );
    fail(
        report
            .since(run_state::ended(container))
            .proof(run_state::last_words(container)),
    )
}
