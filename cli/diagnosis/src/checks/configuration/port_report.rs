//! What the checks of a wrong port have in common: the port, what it is to Tempo, and the report.

use super::{
    aim::{self, Aim},
    endpoint_protocol_mismatch::port_of,
    port::PortUse,
    receiving::receiver_proof,
};
use crate::{
    check::Report,
    export::{ExportSettings, Target},
    observed::Gap,
    snapshot::TempoConfig,
    view::{Backend, Service, Stack},
};

/// A service that sends to a port of a Tempo.
pub(super) struct Judged<'a> {
    /// The port.
    pub(super) port: u16,
    /// What it is to Tempo.
    pub(super) port_use: PortUse,
    settings: &'a ExportSettings,
    backend: &'a Backend<'a>,
    config: &'a TempoConfig,
}

/// The port of Tempo's that a service sends to; else why there is none to judge.
pub(super) fn judge<'a>(
    service: &'a Service<'_>,
    stack: &'a Stack<'a>,
) -> Result<Result<Judged<'a>, &'static str>, Gap> {
    let settings = match aim::aim(service, stack)? {
        Aim::Settings(settings) => settings,
        Aim::NotJudged(why) => return Ok(Err(why)),
    };
    let Some(backend) = stack.backend_of(service) else {
        return Ok(Err("it does not send to a Tempo of this engine directly"));
    };
    let Some(Target::Container {
        port: Some(port), ..
    }) = &service.target
    else {
        return Ok(Err("its settings do not tell the port"));
    };
    let config = backend.tempo.config.get()?;
    Ok(Ok(Judged {
        port: *port,
        port_use: PortUse::of(backend, config, *port),
        settings,
        backend,
        config,
    }))
}

impl Judged<'_> {
    /// The report that Tempo `what` at this port.
    pub(super) fn report(&self, service: &Service<'_>, stack: &Stack<'_>, what: &str) -> Report {
        let right = aim::right_value(service, self.settings, stack);
        let receivers = self
            .config
            .receivers
            .iter()
            .map(|receiver| receiver_proof(self.config, receiver.protocol, &receiver.endpoint));
        Report::new(
            format!(
                "`{}` sends spans to `{}`, but `{}` {what}; it {}",
                service.label(),
                self.settings.shown(),
                self.backend.label(),
                self.receives(),
            ),
            aim::source_proof(service, self.settings),
            aim::set(service, self.settings, &right),
        )
        .since(Some(aim::created(service)))
        .proof(receivers)
    }

    fn receives(&self) -> String {
        let ports: Vec<String> = self
            .config
            .receivers
            .iter()
            .filter_map(|receiver| port_of(&receiver.endpoint))
            .map(|port| port.to_string())
            .collect();
        match ports.as_slice() {
            [] => "receives OTLP nowhere".to_owned(),
            ports => format!("receives OTLP at {}", ports.join(" and ")),
        }
    }
}
