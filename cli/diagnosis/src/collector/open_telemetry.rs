//! The OpenTelemetry Collector's configuration: `receivers`, `processors`, `exporters`, `connectors`, `service`.

use super::{
    layers::Layers,
    pipelines::{
        Exporter, HealthPage, Intake, Listener, Part, PartRole, Pipelines, Security, Setting,
    },
};
use crate::{document::Document, finding::Location, snapshot::OtlpProtocol};

/// The port of the health page by default.
const HEALTH_PORT: u16 = 13133;
/// The port of the collector's own metrics by default.
const METRICS_PORT: u16 = 8888;

pub(super) fn read(documents: &[Document]) -> Pipelines {
    let root = Layers::of(documents);
    let mut pipelines = Pipelines {
        health: health(&root),
        metrics_port: metrics_port(&root),
        ..Pipelines::default()
    };
    let sections = root.at(&["service", "pipelines"]);
    for (id, location, pipeline) in sections.iter().flat_map(Layers::entries) {
        let takes_traces = id.split('/').next() == Some("traces");
        for (list, section, role) in [
            ("receivers", "receivers", PartRole::Receiver),
            ("processors", "processors", PartRole::Processor),
            ("exporters", "exporters", PartRole::Exporter),
        ] {
            for name in names(pipeline.get(list).as_ref()) {
                let part = resolve(&root, section, role, &name);
                match part {
                    None => pipelines.undefined.push(named(role, &name)),
                    Some((part, value)) if takes_traces => pipelines.add(part, &value),
                    Some(_) => {}
                }
            }
        }
        if takes_traces {
            pipelines.traces.push(Part {
                role: PartRole::Pipeline,
                id: id.to_owned(),
                kind: "traces".to_owned(),
                location,
            });
        }
    }
    for (section, role) in [
        ("receivers", PartRole::Receiver),
        ("processors", PartRole::Processor),
        ("exporters", PartRole::Exporter),
        ("connectors", PartRole::Connector),
    ] {
        let entries = root.get(section).map(|section| section.entries());
        pipelines.configured.extend(
            entries
                .into_iter()
                .flatten()
                .map(|(id, location, _)| part(role, id, location)),
        );
    }
    for (id, location, receiver) in root.get("receivers").iter().flat_map(Layers::entries) {
        if kind(id) == "otlp" {
            let part = part(PartRole::Receiver, id, location);
            let intake = if pipelines.receivers.contains(&part) {
                Intake::Traces
            } else {
                Intake::OtherSignals
            };
            pipelines
                .listeners
                .extend(listeners(&part, &receiver, intake));
        }
    }
    pipelines
}

impl Pipelines {
    /// A part of a traces pipeline; one that several pipelines name counts once.
    fn add(&mut self, part: Part, value: &Layers<'_>) {
        match part.role {
            PartRole::Receiver if !self.receivers.contains(&part) => self.receivers.push(part),
            PartRole::Processor | PartRole::Connector if !self.processors.contains(&part) => {
                self.processors.push(part);
            }
            PartRole::Exporter if !self.exporters.iter().any(|known| known.part == part) => {
                self.exporters.push(exporter(part, value));
            }
            PartRole::Receiver
            | PartRole::Processor
            | PartRole::Exporter
            | PartRole::Connector
            | PartRole::Pipeline => {}
        }
    }
}

/// The component of this name in its section, else among the connectors, which stand on either side.
fn resolve<'d>(
    root: &Layers<'d>,
    section: &str,
    role: PartRole,
    name: &Setting,
) -> Option<(Part, Layers<'d>)> {
    let found = |section: &str, role| {
        let section = root.get(section)?;
        let (id, location, value) = section
            .entries()
            .into_iter()
            .find(|(id, _, _)| *id == name.text)?;
        Some((part(role, id, location), value))
    };
    found(section, role).or_else(|| match role {
        PartRole::Receiver | PartRole::Exporter => found("connectors", PartRole::Connector),
        PartRole::Processor | PartRole::Connector | PartRole::Pipeline => None,
    })
}

fn names(list: Option<&Layers<'_>>) -> Vec<Setting> {
    list.map(Layers::items)
        .unwrap_or_default()
        .iter()
        .filter_map(setting)
        .collect()
}

fn part(role: PartRole, id: &str, location: Location) -> Part {
    Part {
        role,
        id: id.to_owned(),
        kind: kind(id).to_owned(),
        location,
    }
}

fn named(role: PartRole, name: &Setting) -> Part {
    part(role, &name.text, name.location.clone())
}

/// The type of a component: `otlp` of `otlp/tempo`.
fn kind(id: &str) -> &str {
    id.split('/').next().unwrap_or(id).trim()
}

fn setting(value: &Layers<'_>) -> Option<Setting> {
    Some(Setting {
        text: value.text()?.trim().to_owned(),
        location: value.location(),
    })
}

/// The addresses of an OTLP receiver; `protocols:` with a key alone is a protocol at its default.
pub(super) fn listeners(part: &Part, receiver: &Layers<'_>, intake: Intake) -> Vec<Listener> {
    let protocols = receiver.get("protocols");
    let mut found = Vec::new();
    for (name, _, section) in protocols.iter().flat_map(Layers::entries) {
        let protocol = match name {
            "grpc" => OtlpProtocol::Grpc,
            "http" => OtlpProtocol::Http,
            _ => continue,
        };
        found.push(Listener {
            part: part.clone(),
            protocol,
            endpoint: section.get("endpoint").as_ref().and_then(setting),
            intake,
        });
    }
    found
}

fn exporter(part: Part, value: &Layers<'_>) -> Exporter {
    let protocol = match part.kind.as_str() {
        "otlp" | "otlp_grpc" => Some(OtlpProtocol::Grpc),
        "otlphttp" | "otlp_http" => Some(OtlpProtocol::Http),
        _ => None,
    };
    let endpoint = value
        .get("traces_endpoint")
        .filter(|_| protocol == Some(OtlpProtocol::Http))
        .or_else(|| value.get("endpoint"));
    Exporter {
        endpoint: endpoint.as_ref().and_then(setting),
        security: security(value.at(&["tls", "insecure"]).as_ref()),
        protocol,
        part,
    }
}

/// What `insecure` says.
pub(super) fn security(insecure: Option<&Layers<'_>>) -> Security {
    match insecure.map(Layers::text) {
        Some(Some("true" | "True" | "TRUE")) => Security::Plaintext,
        None | Some(Some("false" | "False" | "FALSE")) => Security::Tls,
        Some(_) => Security::Unknown,
    }
}

fn health(root: &Layers<'_>) -> Option<Result<HealthPage, String>> {
    let extension = names(root.at(&["service", "extensions"]).as_ref())
        .into_iter()
        .find(|name| kind(&name.text) == "health_check")?;
    let section = root.get("extensions")?.get(&extension.text)?;
    let endpoint = section.get("endpoint");
    let port = match endpoint.as_ref().and_then(Layers::text) {
        None => Some(HEALTH_PORT),
        Some(endpoint) => endpoint
            .rsplit_once(':')
            .and_then(|(_, port)| port.parse().ok()),
    };
    let Some(port) = port else {
        return endpoint
            .as_ref()
            .and_then(Layers::text)
            .map(|text| Err(text.to_owned()));
    };
    let path = section.get("path").as_ref().and_then(Layers::text);
    Some(Ok(HealthPage {
        port,
        path: path.unwrap_or("/").to_owned(),
    }))
}

fn metrics_port(root: &Layers<'_>) -> u16 {
    let metrics = root.at(&["service", "telemetry", "metrics"]);
    let by_address = || {
        let address = metrics.as_ref()?.get("address")?;
        address.text()?.rsplit_once(':')?.1.parse().ok()
    };
    let by_reader = || {
        let readers = metrics.as_ref()?.get("readers")?.items();
        let port = readers
            .iter()
            .find_map(|reader| reader.at(&["pull", "exporter", "prometheus", "port"]))?;
        port.text()?.parse().ok()
    };
    by_address().or_else(by_reader).unwrap_or(METRICS_PORT)
}
