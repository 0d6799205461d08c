//! Exports that the receiver cannot read.

use super::family::Family;
use crate::{
    check::{Check, Examine, Verdict},
    checks::explanations,
    code::Code,
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(517),
    name: "payload-refused",
    severity: Severity::Error,
    summary: "the receiver cannot read what a service exports",
    why: "A 400 or 415 is for good: the SDK tries no second time, and every such batch is lost.",
    causes: &[
        "JSON where protobuf is wanted, or the other way round.",
        "An SDK and a receiver many versions apart.",
        "A proxy that changes bodies.",
    ],
    remedy: "Set `OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`, and bring SDK and receiver to versions of the same year.",
    verify: "`ptctl doctor` reports nothing after the next request, and `ptctl status` shows a new last span.",
    masked_by: &[explanations::ENDPOINT, explanations::NETWORK_PATH],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    Family::PayloadRefused.examine(service, stack)
}
