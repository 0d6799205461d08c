//! Grafana's data sources, and whom they ask.

use crate::{
    checks::commands,
    document::Node,
    export::{Endpoint, EndpointForm, Scheme, Target},
    finding::{Evidence, Remedy},
    observed::Gap,
    snapshot::{Container, DataSource, Grafana, Snapshot},
    view::{Backend, Neighbour, Stack},
};

/// Why a check of Grafana's view of Tempo has nothing to look at.
pub(super) const NO_TEMPO_SOURCE: &str = "it has no data source of Tempo that is known of";

/// Every data source that is known of; unknown where neither the API nor the files tell.
pub(super) fn all(grafana: &Grafana) -> Result<Vec<&DataSource>, Gap> {
    if grafana.provisioned.known().is_none() {
        grafana.data_sources.get()?;
    }
    Ok(grafana.sources())
}

/// The data sources of Tempo.
pub(super) fn of_tempo(grafana: &Grafana) -> Result<Vec<&DataSource>, Gap> {
    let mut sources = all(grafana)?;
    sources.retain(|source| source.kind == "tempo");
    Ok(sources)
}

/// Where a URL leads.
pub(super) struct Way<'s> {
    /// The URL, read.
    pub(super) endpoint: Endpoint,
    /// Its port: written, else the scheme's.
    pub(super) port: u16,
    /// Whom it reaches.
    pub(super) target: Target<'s>,
}

/// Where a URL leads from a container; `None` where it cannot be read.
pub(super) fn way<'s>(url: &str, from: &'s Container, snapshot: &'s Snapshot) -> Option<Way<'s>> {
    let endpoint = Endpoint::parse(url, EndpointForm::Any).ok()?;
    let port = endpoint.port.unwrap_or(match endpoint.scheme {
        Some(Scheme::Https) => 443,
        Some(Scheme::Http) | None => 80,
    });
    let target = Target::at(from, &endpoint, Some(port), snapshot);
    Some(Way {
        endpoint,
        port,
        target,
    })
}

/// The Tempo that a data source asks, where it is one of this engine.
pub(super) fn backend<'a, 's>(
    source: &DataSource,
    grafana: &Neighbour<'s, Grafana>,
    stack: &'a Stack<'s>,
) -> Option<&'a Backend<'s>> {
    let way = way(source.url.as_deref()?, grafana.container, stack.snapshot)?;
    let Target::Container { container, .. } = way.target else {
        return None;
    };
    stack
        .backends
        .iter()
        .find(|backend| backend.tempo.container.as_ref() == Some(&container.id))
}

/// A setting of a data source as a proof: `serviceMap.datasourceUid: prometheus`.
pub(super) fn proof(source: &DataSource, name: &str, node: &Node) -> Evidence {
    let value = node
        .text()
        .map_or(String::new(), |text| format!(": {text}"));
    source.proof(node, format!("{} · {name}{value}", source.name))
}

/// A data source as a proof: where it begins.
pub(super) fn whole(source: &DataSource) -> Evidence {
    Evidence::setting(
        source.location(),
        format!("data source `{}` of type {}", source.name, source.kind),
    )
}

/// Changes a data source, then restarts Grafana, which reads its provisioning files only then.
pub(super) fn mend(grafana: &Neighbour<'_, Grafana>, action: impl AsRef<str>) -> Remedy {
    Remedy::run(
        format!("{}, then restart Grafana", action.as_ref()),
        commands::restart(grafana.container),
    )
}
