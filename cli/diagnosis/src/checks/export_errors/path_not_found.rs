//! Exports end in a path that the receiver does not have.

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
    code: Code::new(508),
    name: "path-not-found",
    severity: Severity::Error,
    summary: "a service's exports are answered with 404: the receiver has no such path",
    why: "A 404 is for good: the SDK tries no second time, and every batch is lost.",
    causes: &[
        "`OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` is taken as it is, and lacks `/v1/traces`.",
        "`OTEL_EXPORTER_OTLP_ENDPOINT` ends in `/v1/traces`, and the SDK appends it once more.",
        "The prefix `/otlp` of another product.",
        "Something else answers at that port.",
    ],
    remedy: "Let the general variable end at the port, or the one of the signal in `/v1/traces`; `ptctl env` shows which one wins.",
    verify: "`ptctl doctor` reports nothing after the next request, and `ptctl status` shows a new last span.",
    masked_by: &[
        explanations::ENDPOINT,
        explanations::NETWORK_PATH,
        explanations::BACKEND,
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    Family::PathNotFound.examine(service, stack)
}
