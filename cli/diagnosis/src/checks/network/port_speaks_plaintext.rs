//! TLS spoken to a port that speaks plaintext, as the port itself shows.

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
    code: Code::new(434),
    name: "port-speaks-plaintext",
    severity: Severity::Error,
    summary: "a service speaks TLS to a port that speaks plaintext",
    why: "The handshake fails with a riddle such as `wrong version number`, and no span arrives.",
    causes: &[
        "`https://` was written by habit.",
        "The SDK assumes TLS where gRPC's endpoint has no scheme.",
    ],
    remedy: "Write `http://`, or give the receiver a certificate.",
    verify: path::VERIFY,
    masked_by: path::MASKED_BY,
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    path::examine(service, stack, RungName::Speak, |broken| {
        if broken.at.obstacle != Obstacle::TlsToPlaintext {
            return None;
        }
        let right = broken.right_value(stack);
        Some(Complaint::new(
            format!("by TLS, but {} speaks plaintext", broken.place()),
            broken.set(&right),
        ))
    })
}
