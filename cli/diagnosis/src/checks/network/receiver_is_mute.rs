//! A port that takes connections and says nothing.

use super::path::{self, Complaint};
use crate::{
    check::{Check, Examine, Verdict},
    code::Code,
    finding::{Remedy, Severity},
    ladder::{Obstacle, RungName},
    policy::Policy,
    snapshot::Plaintext,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(443),
    name: "receiver-is-mute",
    severity: Severity::Error,
    summary: "what listens at a service's endpoint takes connections and never answers, or hangs up",
    why: "The kernel takes connections for a process that hangs, so that everything looks well until each export times out.",
    causes: &[
        "The receiver's process is paused, or hangs.",
        "A proxy takes the connection and reaches nobody behind it.",
        "The port is no receiver's.",
    ],
    remedy: "Look at the receiver's state and its last lines, and restart it.",
    verify: path::VERIFY,
    masked_by: path::MASKED_BY,
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    path::examine(service, stack, RungName::Speak, |broken| {
        let Obstacle::Mute(plaintext) = &broken.at.obstacle else {
            return None;
        };
        let what = match plaintext {
            Plaintext::Closed => "closes every connection without a word",
            Plaintext::Silent | Plaintext::Http | Plaintext::WantsTls | Plaintext::Other { .. } => {
                "takes connections and never says a word"
            }
        };
        let complaint = Complaint::new(
            format!("but {} {what}", broken.place()),
            Remedy::edit(
                "look at the state and the last lines of what listens there, and restart it",
            ),
        );
        Some(match plaintext {
            Plaintext::Silent => complaint.likely(),
            Plaintext::Closed | Plaintext::Http | Plaintext::WantsTls | Plaintext::Other { .. } => {
                complaint
            }
        })
    })
}
