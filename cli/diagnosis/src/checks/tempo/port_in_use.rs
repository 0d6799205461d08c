//! A port that Tempo listens on is taken.

use std::ops::ControlFlow;

use super::start::refusal;
use crate::{
    check::{Check, Examine, Verdict, fail},
    checks::{commands, explanations, stack::run_state},
    code::Code,
    finding::{Remedy, Severity},
    policy::Policy,
    snapshot::RestartPolicy,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(207),
    name: "port-in-use",
    severity: Severity::Error,
    summary: "Tempo does not start because a port that it listens on is taken",
    why: "A busy HTTP or gRPC port ends Tempo with code 1. A busy OTLP port ends it with code 0, which `restart: on-failure` takes for success: it stays down.",
    causes: &[
        "It shares the network of the host or of another container, where somebody else listens there.",
        "Two receivers of its own configuration name one port.",
        "`server.grpc_listen_port` and a receiver name one port.",
    ],
    remedy: "Give one of the two another port in Tempo's configuration, or end the other listener, then start Tempo.",
    verify: "`docker logs` on its container ends with `Tempo started`.",
    masked_by: &[],
    explains: explanations::TEMPO_API,
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let refusal = match refusal(backend, stack, fits) {
        ControlFlow::Continue(refusal) => refusal,
        ControlFlow::Break(verdict) => return verdict,
    };
    let container = refusal.container;
    let reason = refusal.reason();
    let stays_down = match (container.state.exit_code, container.restart_policy) {
        (0, RestartPolicy::OnFailure) => {
            "; it ended with code 0, so that `restart: on-failure` does not start it again"
        }
        _ => "",
    };
    let message = format!(
        "Tempo `{}` does not start because a port is taken: {reason}{stays_down}",
        backend.label()
    );
    let remedy = Remedy::run(
        "give it or the other listener another port, then start it",
        commands::start(container),
    );
    fail(
        refusal
            .report(message, remedy)
            .proof([run_state::state_proof(container)]),
    )
}

/// A start that ends at a port.
fn fits(line: &str) -> bool {
    line.contains("address already in use")
}
