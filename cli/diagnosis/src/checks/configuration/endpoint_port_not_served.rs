//! An endpoint that names the right host and a port where nothing receives OTLP.

use super::{port::PortUse, port_report};
use crate::{
    check::{Cause, Check, Examine, Outcome, Verdict, fail},
    checks::{explanations, tempo::receiver_disabled},
    code::Code,
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(305),
    name: "endpoint-port-not-served",
    severity: Severity::Error,
    summary: "a service sends spans to a port on which Tempo receives nothing",
    why: "The connection is refused, or another API answers and the export fails with 404 or UNIMPLEMENTED.",
    causes: &[
        "The receiver for that protocol is not configured.",
        "The receiver was given another port.",
        "A typing error.",
    ],
    remedy: "Send OTLP to 4317 (gRPC) or 4318 (HTTP) of Tempo, and configure that receiver.",
    verify: "Tempo counts accepted spans: `ptctl status`.",
    masked_by: &[
        &[Cause::export_target(receiver_disabled::CHECK.code)],
        explanations::NOT_APPLIED,
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let judged = match port_report::judge(service, stack)? {
        Ok(judged) => judged,
        Err(why) => return Ok(Outcome::NotApplicable(why)),
    };
    match judged.port_use {
        PortUse::Nothing => fail(judged.report(service, stack, "has nothing at that port")),
        PortUse::Receiver => Ok(Outcome::Pass),
        PortUse::Query | PortUse::Internal | PortUse::Published(_) | PortUse::Legacy(_) => Ok(
            Outcome::NotApplicable("what that port is has a check of its own"),
        ),
    }
}
