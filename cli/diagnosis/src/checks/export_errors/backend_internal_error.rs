//! Exports that end in an error of the receiver's own.

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
    code: Code::new(518),
    name: "backend-internal-error",
    severity: Severity::Warning,
    summary: "the receiver answers a service's exports with an internal error",
    why: "Most SDKs take it as final and drop the batch.",
    causes: &[
        "A full or unwritable disk of Tempo.",
        "A bug or a wrong setting, which Tempo's own log names.",
    ],
    remedy: "Read the error lines in the log of Tempo or of the collector at the time of the line.",
    verify: "`ptctl doctor` reports nothing after the next request, and `ptctl status` shows a new last span.",
    masked_by: &[explanations::BACKEND, explanations::NETWORK_PATH, FAILURES],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    Family::InternalError.examine(service, stack)
}
