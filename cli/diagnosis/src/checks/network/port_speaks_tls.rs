//! Plaintext spoken to a port that speaks TLS, as the port itself shows.

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
    code: Code::new(435),
    name: "port-speaks-tls",
    severity: Severity::Error,
    summary: "a service speaks plaintext to a port that speaks TLS",
    why: "The receiver hangs up or answers with an error that names no cause, and no span arrives.",
    causes: &["`http://` was written, or TLS was switched on in the receiver alone."],
    remedy: "Write `https://`, and name the authority of the receiver's certificate in `OTEL_EXPORTER_OTLP_CERTIFICATE`.",
    verify: path::VERIFY,
    masked_by: path::MASKED_BY,
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    path::examine(service, stack, RungName::Speak, |broken| {
        if broken.at.obstacle != Obstacle::PlaintextToTls {
            return None;
        }
        Some(Complaint::new(
            format!("in plaintext, but {} speaks TLS", broken.place()),
            Remedy::edit(
                "write `https://` in the endpoint, and name the certificate's authority in `OTEL_EXPORTER_OTLP_CERTIFICATE`",
            ),
        ))
    })
}
