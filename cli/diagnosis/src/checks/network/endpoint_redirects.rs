//! A receiver that sends exports elsewhere.

use super::path::{self, Complaint};
use crate::{
    check::{Check, Examine, Verdict},
    code::Code,
    finding::{Remedy, Severity},
    ladder::{Obstacle, RungName},
    policy::Policy,
    snapshot::ExportOutcome,
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
    verify: path::VERIFY,
    masked_by: path::MASKED_BY,
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    path::examine(service, stack, RungName::Export, |broken| {
        let Obstacle::Redirected(export) = &broken.at.obstacle else {
            return None;
        };
        Some(Complaint::new(
            format!(
                "but {} redirects exports: {}",
                broken.place(),
                export.delivery.outcome
            ),
            Remedy::edit(match &export.delivery.outcome {
                ExportOutcome::HttpStatus {
                    location: Some(location),
                    ..
                } => format!(
                    "write the address into the endpoint that the redirection leads to: `{location}`"
                ),
                _ => "write the address into the endpoint that the redirection leads to".to_owned(),
            }),
        ))
    })
}
