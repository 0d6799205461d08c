//! gRPC sent to the HTTP port, or HTTP to the gRPC port.

use super::{
    aim::{self, Aim},
    receiving::{self, Reached},
};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::explanations,
    code::Code,
    export::ProtocolSource,
    finding::Severity,
    policy::Policy,
    snapshot::{Receiver, TempoConfig},
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(306),
    name: "endpoint-protocol-mismatch",
    severity: Severity::Error,
    summary: "a service speaks one OTLP protocol to the port of the other",
    why: "4317 speaks gRPC and 4318 HTTP. The wrong one fails with a riddle that differs by language.",
    causes: &[
        "The port was changed and the protocol was not, or the other way round.",
        "A setting was copied from a service in another language.",
    ],
    remedy: "Use port 4317 with `grpc`, or port 4318 with `OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`.",
    verify: "Tempo counts accepted spans: `ptctl status`.",
    masked_by: &[explanations::NOT_APPLIED],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let settings = match aim::aim(service, stack)? {
        Aim::Settings(settings) => settings,
        Aim::NotJudged(why) => return Ok(Outcome::NotApplicable(why)),
    };
    if let ProtocolSource::AgentDefault(_) = settings.protocol_source {
        return Ok(Outcome::NotApplicable(
            "its protocol is its agent's default, which has a check of its own",
        ));
    }
    let Some(protocol) = settings.protocol else {
        return Ok(Outcome::NotApplicable(
            "only the program itself knows its protocol",
        ));
    };
    let receiver = match receiving::reached(service, stack)? {
        Reached::Receiver(receiver) => receiver,
        Reached::None(why) => return Ok(Outcome::NotApplicable(why)),
    };
    if receiver.protocol == protocol {
        return Ok(Outcome::Pass);
    }
    let right = aim::right_value(service, settings, stack);
    let report = Report::new(
        format!(
            "`{}` sends spans to `{}` by {}, but that port speaks {}",
            service.label(),
            settings.shown(),
            protocol.word(),
            receiver.protocol.word(),
        ),
        aim::source_proof(service, settings),
        aim::set(service, settings, &right),
    );
    fail(
        report
            .since(Some(aim::created(service)))
            .proof([receiver.proof]),
    )
}

/// The receiver that listens at a port.
pub(in crate::checks) fn receiver_at(config: &TempoConfig, port: u16) -> Option<&Receiver> {
    config
        .receivers
        .iter()
        .find(|receiver| port_of(&receiver.endpoint) == Some(port))
}

/// The port at the end of a listening address.
pub(in crate::checks) fn port_of(address: &str) -> Option<u16> {
    address.rsplit_once(':')?.1.parse().ok()
}
