//! A receiver that wants credentials.

use super::path::{self, Complaint};
use crate::{
    check::{Check, Examine, Verdict},
    checks::explanations,
    code::Code,
    finding::{Remedy, Severity},
    ladder::{Obstacle, RungName},
    policy::Policy,
    snapshot::Wanted,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(440),
    name: "receiver-wants-credentials",
    severity: Severity::Error,
    summary: "the receiver at a service's endpoint refuses its credentials",
    why: "Every export ends in 401 or 403, and most SDKs drop such a batch at once.",
    causes: &[
        "No token is sent: `OTEL_EXPORTER_OTLP_HEADERS` is missing or malformed.",
        "The token has expired, or is for something else.",
    ],
    remedy: "Set `OTEL_EXPORTER_OTLP_HEADERS=Authorization=Bearer%20TOKEN` with a token that is good for writing traces.",
    verify: path::VERIFY,
    masked_by: &[
        explanations::ENDPOINT,
        explanations::BACKEND,
        explanations::RELAY,
        explanations::HEADERS,
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    path::examine(service, stack, RungName::Authenticate, |broken| {
        let Obstacle::Wants(wanted @ (Wanted::Credentials | Wanted::Permission), export) =
            &broken.at.obstacle
        else {
            return None;
        };
        let (what, action) = match wanted {
            Wanted::Credentials | Wanted::Tenant => (
                "wants credentials that it does not get",
                "set `OTEL_EXPORTER_OTLP_HEADERS` to the header that the receiver wants",
            ),
            Wanted::Permission => (
                "does not allow it to write",
                "use credentials in `OTEL_EXPORTER_OTLP_HEADERS` that may write traces",
            ),
        };
        Some(Complaint::new(
            format!("but {} {what}: {}", broken.place(), export.delivery.outcome),
            Remedy::edit(action),
        ))
    })
}
