//! Exports fail for another reason.

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
    code: Code::new(507),
    name: "failed",
    severity: Severity::Warning,
    summary: "a service's exports fail",
    why: "Spans are lost or late.",
    causes: &[
        "A proxy in between.",
        "A full disk of the backend.",
        "A full queue.",
        "The line names no cause.",
    ],
    remedy: "Read the line; look at the endpoint from the service's own network where it names no cause.",
    verify: "`ptctl doctor` reports nothing after the next request, and `ptctl status` shows a new last span.",
    masked_by: &[
        explanations::ENDPOINT,
        explanations::BACKEND,
        AFTER_A_RESTART,
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    Family::Other.examine(service, stack)
}
