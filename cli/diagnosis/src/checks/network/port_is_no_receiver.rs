//! An endpoint at which something else than a receiver listens.

use super::path::{self, Complaint};
use crate::{
    check::{Check, Examine, Verdict},
    code::Code,
    finding::Severity,
    ladder::{Obstacle, RungName},
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(437),
    name: "port-is-no-receiver",
    severity: Severity::Error,
    summary: "what listens at a service's endpoint is no OTLP receiver",
    why: "The export ends in an error, or worse: a web server answers 200, and some SDKs take that for success.",
    causes: &[
        "Tempo's port for queries, 3200, was taken for its receiver.",
        "The port belongs to another program: Grafana, Prometheus, a receiver of Zipkin or Jaeger.",
    ],
    remedy: "Send OTLP to 4317 (gRPC) or 4318 (HTTP) of Tempo or of the collector.",
    verify: path::VERIFY,
    masked_by: path::MASKED_BY,
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    path::examine(service, stack, RungName::Speak, |broken| {
        let Obstacle::NotAReceiver(listener) = &broken.at.obstacle else {
            return None;
        };
        let right = broken.right_value(stack);
        Some(Complaint::new(
            format!("but {} is {}", broken.place(), listener.describe()),
            broken.set(&right),
        ))
    })
}
