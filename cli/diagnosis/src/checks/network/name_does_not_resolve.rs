//! An endpoint's name that does not resolve in the service's own network.

use super::path::{self, Complaint};
use crate::{
    check::{Check, Examine, Verdict},
    code::Code,
    finding::Severity,
    ladder::{NameFault, Obstacle, RungName},
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(428),
    name: "name-does-not-resolve",
    severity: Severity::Error,
    summary: "the name of a service's endpoint does not resolve in the service's own network",
    why: "Before anything is sent the name has to become an address. What resolves on your machine, or in another container, need not resolve in this one.",
    causes: &[
        "A typing error, or a service that was renamed.",
        "The receiver is on no network of the service's.",
        "The name is one of the host's, or of a search domain that the container does not have.",
    ],
    remedy: "Use a name that the receiver answers to on a shared network: its Compose service.",
    verify: path::VERIFY,
    masked_by: path::MASKED_BY,
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    path::examine(service, stack, RungName::Resolve, |broken| {
        if broken.at.obstacle != Obstacle::Name(NameFault::Unknown) {
            return None;
        }
        let right = broken.right_value(stack);
        Some(Complaint::new(
            "but in its own network that name does not resolve",
            broken.set(&right),
        ))
    })
}
