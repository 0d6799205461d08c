//! Traces over the size that Tempo keeps.

use std::ops::ControlFlow;

use super::discards::{Limit, Unit, loss};
use crate::{
    check::{Check, Examine, Verdict},
    code::Code,
    finding::Severity,
    notices::NoticeKind,
    policy::Policy,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(214),
    name: "trace-too-large",
    severity: Severity::Warning,
    summary: "Tempo drops spans of traces that are larger than it is told to keep",
    why: "The sender is told that all is well; the trace is there with spans missing. This counter and the log are the only signs.",
    causes: &[
        "A loop or a batch job keeps one trace open for hours.",
        "A limit that was lowered: the default is 5 MB a trace.",
        "Large attribute values, such as SQL texts and stack traces.",
    ],
    remedy: "Raise `overrides.defaults.global.max_bytes_per_trace` (2.x and 3.x; `overrides.max_bytes_per_trace` in the flat form of 2.x), or end long traces earlier.",
    verify: "`ptctl status` shows the count of discarded spans standing still.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

const LIMIT: Limit = Limit {
    reasons: &["trace_too_large"],
    limits: &[("max_bytes_per_trace", Unit::Bytes)],
    settings: &[
        &["overrides", "defaults", "global", "max_bytes_per_trace"],
        &["overrides", "max_bytes_per_trace"],
    ],
    notice: Some(NoticeKind::TempoTraceTooLarge),
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
    let message = format!(
        "Tempo `{}` dropped {} spans of traces over `max_bytes_per_trace`{limit}, and told no sender",
        backend.label(),
        loss.spans,
    );
    loss.fail(
        message,
        "raise `overrides.defaults.global.max_bytes_per_trace` in its configuration and restart it, or end long traces earlier",
    )
}
