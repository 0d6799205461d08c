//! More traces at once than Tempo keeps in memory.

use std::ops::ControlFlow;

use super::{
    discards::{Limit, Unit, loss},
    proof::release,
};
use crate::{
    check::{Check, Examine, Verdict},
    code::Code,
    finding::Severity,
    notices::NoticeKind,
    policy::Policy,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(215),
    name: "live-traces-exceeded",
    severity: Severity::Warning,
    summary: "Tempo drops spans since too many traces are in memory at once",
    why: "The sender is told that all is well, and at level `info` the log says nothing: this counter is the only sign.",
    causes: &[
        "A burst of short traces: all that were touched within 5 to 10 s count.",
        "A limit that was lowered: the default is 10 000.",
    ],
    remedy: "Raise `overrides.defaults.ingestion.max_traces_per_user` (2.x and 3.x; `overrides.max_traces_per_user` in the flat form of 2.x), or sample.",
    verify: "`ptctl status` shows the count of discarded spans standing still.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

const LIMIT: Limit = Limit {
    reasons: &["live_traces_exceeded"],
    limits: &[("max_local_traces_per_user", Unit::Traces)],
    settings: &[
        &["overrides", "defaults", "ingestion", "max_traces_per_user"],
        &["overrides", "max_traces_per_user"],
    ],
    notice: Some(NoticeKind::TempoLiveTracesExceeded),
};

fn examine(backend: &Backend<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let loss = match loss(backend, &LIMIT) {
        ControlFlow::Continue(loss) => loss,
        ControlFlow::Break(verdict) => return verdict,
    };
    let limit = loss
        .limits
        .first()
        .map_or(String::new(), |limit| format!(" ({limit})"));
    // Measured: the counter of 3.x grows by the number of resources in a trace for each span.
    let at_most = match release(backend) {
        Some(release) if release.major >= 3 => "at most ",
        Some(_) | None => "",
    };
    let message = format!(
        "Tempo `{}` dropped {at_most}{} spans since more traces were in memory than `max_traces_per_user`{limit}, and told no sender",
        backend.label(),
        loss.spans,
    );
    loss.fail(
        message,
        "raise `overrides.defaults.ingestion.max_traces_per_user` in its configuration and restart it, or sample",
    )
}
