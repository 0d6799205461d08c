//! An endpoint that only one family of addresses reaches.

use super::path::{self, Complaint};
use crate::{
    check::{Check, Examine, Verdict},
    code::Code,
    finding::{Remedy, Severity},
    ladder::{Obstacle, RungName},
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(433),
    name: "address-family-differs",
    severity: Severity::Info,
    summary: "the name of a service's endpoint has addresses of IPv4 and of IPv6, and the receiver takes connections of one family only",
    why: "Most clients try the next address. Some take only the first one, and all of them lose time.",
    causes: &[
        "The receiver listens on `127.0.0.1` or `0.0.0.0`, and `localhost` is `::1` as well.",
        "The network has IPv6, and the receiver does not listen on it.",
    ],
    remedy: "Name the address instead of `localhost`, or let the receiver listen on `[::]`.",
    verify: path::VERIFY,
    masked_by: path::MASKED_BY,
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    path::examine_each_address(service, stack, RungName::Connect, |broken| {
        if broken.at.obstacle != Obstacle::Family {
            return None;
        }
        let place = broken.place();
        Some(
            Complaint::new(
                format!("which has addresses of both families, and at {place} nobody answers"),
                Remedy::edit(
                    "name the address that answers, or let the receiver listen on both families (`[::]`)",
                ),
            )
            .severity(Severity::Info),
        )
    })
}
