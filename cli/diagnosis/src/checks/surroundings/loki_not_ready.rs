//! A Loki that says of itself that it is not ready.

use super::{page, surroundings_not_running};
use crate::{
    check::{Cause, Check, Examine, Verdict},
    code::Code,
    finding::Severity,
    policy::Policy,
    snapshot::Loki,
    view::{Neighbour, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(1012),
    name: "loki-not-ready",
    severity: Severity::Warning,
    summary: "Loki is not ready",
    why: "Links from traces to logs find nothing.",
    causes: &[
        "It is still starting, or reads its log of writes.",
        "Its storage is full or cannot be written.",
    ],
    remedy: "Wait a minute after a start; else read the last lines of its log.",
    verify: "`/ready` answers 200.",
    masked_by: &[&[Cause::same_subject(surroundings_not_running::CHECK.code)]],
    explains: &[],
    examine: Examine::EachLoki(examine),
};

fn examine(part: &Neighbour<'_, Loki>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    page::examine(
        &format!("Loki `{}`", part.label()),
        part.container,
        &part.facts.ready,
        &part.facts.reached,
        stack,
    )
}
