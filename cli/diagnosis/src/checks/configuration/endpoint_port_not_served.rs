//! An endpoint that names the right host and a port where nothing receives OTLP.

use super::{
    aim::{self, Aim},
    endpoint_protocol_mismatch,
};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::tempo::receiver_disabled,
    code::Code,
    export::Target,
    finding::{Evidence, EvidenceKind, Severity},
    policy::Policy,
    snapshot::TempoConfig,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(305),
    name: "endpoint-port-not-served",
    severity: Severity::Error,
    summary: "a service sends spans to a port on which Tempo receives nothing",
    why: "The connection is refused, or another API answers and the export fails with 404 or UNIMPLEMENTED.",
    causes: &[
        "Tempo's query port 3200 was taken for its ingest port.",
        "The port published on the host was used inside the network.",
        "The receiver for that protocol is not configured.",
        "A port of an older protocol, such as 55680 or 14268.",
    ],
    remedy: "Send OTLP to 4317 (gRPC) or 4318 (HTTP) of Tempo, and configure that receiver.",
    verify: "Tempo counts accepted spans: `ptctl status`.",
    masked_by: &[&[Cause::export_target(receiver_disabled::CHECK.code)]],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let settings = match aim::aim(service, stack)? {
        Aim::Settings(settings) => settings,
        Aim::NotJudged(why) => return Ok(Outcome::NotApplicable(why)),
    };
    let Some(backend) = stack.backend_of(service) else {
        return Ok(Outcome::NotApplicable(
            "it does not send to a Tempo of this engine directly",
        ));
    };
    let Some(Target::Container {
        port: Some(port), ..
    }) = &service.target
    else {
        return Ok(Outcome::NotApplicable("its settings do not tell the port"));
    };
    let config = backend.tempo.config.get()?;
    if endpoint_protocol_mismatch::receiver_at(config, *port).is_some() {
        return Ok(Outcome::Pass);
    }
    let right = aim::right_value(service, settings, stack);
    let report = Report::new(
        format!(
            "`{}` sends spans to `{}`, but Tempo `{}` {}",
            service.label(),
            settings.shown(),
            backend.label(),
            what_is_there(config, *port),
        ),
        aim::source_proof(service, settings),
        aim::set(service, settings, &right),
    );
    let receivers = config.receivers.iter().map(|receiver| {
        let text = format!(
            "OTLP {} endpoint: {}",
            receiver.protocol.word(),
            receiver.endpoint
        );
        Evidence::new(EvidenceKind::Configuration, &config.source, text)
    });
    fail(report.since(Some(aim::created(service))).proof(receivers))
}

fn what_is_there(config: &TempoConfig, port: u16) -> String {
    let ports: Vec<String> = config
        .receivers
        .iter()
        .filter_map(|receiver| endpoint_protocol_mismatch::port_of(&receiver.endpoint))
        .map(|port| port.to_string())
        .collect();
    let receives = match ports.as_slice() {
        [] => "receives OTLP nowhere".to_owned(),
        ports => format!("receives OTLP at {}", ports.join(" and ")),
    };
    if port == config.http_port {
        format!("answers queries at {port} and {receives}")
    } else {
        receives
    }
}
