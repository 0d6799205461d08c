//! Exports end in a name that does not resolve.

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
    code: Code::new(502),
    name: "name-not-found",
    severity: Severity::Error,
    summary: "a service's exports fail because its endpoint's name does not resolve",
    why: "No connection is ever made; spans are lost for as long as it lasts.",
    causes: &[
        "A typing error in the endpoint.",
        "The backend is stopped: Docker's DNS answers for running containers only.",
        "Both share no network.",
    ],
    remedy: "Name the backend by its Compose service on a shared network, and start it.",
    verify: "`ptctl doctor` reports nothing after the next request, and `ptctl status` shows a new last span.",
    masked_by: &[
        explanations::ENDPOINT,
        explanations::NETWORK_PATH,
        explanations::BACKEND,
        AFTER_A_RESTART,
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    Family::NameNotFound.examine(service, stack)
}
