//! A port of another protocol, or of OTLP as it was.

use super::{port::PortUse, port_report};
use crate::{
    check::{Check, Examine, Outcome, Verdict, fail},
    checks::explanations,
    code::Code,
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(315),
    name: "endpoint-legacy-port",
    severity: Severity::Error,
    summary: "a service sends OTLP to a port of an older protocol",
    why: "Nothing listens there, or something that does not speak OTLP.",
    causes: &[
        "An example of 2020 with 55680 or 55681.",
        "The exporter was changed from Jaeger or Zipkin to OTLP, and the port was not.",
    ],
    remedy: "Send OTLP to 4317 (gRPC) or 4318 (HTTP), then recreate the service.",
    verify: "Tempo counts accepted spans: `ptctl status`.",
    masked_by: &[explanations::NOT_APPLIED],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let judged = match port_report::judge(service, stack)? {
        Ok(judged) => judged,
        Err(why) => return Ok(Outcome::NotApplicable(why)),
    };
    let what = match judged.port_use {
        PortUse::Legacy(whose) => {
            format!("receives no OTLP at {}, the port of {whose}", judged.port)
        }
        PortUse::Receiver
        | PortUse::Query
        | PortUse::Internal
        | PortUse::Published(_)
        | PortUse::Nothing => return Ok(Outcome::Pass),
    };
    fail(judged.report(service, stack, &what))
}
