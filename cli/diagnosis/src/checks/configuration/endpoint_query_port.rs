//! Spans sent to the port by which Tempo is asked.

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
    code: Code::new(313),
    name: "endpoint-query-port",
    severity: Severity::Error,
    summary: "a service sends spans to the port by which Tempo answers queries",
    why: "Tempo takes no spans there: HTTP is answered with 404, gRPC with UNIMPLEMENTED.",
    causes: &[
        "Tempo's 3200 was taken for its ingest port: it is the one in Grafana's data source.",
        "9095, by which Tempo's own parts talk to each other.",
    ],
    remedy: "Send OTLP to 4317 (gRPC) or 4318 (HTTP) of Tempo, then recreate the service.",
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
        PortUse::Query => format!("answers queries at {}", judged.port),
        PortUse::Internal => format!("answers only its own parts at {}", judged.port),
        PortUse::Receiver | PortUse::Published(_) | PortUse::Legacy(_) | PortUse::Nothing => {
            return Ok(Outcome::Pass);
        }
    };
    fail(judged.report(service, stack, &what))
}
