//! One form of OTLP spoken to a port of the other, as the port itself shows.

use super::path::{self, Complaint};
use crate::{
    check::{Check, Examine, Verdict},
    code::Code,
    finding::Severity,
    ladder::{Obstacle, RungName},
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(436),
    name: "port-speaks-other-protocol",
    severity: Severity::Error,
    summary: "a service speaks one form of OTLP to a port that takes the other",
    why: "gRPC and HTTP do not understand each other; each language says so in another riddle.",
    causes: &[
        "4317 is gRPC's and 4318 is HTTP's, and port or protocol was changed alone.",
        "The SDK's own default protocol is another than was thought.",
    ],
    remedy: "Use the receiver's other port, or set `OTEL_EXPORTER_OTLP_PROTOCOL` to what this one takes.",
    verify: path::VERIFY,
    masked_by: path::MASKED_BY,
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    path::examine(service, stack, RungName::Speak, |broken| {
        let Obstacle::Protocol { spoken, taken } = &broken.at.obstacle else {
            return None;
        };
        let right = broken.right_value(stack);
        Some(Complaint::new(
            format!(
                "by {}, but {} takes OTLP by {} alone",
                spoken.word(),
                broken.place(),
                taken.word()
            ),
            broken.set(&right),
        ))
    })
}
