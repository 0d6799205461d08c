//! Exports get no answer in time.

use super::family::{AFTER_A_RESTART, Family};
use crate::{
    check::{Check, Examine, Verdict},
    checks::explanations,
    code::Code,
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(503),
    name: "timed-out",
    severity: Severity::Error,
    summary: "a service's exports get no answer in time",
    why: "Each export blocks until its timeout; the queue fills and spans are dropped.",
    causes: &[
        "The backend is paused or overloaded.",
        "A firewall drops the packets.",
        "An address of another network.",
        "`OTEL_EXPORTER_OTLP_TIMEOUT` is too short: it counts milliseconds, in Python seconds.",
    ],
    remedy: "Find out what keeps the backend from answering: its state first, then its processor and memory.",
    verify: "`ptctl doctor` reports nothing after the next request, and `ptctl status` shows a new last span.",
    masked_by: &[
        explanations::ENDPOINT,
        explanations::NETWORK_PATH,
        explanations::BACKEND,
        AFTER_A_RESTART,
        explanations::TIMEOUT,
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    Family::TimedOut.examine(service, stack)
}
