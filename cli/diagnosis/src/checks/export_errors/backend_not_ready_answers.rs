//! Exports that the receiver puts off.

use super::family::{FAILURES, Family};
use crate::{
    check::{Check, Examine, Verdict},
    checks::explanations,
    code::Code,
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(523),
    name: "backend-not-ready-answers",
    severity: Severity::Warning,
    summary: "the receiver answers a service's exports that it is not ready",
    why: "What is put off is tried again for a while, then lost.",
    causes: &[
        "Tempo or the collector is starting or stopping.",
        "A part of Tempo did not come up: `/ready` names it.",
        "A proxy answers 503 for it.",
    ],
    remedy: "Wait for it with `ptctl doctor --wait 60s`; if it stays, read its log.",
    verify: "`ptctl doctor` reports nothing after the next request, and `ptctl status` shows a new last span.",
    masked_by: &[
        explanations::ENDPOINT,
        explanations::NETWORK_PATH,
        explanations::BACKEND,
        FAILURES,
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    Family::NotReady.examine(service, stack)
}
