//! A path that the receiver does not have.

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
    code: Code::new(438),
    name: "receiver-lacks-path",
    severity: Severity::Error,
    summary: "a service sends its exports to a path that its receiver does not have",
    why: "OTLP over HTTP is taken at `/v1/traces` alone; anywhere else the answer is 404 and the batch is dropped.",
    causes: &[
        "`OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` is used as it stands and lacks `/v1/traces`.",
        "`OTEL_EXPORTER_OTLP_ENDPOINT` has the path already, and the SDK appends it again.",
        "A prefix such as `/otlp` was learnt from another backend.",
    ],
    remedy: "Use `OTEL_EXPORTER_OTLP_ENDPOINT` without a path.",
    verify: path::VERIFY,
    masked_by: path::MASKED_BY,
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    path::examine(service, stack, RungName::Export, |broken| {
        let Obstacle::Path(export) = &broken.at.obstacle else {
            return None;
        };
        let right = broken.right_value(stack);
        Some(Complaint::new(
            format!(
                "where requests go to `{}`, a path that {} does not have",
                export.path.as_deref().unwrap_or("/"),
                broken.place()
            ),
            broken.set(&right),
        ))
    })
}
