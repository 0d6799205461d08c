//! A Grafana that says of itself that it is not ready.

use super::{page, surroundings_not_running};
use crate::{
    check::{Cause, Check, Examine, Verdict},
    code::Code,
    finding::Severity,
    policy::Policy,
    snapshot::Grafana,
    view::{Neighbour, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(1014),
    name: "grafana-not-ready",
    severity: Severity::Warning,
    summary: "Grafana is not ready",
    why: "Nobody can look at traces in it.",
    causes: &[
        "It is still starting, or reads its log of writes.",
        "Its storage is full or cannot be written.",
    ],
    remedy: "Wait a minute after a start; else read the last lines of its log.",
    verify: "`/api/health` answers 200.",
    masked_by: &[&[Cause::same_subject(surroundings_not_running::CHECK.code)]],
    explains: &[],
    examine: Examine::EachGrafana(examine),
};

fn examine(part: &Neighbour<'_, Grafana>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    page::examine(
        &format!("Grafana `{}`", part.label()),
        part.container,
        &part.facts.ready,
        &part.facts.reached,
        stack,
    )
}
