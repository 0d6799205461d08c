//! A protocol that services use and Tempo does not receive.

use super::proof::setting;
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    export::Target,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    snapshot::OtlpProtocol,
    view::{Backend, Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(226),
    name: "receiver-disabled",
    severity: Severity::Error,
    summary: "Tempo has no receiver for the protocol that services send by",
    why: "Tempo opens only the protocols that stand under `distributor.receivers.otlp.protocols`; on the other port nobody listens.",
    causes: &[
        "Only `grpc:` or only `http:` stands under `protocols`.",
        "There is no `distributor.receivers` at all: then Tempo opens gRPC alone.",
    ],
    remedy: "Add the protocol under `distributor.receivers.otlp.protocols` with its endpoint, or send by the other one.",
    verify: "Tempo's log says `Starting GRPC server` and `Starting HTTP server`.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let config = backend.tempo.config.get()?;
    let missing: Vec<(&Service<'_>, OtlpProtocol)> = stack
        .services
        .iter()
        .filter(|service| {
            stack
                .backend_of(service)
                .is_some_and(|target| target.subject == backend.subject)
        })
        .filter_map(|service| Some((service, protocol_of(service)?)))
        .filter(|(_, protocol)| {
            config
                .receivers
                .iter()
                .all(|receiver| receiver.protocol != *protocol)
        })
        .collect();
    let Some((service, protocol)) = missing.first() else {
        return Ok(Outcome::Pass);
    };
    let key = match protocol {
        OtlpProtocol::Grpc => "grpc",
        OtlpProtocol::Http => "http",
    };
    let message = format!(
        "Tempo `{}` has no OTLP receiver for {}, by which `{}` sends",
        backend.label(),
        protocol.word(),
        service.label()
    );
    let remedy = Remedy::edit(format!(
        "add `{key}: {{endpoint: 0.0.0.0:{}}}` under `distributor.receivers.otlp.protocols` in its configuration and restart it",
        protocol.default_port()
    ));
    let place = setting(
        backend,
        &[
            &["distributor", "receivers", "otlp", "protocols"],
            &["distributor", "receivers"],
            &["distributor"],
        ],
    );
    let proof = match place {
        Some(place) => Evidence::setting(
            place.document.location(place.node),
            format!("{} has no `{key}`", place.path),
        ),
        None => Evidence::new(
            EvidenceKind::Configuration,
            &config.source,
            format!("no OTLP receiver for {}", protocol.word()),
        ),
    };
    let senders = missing.iter().filter_map(|(service, _)| {
        let settings = service.settings.known()?;
        Some(Evidence::new(
            EvidenceKind::Variable,
            &service.container.name,
            format!("sends to {}", settings.shown()),
        ))
    });
    fail(Report::new(message, proof, remedy).proof(senders))
}

/// The protocol whose own port a service sends to, where it is certain that it speaks that.
fn protocol_of(service: &Service<'_>) -> Option<OtlpProtocol> {
    let Some(Target::Container {
        port: Some(port), ..
    }) = service.target
    else {
        return None;
    };
    let spoken = service.settings.known()?.protocol;
    [OtlpProtocol::Grpc, OtlpProtocol::Http]
        .into_iter()
        .find(|protocol| {
            protocol.default_port() == port && spoken.is_none_or(|spoken| spoken == *protocol)
        })
}
