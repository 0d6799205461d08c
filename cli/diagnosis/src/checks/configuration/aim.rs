//! What every check of an endpoint needs first: the settings, unless the service's spans arrive anyway.

use crate::{
    checks::commands,
    export::{EndpointSource, ExportSettings, Setting, variables},
    finding::{Deed, Evidence, EvidenceKind, Moment, Remedy},
    observed::Gap,
    snapshot::ContainerId,
    view::{Service, Stack},
};

/// The settings that a check may judge.
pub(in crate::checks) enum Aim<'a> {
    /// These.
    Settings(&'a ExportSettings),
    /// None that can be judged, and why.
    NotJudged(&'static str),
}

/// The settings of a service; unknown settings are a gap only while nothing shows that its spans arrive.
pub(in crate::checks) fn aim<'a>(
    service: &'a Service<'_>,
    stack: &Stack<'_>,
) -> Result<Aim<'a>, Gap> {
    if let Some(exporters) = Setting::of(service.container, variables::EXPORTER)
        && !exporters
            .items()
            .any(|exporter| exporter.starts_with("otlp"))
    {
        return Ok(Aim::NotJudged(
            "its traces do not go by OTLP: `OTEL_TRACES_EXPORTER` says so",
        ));
    }
    match service.settings.get() {
        Ok(settings) => Ok(Aim::Settings(settings)),
        Err(gap) => match stack.sighting_of(service) {
            Ok(Some(sighting)) if sighting.last_at.is_some() => Ok(Aim::NotJudged(
                "its settings are made in code, and its spans arrive",
            )),
            Ok(_) | Err(_) => Err(gap),
        },
    }
}

/// The variable or default that decided the endpoint.
pub(in crate::checks) fn source_proof(
    service: &Service<'_>,
    settings: &ExportSettings,
) -> Evidence {
    let container = &service.container.name;
    match &settings.source {
        EndpointSource::Variable { name, value, .. } => {
            Evidence::new(EvidenceKind::Variable, container, format!("{name}={value}"))
        }
        EndpointSource::LibraryDefault => Evidence::new(
            EvidenceKind::Variable,
            container,
            format!(
                "no endpoint is set; the library's default is {}",
                settings.shown()
            ),
        ),
        EndpointSource::AgentDefault(_) => Evidence::new(
            EvidenceKind::Variable,
            container,
            format!(
                "{}= (not set; the agent's default is {})",
                variable(settings),
                settings.shown()
            ),
        ),
    }
}

/// The name of the variable to change.
pub(super) fn variable(settings: &ExportSettings) -> &str {
    match &settings.source {
        EndpointSource::Variable { name, .. } => name,
        EndpointSource::LibraryDefault => "TEMPO_ENDPOINT",
        EndpointSource::AgentDefault(_) => "OTEL_EXPORTER_OTLP_ENDPOINT",
    }
}

/// Sets the variable in the Compose file and recreates the service: a restart never applies a changed environment.
pub(in crate::checks) fn set(
    service: &Service<'_>,
    settings: &ExportSettings,
    value: &str,
) -> Remedy {
    Remedy::edit(format!(
        "set `{}={value}` for `{}` in the Compose file, then recreate it (a restart does not apply it)",
        variable(settings),
        service.label(),
    ))
    .then(commands::recreate(service.container))
    .doing(Deed::SetVariable {
        container: service.container.id.clone(),
        variable: variable(settings).to_owned(),
        value: value.to_owned(),
    })
}

/// Since the container was created with this environment.
pub(in crate::checks) fn created(service: &Service<'_>) -> Moment {
    Moment::new(
        service.container.created_at,
        "the container was created with this setting",
    )
}

/// Whether one of the stack's own backends answers to a name on a network of the service's.
pub(super) fn has_shared_backend(service: &Service<'_>, stack: &Stack<'_>) -> bool {
    shared_name(service, stack).is_some()
}

/// A name of one of the stack's backends on a network that the service is on.
fn shared_name<'s>(service: &Service<'_>, stack: &Stack<'s>) -> Option<&'s str> {
    stack.backends.iter().find_map(|backend| {
        let backend = backend.container?;
        // A backend in another's network answers to that one's names.
        let owner = backend.network_mode.strip_prefix("container:");
        let owner = owner.and_then(|id| stack.snapshot.container(&ContainerId(id.to_owned())));
        let theirs = &owner.unwrap_or(backend).attachments;
        let own = &service.container.attachments;
        let attachment = theirs
            .iter()
            .find(|attachment| own.iter().any(|own| own.network == attachment.network))?;
        // The shortest name is the Compose service's; ids and project-qualified names are longer.
        attachment
            .names
            .iter()
            .min_by_key(|name| (name.len(), (*name).clone()))
            .map(String::as_str)
    })
}

/// A right value for the service: the stack's own backend by a name that it answers to, in the variable's form.
pub(in crate::checks) fn right_value(
    service: &Service<'_>,
    settings: &ExportSettings,
    stack: &Stack<'_>,
) -> String {
    use crate::{export::EndpointForm, snapshot::OtlpProtocol};
    let protocol = settings.protocol.unwrap_or(OtlpProtocol::Grpc);
    let by_service = || {
        let mut backends = stack.backends.iter();
        backends.find_map(|backend| backend.container?.service.as_deref())
    };
    let host = shared_name(service, stack)
        .or_else(by_service)
        .unwrap_or("tempo");
    let address = format!("{host}:{}", protocol.default_port());
    match &settings.source {
        EndpointSource::Variable {
            form: EndpointForm::Url | EndpointForm::Any,
            name,
            ..
        } => {
            let path = if protocol == OtlpProtocol::Http && name.contains("TRACES") {
                "/v1/traces"
            } else {
                ""
            };
            format!("http://{address}{path}")
        }
        EndpointSource::Variable {
            form: EndpointForm::HostPort,
            ..
        }
        | EndpointSource::LibraryDefault => address,
        EndpointSource::AgentDefault(_) => format!("http://{address}"),
    }
}
