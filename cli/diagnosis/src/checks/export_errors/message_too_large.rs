//! Exports larger than the receiver takes.

use super::family::Family;
use crate::{
    check::{Check, Examine, Verdict},
    code::Code,
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(511),
    name: "message-too-large",
    severity: Severity::Warning,
    summary: "a service's batches are larger than the receiver takes",
    why: "A batch over the limit is refused whole, however often it is tried.",
    causes: &[
        "Spans with large attributes: bodies of requests, statements, stack traces.",
        "`OTEL_BSP_MAX_EXPORT_BATCH_SIZE` is large.",
        "A proxy in between has a smaller limit than Tempo (nginx: 1 MiB).",
    ],
    remedy: "Send smaller batches (`OTEL_BSP_MAX_EXPORT_BATCH_SIZE=128`), or raise the limit of whoever refuses (Tempo: `max_recv_msg_size_mib`, nginx: `client_max_body_size`).",
    verify: "`ptctl doctor` reports nothing after the next request, and `ptctl status` shows a new last span.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    Family::MessageTooLarge.examine(service, stack)
}
