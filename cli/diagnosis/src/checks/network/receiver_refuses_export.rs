//! A receiver that takes no export, for a reason of its own.

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
    code: Code::new(445),
    name: "receiver-refuses-export",
    severity: Severity::Error,
    summary: "the receiver at a service's endpoint does not take an export that has nothing wrong with it",
    why: "An export without a single span is always good. Who does not take it takes no other.",
    causes: &[
        "The receiver is not ready, or overloaded.",
        "A proxy does not reach the receiver behind it (502, 504), or does not pass gRPC on.",
    ],
    remedy: "Look at the receiver's own log, and at that of the proxy in front of it.",
    verify: path::VERIFY,
    masked_by: &[
        explanations::ENDPOINT,
        explanations::BACKEND,
        explanations::RELAY,
        explanations::REFUSALS,
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    path::examine(service, stack, RungName::Export, |broken| {
        let Obstacle::Export(export) = &broken.at.obstacle else {
            return None;
        };
        let complaint = Complaint::new(
            format!(
                "but {} does not take an empty export: {}",
                broken.place(),
                export.delivery.outcome
            ),
            Remedy::edit("look at the log of what answers there, and of what stands behind it"),
        );
        Some(if export.delivery.outcome.is_silence() {
            complaint.likely()
        } else {
            complaint
        })
    })
}
