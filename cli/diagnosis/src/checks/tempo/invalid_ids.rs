//! Ids of the wrong length.

use std::ops::ControlFlow;

use super::discards::{Limit, loss};
use crate::{
    check::{Check, Examine, Verdict},
    code::Code,
    finding::Severity,
    policy::Policy,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(217),
    name: "invalid-ids",
    severity: Severity::Warning,
    summary: "Tempo refuses spans whose ids have the wrong length",
    why: "One wrong id refuses the whole batch, right spans included.",
    causes: &[
        "A sender that makes its own ids, or passes on 64-bit ids of Zipkin or B3.",
        "A span id of zeros.",
    ],
    remedy: "Make trace ids 16 bytes and span ids 8 bytes long; pad 64-bit ids with zeros on the left.",
    verify: "`ptctl status` shows the count of discarded spans standing still.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

const LIMIT: Limit = Limit {
    reasons: &["invalid_trace_id", "invalid_span_id"],
    limits: &[],
    settings: &[],
    notice: None,
};

fn examine(backend: &Backend<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let loss = match loss(backend, &LIMIT) {
        ControlFlow::Continue(loss) => loss,
        ControlFlow::Break(verdict) => return verdict,
    };
    let message = format!(
        "Tempo `{}` refused batches with {} spans since trace ids are not 16 bytes or span ids not 8",
        backend.label(),
        loss.spans,
    );
    loss.fail(
        message,
        "mend the sender that makes its own ids: 16 bytes for a trace, 8 for a span, neither all zeros",
    )
}
