//! More bytes a second than Tempo takes.

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
    code: Code::new(216),
    name: "rate-limited",
    severity: Severity::Warning,
    summary: "Tempo refuses batches over its rate limit",
    why: "The sender is told (429 or RESOURCE_EXHAUSTED); not every SDK sends again, and what it gives up is lost.",
    causes: &[
        "More load than 15 MB/s (2.x) or 30 MB/s (3.x), the defaults.",
        "A limit that was lowered.",
        "One batch larger than the burst size: it never passes, however often it is sent.",
    ],
    remedy: "Raise `overrides.defaults.ingestion.rate_limit_bytes` and `burst_size_bytes` (2.x and 3.x; `ingestion_rate_limit_bytes` in the flat form of 2.x), or send less.",
    verify: "`ptctl status` shows the count of discarded spans standing still.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

const LIMIT: Limit = Limit {
    reasons: &["rate_limited"],
    limits: &[
        ("ingestion_rate_limit_bytes", Unit::BytesASecond),
        ("ingestion_burst_size_bytes", Unit::Bytes),
    ],
    settings: &[
        &["overrides", "defaults", "ingestion", "rate_limit_bytes"],
        &["overrides", "defaults", "ingestion", "burst_size_bytes"],
        &["overrides", "ingestion_rate_limit_bytes"],
    ],
    notice: Some(NoticeKind::TempoRateLimited),
};

fn examine(backend: &Backend<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let loss = match loss(backend, &LIMIT) {
        ControlFlow::Continue(loss) => loss,
        ControlFlow::Break(verdict) => return verdict,
    };
    let limit = match loss.limits.as_slice() {
        [rate, burst] => format!(" of {rate} with bursts of {burst}"),
        _ => String::new(),
    };
    let message = format!(
        "Tempo `{}` refused {} spans over its rate limit{limit}; each attempt of a sender counts again",
        backend.label(),
        loss.spans,
    );
    loss.fail(
        message,
        "raise `overrides.defaults.ingestion.rate_limit_bytes` and `burst_size_bytes` in its configuration and restart it",
    )
}
