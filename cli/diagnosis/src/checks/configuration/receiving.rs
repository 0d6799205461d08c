//! What stands at the port that a service sends to: a receiver of Tempo's or of a collector's, or something else.

use super::endpoint_protocol_mismatch::receiver_at;
use crate::{
    document::Node,
    export::Target,
    finding::{Evidence, EvidenceKind},
    observed::Gap,
    snapshot::{OtlpProtocol, TempoConfig},
    view::{Backend, Service, Stack},
};

/// A receiver of OTLP.
pub(super) struct Receiving {
    /// What it speaks.
    pub(super) protocol: OtlpProtocol,
    /// Where that is read.
    pub(super) proof: Evidence,
}

/// The receiver that a service sends to.
pub(super) enum Reached {
    /// This one.
    Receiver(Receiving),
    /// None that is known, and why.
    None(&'static str),
}

/// The receiver of Tempo or of a collector at the port that a service sends to.
pub(super) fn reached(service: &Service<'_>, stack: &Stack<'_>) -> Result<Reached, Gap> {
    let Some(Target::Container {
        port: Some(port), ..
    }) = &service.target
    else {
        return Ok(Reached::None(
            "it sends to no container of this engine, or its port is not known",
        ));
    };
    if let Some(backend) = stack.backend_of(service) {
        let config = backend.tempo.config.get()?;
        return Ok(match receiver_at(config, *port) {
            Some(receiver) => Reached::Receiver(Receiving {
                protocol: receiver.protocol,
                proof: receiver_proof(config, receiver.protocol, &receiver.endpoint),
            }),
            None => Reached::None("Tempo receives nothing at that port"),
        });
    }
    let pipelines = stack
        .relay_of(service)
        .and_then(|relay| relay.pipelines.known());
    let listener = pipelines.and_then(|pipelines| pipelines.listener_at(*port));
    Ok(match listener {
        Some(listener) => Reached::Receiver(Receiving {
            protocol: listener.protocol,
            proof: listener.part.proof(),
        }),
        None => Reached::None("it sends to no receiver that is known"),
    })
}

/// A receiver of Tempo's, as its configuration has it.
pub(super) fn receiver_proof(
    config: &TempoConfig,
    protocol: OtlpProtocol,
    endpoint: &str,
) -> Evidence {
    Evidence::new(
        EvidenceKind::Configuration,
        &config.source,
        format!("OTLP {} endpoint: {endpoint}", protocol.word()),
    )
}

/// The section of a receiver in Tempo's file.
fn section<'b>(backend: &'b Backend<'_>, protocol: OtlpProtocol) -> Result<Option<&'b Node>, Gap> {
    let file = match &backend.tempo.file {
        crate::observed::Observed::Known(file) => file,
        crate::observed::Observed::Unknown(gap) => return Err(gap.clone()),
    };
    let name = match protocol {
        OtlpProtocol::Grpc => "grpc",
        OtlpProtocol::Http => "http",
    };
    Ok(file.at(&["distributor", "receivers", "otlp", "protocols", name]))
}

/// A setting of a receiver in Tempo's file, with the place where it stands; unknown where the file is.
pub(super) fn receiver_setting(
    backend: &Backend<'_>,
    protocol: OtlpProtocol,
    name: &str,
) -> Result<Option<Evidence>, Gap> {
    let Some(node) = section(backend, protocol)?.and_then(|section| section.entry(name)) else {
        return Ok(None);
    };
    let (key, value) = node;
    if value.is_null() {
        return Ok(None);
    }
    let file = backend.tempo.file.get()?;
    let text = value
        .text()
        .map_or_else(|| format!("{name}:"), |text| format!("{name}: {text}"));
    Ok(Some(Evidence::setting(file.key_location(key), text)))
}
