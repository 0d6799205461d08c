//! Packets to an endpoint that nobody answers.

use super::path::{self, Complaint};
use crate::{
    check::{Check, Examine, Verdict},
    checks::explanations,
    code::Code,
    finding::{Remedy, Severity},
    ladder::{Obstacle, RungName},
    policy::Policy,
    snapshot::ConnectOutcome,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(432),
    name: "packets-dropped",
    severity: Severity::Error,
    summary: "packets from a service to its endpoint are dropped, or no way leads there",
    why: "The first packet is sent again and again until the export times out. Many SDKs print nothing meanwhile, and the queue fills.",
    causes: &[
        "A firewall on the engine's host drops packets between its bridges (`DOCKER-USER`, `nftables`).",
        "The address is of a network that the service is not on.",
        "The receiver's queue of connections is full, since its process hangs.",
    ],
    remedy: "Join the network of the receiver, or find the rule that drops the packets.",
    verify: path::VERIFY,
    masked_by: &[
        explanations::ENDPOINT,
        explanations::BACKEND,
        explanations::RELAY,
        explanations::RELAY_START,
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    path::examine(service, stack, RungName::Connect, |broken| {
        let Obstacle::Unreached(outcome) = &broken.at.obstacle else {
            return None;
        };
        let place = broken.place();
        let what = match outcome {
            ConnectOutcome::NoAnswer => format!("but {place} never answers the first packet"),
            ConnectOutcome::Reset => format!("but {place} cuts connections as they begin"),
            ConnectOutcome::Open
            | ConnectOutcome::Refused
            | ConnectOutcome::HostUnreachable
            | ConnectOutcome::NetworkUnreachable
            | ConnectOutcome::Failed { .. } => {
                format!("but no way leads to {place}: {}", outcome.describe())
            }
        };
        Some(Complaint::new(
            what,
            Remedy::edit(
                "put the service on a network of the receiver's, or find the firewall rule that drops the packets between them",
            ),
        ))
    })
}
