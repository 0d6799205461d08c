//! The default of an agent's protocol, at the port of the other.

use super::{
    aim::{self, Aim},
    receiving::{self, Reached},
    value,
};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::explanations,
    code::Code,
    export::ProtocolSource,
    finding::{Evidence, EvidenceKind, Severity},
    policy::Policy,
    snapshot::OtlpProtocol,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(336),
    name: "protocol-by-default",
    severity: Severity::Error,
    summary: "a service names no protocol, and its agent's default is not that of the port",
    why: "The default differs: Java's agent 1.x and Python speak gRPC, Java's agent since 2.0, Node, .NET's and PHP's agents HTTP. The same endpoint works in one language and fails in the next.",
    causes: &[
        "An endpoint was copied from a service in another language.",
        "Java's agent was upgraded to 2.x.",
    ],
    remedy: "Set `OTEL_EXPORTER_OTLP_PROTOCOL` to the protocol of the port, then recreate the service.",
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
    let (ProtocolSource::AgentDefault(agent), Some(protocol)) =
        (settings.protocol_source, settings.protocol)
    else {
        return Ok(Outcome::NotApplicable(
            "its protocol is named, or no agent tells the default",
        ));
    };
    let receiver = match receiving::reached(service, stack)? {
        Reached::Receiver(receiver) => receiver,
        Reached::None(why) => return Ok(Outcome::NotApplicable(why)),
    };
    if receiver.protocol == protocol {
        return Ok(Outcome::Pass);
    }
    let right = match receiver.protocol {
        OtlpProtocol::Grpc => "grpc",
        OtlpProtocol::Http => "http/protobuf",
    };
    let report = Report::new(
        format!(
            "`{}` names no protocol, so that {agent} speaks {} to `{}`, but that port speaks {}",
            service.label(),
            protocol.word(),
            settings.shown(),
            receiver.protocol.word(),
        ),
        aim::source_proof(service, settings),
        value::set(service, "OTEL_EXPORTER_OTLP_PROTOCOL", right),
    );
    let unset = Evidence::new(
        EvidenceKind::Variable,
        &service.container.name,
        "OTEL_EXPORTER_OTLP_PROTOCOL is not set",
    );
    fail(
        report
            .since(Some(aim::created(service)))
            .proof([unset, receiver.proof]),
    )
}
