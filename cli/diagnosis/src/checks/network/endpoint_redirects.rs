//! A receiver that sends exports elsewhere.

use super::path::{self, Complaint};
use crate::{
    check::{Check, Examine, Verdict},
    checks::explanations,
    code::Code,
    finding::{Remedy, Severity},
    ladder::{Obstacle, RungName},
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(444),
    name: "endpoint-redirects",
    severity: Severity::Error,
    summary: "what answers at a service's endpoint redirects its exports",
    why: "An SDK does not follow a redirection, or follows it with an empty request: some take that for success, and the spans are lost in silence.",
    causes: &[
        "A proxy leads plaintext to TLS.",
        "The path lacks or has a slash at its end.",
    ],
    remedy: "Write the address that the redirection leads to.",
    verify: "`ptctl probe SERVICE` shows every rung whole.",
    masked_by: &[
        explanations::ENDPOINT,
        explanations::BACKEND,
        explanations::RELAY,
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    path::examine(service, stack, RungName::Export, |broken| {
        if broken.is_in_part() {
            return None;
        }
        let Obstacle::Redirected(export) = &broken.at.obstacle else {
            return None;
        };
        Some(Complaint::new(
            format!(
                "but {} redirects exports: {}",
                broken.place(),
                export.delivery.outcome
            ),
            Remedy::edit("write the address that the redirection leads to into the endpoint"),
        ))
    })
}
