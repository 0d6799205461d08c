//! A Prometheus that says of itself that it is not ready.

use super::{page, surroundings_not_running};
use crate::{
    check::{Cause, Check, Examine, Verdict},
    code::Code,
    finding::Severity,
    policy::Policy,
    snapshot::Prometheus,
    view::{Neighbour, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(1013),
    name: "prometheus-not-ready",
    severity: Severity::Warning,
    summary: "Prometheus is not ready",
    why: "The service graph and links from traces to metrics find nothing.",
    causes: &[
        "It is still starting, or reads its log of writes.",
        "Its storage is full or cannot be written.",
    ],
    remedy: "Wait a minute after a start; else read the last lines of its log.",
    verify: "`/-/ready` answers 200.",
    masked_by: &[&[Cause::same_subject(surroundings_not_running::CHECK.code)]],
    explains: &[],
    examine: Examine::EachPrometheus(examine),
};

fn examine(part: &Neighbour<'_, Prometheus>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    page::examine(
        &format!("Prometheus `{}`", part.label()),
        part.container,
        &part.facts.ready,
        &part.facts.reached,
        stack,
    )
}
