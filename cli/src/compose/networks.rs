//! `networks` and `network_mode` of a service, and the names that the engine knows networks and volumes by.

use ptctl_diagnosis::snapshot::{ComposeAttachment, ComposeNetworking, NetworkOrigin};

use super::{forms, interpolate::Filled, tree::Tree, variables::Variables};

/// How a service of the merged `project` takes part in networks.
pub(super) fn networking(
    service: &Tree,
    project: &Tree,
    name: &str,
    variables: &Variables,
) -> ComposeNetworking {
    if let Some(mode) = service.get("network_mode")
        && let Some(text) = mode.text()
    {
        let filled = Filled::of(text, variables);
        return ComposeNetworking::Mode(filled.redacted("", mode.location.clone()));
    }
    let written = service.get("networks").cloned().map(forms::names);
    let fields = written.as_ref().map_or(&[][..], Tree::fields);
    if fields.is_empty() {
        return ComposeNetworking::Networks(vec![ComposeAttachment {
            network: full_name(project, "networks", "default", name, variables),
            origin: origin(project, "default"),
            aliases: Vec::new(),
            location: service.location.clone(),
        }]);
    }
    let attachment = |field: &super::tree::Field| ComposeAttachment {
        network: full_name(project, "networks", &field.name, name, variables),
        origin: origin(project, &field.name),
        aliases: field
            .tree
            .get("aliases")
            .map_or(&[][..], Tree::items)
            .iter()
            .filter_map(|alias| {
                Filled::of(alias.text()?, variables)
                    .value()
                    .map(str::to_owned)
            })
            .collect(),
        location: field.location.clone(),
    };
    ComposeNetworking::Networks(fields.iter().map(attachment).collect())
}

/// Whether other projects may be on a network.
fn origin(project: &Tree, key: &str) -> NetworkOrigin {
    match project.at(&["networks", key, "external"]) {
        Some(external) if external.text() != Some("false") => NetworkOrigin::External,
        Some(_) | None => NetworkOrigin::Own,
    }
}

/// What the engine calls the network or volume that the files call `key`; `None` where only a shell knows it.
pub(super) fn full_name(
    project: &Tree,
    section: &str,
    key: &str,
    project_name: &str,
    variables: &Variables,
) -> Option<String> {
    let own = || Some(format!("{project_name}_{key}"));
    let Some(definition) = project.at(&[section, key]) else {
        return own();
    };
    let external = definition.get("external");
    let named = definition
        .get("name")
        .or_else(|| external?.get("name"))
        .and_then(Tree::text);
    if let Some(named) = named {
        let filled = Filled::of(named, variables);
        return filled
            .value()
            .filter(|_| !filled.has_holes())
            .map(str::to_owned);
    }
    match external.and_then(Tree::text) {
        Some("true") => Some(key.to_owned()),
        Some(_) | None => own(),
    }
}
