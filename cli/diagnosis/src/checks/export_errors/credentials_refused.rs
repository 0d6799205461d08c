//! Exports without the credentials that the receiver wants.

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
    code: Code::new(509),
    name: "credentials-refused",
    severity: Severity::Error,
    summary: "a service's exports are refused for want of credentials",
    why: "A 401 or 403 is for good: the SDK tries no second time, and every batch is lost.",
    causes: &[
        "A proxy before Tempo, or a hosted backend, wants a token.",
        "`OTEL_EXPORTER_OTLP_HEADERS` was not read: a colon instead of `=`, or a blank that is not written as `%20`.",
        "The token has run out.",
    ],
    remedy: "Set the header as `OTEL_EXPORTER_OTLP_HEADERS=Authorization=Bearer%20TOKEN`, then recreate the service.",
    verify: "`ptctl doctor` reports nothing after the next request, and `ptctl status` shows a new last span.",
    masked_by: &[
        explanations::ENDPOINT,
        explanations::NETWORK_PATH,
        explanations::BACKEND,
        explanations::HEADERS,
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    Family::CredentialsRefused.examine(service, stack)
}
