//! Grafana Agent's traces in static mode: `traces.configs[]` with receivers and `remote_write`.

use super::{
    layers::Layers,
    open_telemetry::{listeners, security},
    pipelines::{Exporter, Intake, Part, PartRole, Pipelines, Setting},
};
use crate::{document::Document, snapshot::OtlpProtocol};

/// The port of its own pages and metrics.
const HTTP_PORT: u16 = 12345;

pub(super) fn read(documents: &[Document]) -> Pipelines {
    let root = Layers::of(documents);
    let mut pipelines = Pipelines {
        metrics_port: HTTP_PORT,
        ..Pipelines::default()
    };
    // `tempo` is what the section was called before 0.16.
    let section = root.get("traces").or_else(|| root.get("tempo"));
    let configs = section.and_then(|section| section.get("configs"));
    for config in configs.map(|list| list.items()).unwrap_or_default() {
        let name = config.get("name");
        let id = name.as_ref().and_then(Layers::text).unwrap_or("traces");
        let part = |role, id: &str, location| Part {
            role,
            id: id.to_owned(),
            kind: id.split('/').next().unwrap_or(id).to_owned(),
            location,
        };
        pipelines
            .traces
            .push(part(PartRole::Pipeline, id, config.location()));
        for (id, location, receiver) in config.get("receivers").iter().flat_map(Layers::entries) {
            let receiving = part(PartRole::Receiver, id, location);
            if receiving.kind == "otlp" {
                let found = listeners(&receiving, &receiver, Intake::Traces);
                pipelines.listeners.extend(found);
            }
            pipelines.receivers.push(receiving);
        }
        if let Some(sampling) = config.get("tail_sampling") {
            let location = sampling.location();
            pipelines
                .processors
                .push(part(PartRole::Processor, "tail_sampling", location));
        }
        let writes = config.get("remote_write");
        for write in writes.map(|list| list.items()).unwrap_or_default() {
            pipelines.exporters.push(exporter(&write));
        }
    }
    pipelines
}

fn exporter(write: &Layers<'_>) -> Exporter {
    let protocol = match write.get("protocol").as_ref().and_then(Layers::text) {
        Some("http") => OtlpProtocol::Http,
        Some(_) | None => OtlpProtocol::Grpc,
    };
    let endpoint = write.get("endpoint");
    Exporter {
        part: Part {
            role: PartRole::Exporter,
            id: "remote_write".to_owned(),
            kind: "otlp".to_owned(),
            location: write.location(),
        },
        protocol: Some(protocol),
        endpoint: endpoint.and_then(|endpoint| {
            Some(Setting {
                text: endpoint.text()?.trim().to_owned(),
                location: endpoint.location(),
            })
        }),
        security: security(write.get("insecure").as_ref()),
    }
}
