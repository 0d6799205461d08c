//! Exports end in a refused connection.

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
    code: Code::new(501),
    name: "connection-refused",
    severity: Severity::Error,
    summary: "a service's exports are refused: nobody listens at its endpoint",
    why: "The batch is tried a few times and then dropped; spans are lost for as long as it lasts.",
    causes: &[
        "Tempo or the collector is down or restarting.",
        "The receiver listens on its own loopback.",
        "The port is another one.",
    ],
    remedy: "Start the backend, or correct host and port of the endpoint; `ptctl env` shows it.",
    verify: "`ptctl doctor` reports nothing after the next request, and `ptctl status` shows a new last span.",
    masked_by: &[
        explanations::ENDPOINT,
        explanations::NETWORK_PATH,
        explanations::BACKEND,
        explanations::RELAY_START,
        AFTER_A_RESTART,
        explanations::ENDPOINT_UNREAD,
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    Family::Refused.examine(service, stack)
}
