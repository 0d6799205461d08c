//! A port on which nobody listens, as seen from the service.

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
    code: Code::new(431),
    name: "nobody-listens",
    severity: Severity::Error,
    summary: "nobody listens at a service's endpoint, as seen from the service",
    why: "The host answers, and says that the port is closed: every export is refused at once.",
    causes: &[
        "The port is another one.",
        "The receiver is down, or has not opened that port.",
        "The receiver listens on its own loopback.",
    ],
    remedy: "Correct the port, or let the receiver listen there on `0.0.0.0`.",
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
        if broken.at.obstacle != Obstacle::Refused {
            return None;
        }
        let place = broken.place();
        Some(Complaint::new(
            format!("but {place} refuses the connection: nobody listens there"),
            Remedy::edit(format!(
                "send to the port that the receiver listens on, or let it listen at {place} on every address"
            )),
        ))
    })
}
