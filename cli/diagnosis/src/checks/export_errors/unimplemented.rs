//! Exports reach something that is no OTLP receiver for them.

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
    code: Code::new(504),
    name: "unimplemented",
    severity: Severity::Error,
    summary: "a service's exports reach something that is no OTLP receiver for them",
    why: "The answer is UNIMPLEMENTED or its like and is not tried again: every span is lost.",
    causes: &[
        "Tempo's query port 3200, or its gRPC port 9095.",
        "A collector without a traces pipeline.",
    ],
    remedy: "Send gRPC to 4317 and HTTP to 4318 of Tempo, or give the collector's receiver a pipeline of traces.",
    verify: "`ptctl doctor` reports nothing after the next request, and `ptctl status` shows a new last span.",
    masked_by: &[
        explanations::ENDPOINT,
        explanations::NETWORK_PATH,
        explanations::BACKEND,
        AFTER_A_RESTART,
        explanations::PROTOCOL,
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    Family::Unimplemented.examine(service, stack)
}
