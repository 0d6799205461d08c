//! A name with several addresses, one of which takes no spans.

use super::path::{self, Complaint};
use crate::{
    check::{Check, Examine, Verdict},
    code::Code,
    finding::{Remedy, Severity},
    ladder::{Extent, Obstacle, RungName},
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(430),
    name: "address-takes-nothing",
    severity: Severity::Warning,
    summary: "one of the addresses behind the name of a service's endpoint takes no spans",
    why: "Clients take turns between the addresses of a name: those spans that go to the wrong one are lost, and the others arrive.",
    causes: &[
        "A second container answers to the same name or alias.",
        "One of several replicas is not well.",
        "A container of an older release still runs.",
    ],
    remedy: "Give the receiver a name of its own on the network, or mend the replica.",
    verify: path::VERIFY,
    masked_by: path::MASKED_BY,
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    path::examine_each_address(service, stack, RungName::Connect, |broken| {
        if broken.at.extent != Extent::Part || broken.at.obstacle == Obstacle::Family {
            return None;
        }
        let place = broken.place();
        Some(Complaint::new(
            format!("which has several addresses, and {place} is none that takes them"),
            Remedy::edit(format!(
                "take the name from {place}, or mend what should receive there"
            )),
        ))
    })
}
