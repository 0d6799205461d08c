//! A name server that fails where a service asks for its endpoint.

use super::path::{self, Complaint};
use crate::{
    check::{Check, Examine, Verdict},
    code::Code,
    finding::{Remedy, Severity},
    ladder::{NameFault, Obstacle, RungName},
    policy::Policy,
    snapshot::NameResult,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(429),
    name: "name-server-fails",
    severity: Severity::Error,
    summary: "the name server of a service does not answer, or fails, for the name of its endpoint",
    why: "Docker's own name server passes names that it does not know on to those of the host. Where these cannot be reached, a mistyped name looks like a broken name server, and every lookup takes seconds.",
    causes: &[
        "No container has that name, and the host's name server cannot be reached.",
        "The container was given a name server (`dns:`) that does not answer.",
        "A firewall drops the container's packets to its name server.",
    ],
    remedy: "Use a name that the receiver answers to on a shared network; for a name outside of the engine, see that the name server in the container's `/etc/resolv.conf` answers.",
    verify: path::VERIFY,
    masked_by: path::MASKED_BY,
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    path::examine(service, stack, RungName::Resolve, |broken| {
        if broken.at.obstacle != Obstacle::Name(NameFault::ServerFails) {
            return None;
        }
        let complaint = Complaint::new(
            format!(
                "but in its own network that name cannot be looked up: {}",
                broken.ladder.resolution.result.describe()
            ),
            Remedy::edit(
                "use a name that the receiver answers to on a shared network, or a name server that answers",
            ),
        );
        // A slow server may still answer whoever asks again.
        Some(
            if broken.ladder.resolution.result == NameResult::ServerSilent {
                complaint.likely()
            } else {
                complaint
            },
        )
    })
}
