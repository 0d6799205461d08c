//! Exports that end in a name server's failure.

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
    code: Code::new(524),
    name: "dns-temporary-failure",
    severity: Severity::Error,
    summary: "a service's exports fail because the name server gives no answer",
    why: "Not \"no such name\" but \"try again\": no connection is made for as long as it lasts.",
    causes: &[
        "The backend's container is stopped: Docker's name server passes the question on to the host's, which fails.",
        "The name server of the engine's host is away.",
        "`dns:` of the service names a server that does not answer.",
    ],
    remedy: "Start the backend's container; if it runs, look at `/etc/resolv.conf` of the engine's host and at `dns:` of the service.",
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
    Family::NameServer.examine(service, stack)
}
