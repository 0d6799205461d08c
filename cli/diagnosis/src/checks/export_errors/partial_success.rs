//! The receiver takes a part of a batch.

use super::family::{DISCARDS, Family};
use crate::{
    check::{Check, Examine, Verdict},
    code::Code,
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(513),
    name: "partial-success",
    severity: Severity::Warning,
    summary: "the receiver takes only a part of what a service exports",
    why: "The answer is a success, so nothing is tried again: the refused spans are lost.",
    causes: &[
        "A trace over Tempo's size limit.",
        "Spans with ids of the wrong length.",
        "A processor of the collector that refuses some spans.",
    ],
    remedy: "Read the reason in the line, and the reasons in Tempo's `tempo_discarded_spans_total`.",
    verify: "`ptctl doctor` reports nothing after the next request, and `ptctl status` shows a new last span.",
    masked_by: &[DISCARDS],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    Family::PartialSuccess.examine(service, stack)
}
