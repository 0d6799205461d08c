//! The SDK drops spans before it sends them.

use super::family::{AFTER_A_RESTART, FAILED_EXPORTS, Family, NAMED_FAILURES};
use crate::{
    check::{Check, Examine, Verdict},
    checks::explanations,
    code::Code,
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(512),
    name: "spans-dropped-in-sdk",
    severity: Severity::Warning,
    summary: "a service's SDK drops spans because its queue is full",
    why: "Traces get gaps, and most SDKs say so only once for many dropped spans.",
    causes: &[
        "The backend is slow or away, so that the queue does not empty.",
        "A burst of more spans than `OTEL_BSP_MAX_QUEUE_SIZE` (2048) within one `OTEL_BSP_SCHEDULE_DELAY` (5 s).",
    ],
    remedy: "Mend whatever slows the exports first; then raise `OTEL_BSP_MAX_QUEUE_SIZE`, or lower `OTEL_BSP_SCHEDULE_DELAY`.",
    verify: "`ptctl doctor` reports nothing after the next request, and `ptctl status` shows a new last span.",
    masked_by: &[
        explanations::ENDPOINT,
        explanations::NETWORK_PATH,
        explanations::BACKEND,
        NAMED_FAILURES,
        FAILED_EXPORTS,
        AFTER_A_RESTART,
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    Family::SpansDropped.examine(service, stack)
}
