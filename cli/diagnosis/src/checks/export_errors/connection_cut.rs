//! Connections that are cut while an export is under way.

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
    code: Code::new(515),
    name: "connection-cut",
    severity: Severity::Warning,
    summary: "the connection is cut while a service exports",
    why: "The batch is tried again where the SDK can tell that this is safe, and lost otherwise.",
    causes: &[
        "The backend crashed or was restarted at that moment.",
        "A load balancer or firewall cuts idle connections.",
        "The port wants TLS, and the service speaks none.",
    ],
    remedy: "Look whether the backend restarted at the time of the line; if it did not, look for what stands in between.",
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
    Family::ConnectionCut.examine(service, stack)
}
