//! What the checks of collectors have in common: words, proofs and remedies.

use crate::{
    checks::commands,
    export::Target,
    finding::{Evidence, EvidenceKind, Moment, Remedy},
    view::{Relay, Route, Service, Stack},
};

/// Why a check of a collector's traces has nothing to look at.
pub(super) const NO_TRACES: &str = "its configuration has nothing to do with traces";
/// Why a check of what clients need has nothing to look at.
pub(super) const NO_CLIENTS: &str = "no service of the stack is seen to export to it";

/// Since it started with its configuration.
pub(super) fn started(relay: &Relay<'_>) -> Option<Moment> {
    let at = relay.container.state.started_at?;
    Some(Moment::new(at, "it started with this configuration"))
}

/// Changes the configuration, then restarts the collector, which reads it only then.
pub(super) fn mend(relay: &Relay<'_>, action: impl AsRef<str>) -> Remedy {
    Remedy::run(
        format!(
            "{} in the configuration of `{}`, then restart it",
            action.as_ref(),
            relay.label()
        ),
        commands::restart(relay.container),
    )
}

/// The services that send traces to a collector directly.
pub(super) fn clients<'a, 's>(relay: &'a Relay<'_>, stack: &'a Stack<'s>) -> Vec<&'a Service<'s>> {
    stack
        .clients_of(relay)
        .filter(|service| {
            service
                .container
                .setting("OTEL_TRACES_EXPORTER")
                .is_none_or(|exporters| exporters.split(',').any(|name| name.trim() == "otlp"))
        })
        .collect()
}

/// The port of the collector that a service sends to, where its settings tell it.
pub(super) fn port_of(service: &Service<'_>) -> Option<u16> {
    match &service.target {
        Some(Target::Container { port, .. }) => *port,
        Some(
            Target::OwnLoopback
            | Target::HostPort
            | Target::NotShared { .. }
            | Target::Nobody
            | Target::Outside,
        )
        | None => None,
    }
}

/// That a service sends to the collector.
pub(super) fn client_proof(service: &Service<'_>) -> Option<Evidence> {
    let settings = service.settings.known()?;
    Some(Evidence::new(
        EvidenceKind::Variable,
        &service.container.name,
        format!("sends spans to {}", settings.shown()),
    ))
}

/// The networks of a container, as a proof.
pub(super) fn networks_proof(relay: &Relay<'_>) -> Evidence {
    let networks: Vec<&str> = relay
        .container
        .attachments
        .iter()
        .map(|own| own.network.as_str())
        .collect();
    Evidence::new(
        EvidenceKind::Container,
        &relay.container.name,
        format!("networks: {}", networks.join(", ")),
    )
}

/// The beginning of a sentence about an exporter: `` collector `x` sends traces to `tempo:4317` by `otlp` ``.
pub(super) fn sends(relay: &Relay<'_>, route: &Route<'_>) -> String {
    format!(
        "collector `{}` sends traces to `{}` (exporter `{}`)",
        relay.label(),
        route.exporter.shown(),
        route.exporter.part.id,
    )
}

/// `` `a`, `b` ``.
pub(super) fn names<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}
