//! Exports fail in the TLS handshake.

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
    code: Code::new(505),
    name: "tls-failed",
    severity: Severity::Error,
    summary: "a service's exports fail in the TLS handshake",
    why: "No span gets through.",
    causes: &[
        "`https://`, or a scheme left out, towards a plaintext receiver.",
        "A certificate that the service does not trust.",
        "`http://` towards a TLS receiver.",
    ],
    remedy: "Write `http://` for a plaintext receiver; for TLS mount the CA and name it in `OTEL_EXPORTER_OTLP_CERTIFICATE`.",
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
    Family::Tls.examine(service, stack)
}
