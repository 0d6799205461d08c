//! Which of Alloy's components traces pass through: those that the receivers' `output` blocks lead to.

use std::collections::BTreeSet;

use crate::{
    collector::pipelines::{
        Exporter, Intake, Listener, Part, PartRole, Pipelines, Security, Setting,
    },
    finding::Location,
    snapshot::{AlloyAttribute, AlloyBlock, AlloyDocument, OtlpProtocol},
};

/// The port of Alloy's own pages and metrics.
const HTTP_PORT: u16 = 12345;
/// What every component of OpenTelemetry is called by first.
const FAMILY: &str = "otelcol.";

/// One component with the file that it stands in.
struct Component<'d> {
    file: &'d str,
    block: &'d AlloyBlock,
    id: String,
}

pub(crate) fn pipelines(documents: &[AlloyDocument]) -> Pipelines {
    let components: Vec<Component<'_>> = documents
        .iter()
        .flat_map(|document| {
            let of_family = |block: &&AlloyBlock| block.name.starts_with(FAMILY);
            document.blocks.iter().filter(of_family).map(|block| {
                let label = block.label.as_deref().unwrap_or_default();
                Component {
                    file: &document.file,
                    block,
                    id: format!("{}.{label}", block.name),
                }
            })
        })
        .collect();
    let mut pipelines = Pipelines {
        metrics_port: HTTP_PORT,
        ..Pipelines::default()
    };
    let mut reached: BTreeSet<String> = BTreeSet::new();
    let mut open: Vec<String> = Vec::new();
    for component in &components {
        let outputs = component.outputs();
        let intake = if outputs.is_empty() {
            Intake::OtherSignals
        } else {
            Intake::Traces
        };
        if component.role() == PartRole::Receiver {
            if intake == Intake::Traces {
                pipelines.traces.push(component.part());
                pipelines.receivers.push(component.part());
            }
            pipelines.listeners.extend(component.listeners(intake));
            open.extend(outputs.into_iter().map(|output| output.text));
        }
        for output in component.outputs() {
            if !components.iter().any(|other| other.id == output.text) {
                pipelines.undefined.push(Part {
                    role: PartRole::Exporter,
                    kind: output.text.clone(),
                    id: output.text,
                    location: output.location,
                });
            }
        }
    }
    while let Some(id) = open.pop() {
        if !reached.insert(id.clone()) {
            continue;
        }
        let Some(component) = components.iter().find(|component| component.id == id) else {
            continue;
        };
        match component.role() {
            PartRole::Exporter => pipelines.exporters.push(component.exporter()),
            PartRole::Receiver | PartRole::Processor | PartRole::Connector | PartRole::Pipeline => {
                pipelines.processors.push(component.part());
            }
        }
        open.extend(component.outputs().into_iter().map(|output| output.text));
    }
    // A component of the user's own may hand on what cannot be followed here.
    let has_modules = documents
        .iter()
        .flat_map(|document| &document.blocks)
        .any(|block| block.name.starts_with("import.") || block.name == "declare");
    if has_modules {
        pipelines.undefined.clear();
    }
    pipelines
}

impl Component<'_> {
    fn role(&self) -> PartRole {
        match self.block.name.split('.').nth(1) {
            Some("receiver") => PartRole::Receiver,
            Some("exporter") => PartRole::Exporter,
            Some("connector") => PartRole::Connector,
            Some(_) | None => PartRole::Processor,
        }
    }

    fn part(&self) -> Part {
        let kind = self.block.name.split('.').nth(2).unwrap_or_default();
        Part {
            role: self.role(),
            id: self.id.clone(),
            kind: kind.to_owned(),
            location: Location::new(self.file, self.block.line, self.block.column),
        }
    }

    /// The components that its `output` block hands traces to.
    fn outputs(&self) -> Vec<Setting> {
        self.block
            .inner("output")
            .filter_map(|output| output.attribute("traces"))
            .flat_map(|attribute| {
                let words = attribute
                    .value
                    .split(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '_')));
                words
                    .filter(|word| word.starts_with(FAMILY))
                    .map(|word| Setting {
                        text: word.strip_suffix(".input").unwrap_or(word).to_owned(),
                        location: self.location(attribute),
                    })
            })
            .collect()
    }

    fn location(&self, attribute: &AlloyAttribute) -> Location {
        Location::new(self.file, attribute.line, attribute.column)
    }

    fn listeners(&self, intake: Intake) -> Vec<Listener> {
        if self.block.name != "otelcol.receiver.otlp" {
            return Vec::new();
        }
        let protocols = [("grpc", OtlpProtocol::Grpc), ("http", OtlpProtocol::Http)];
        let mut found = Vec::new();
        for (name, protocol) in protocols {
            for section in self.block.inner(name) {
                // Alloy's own default, unlike the collector's, is every address.
                let written = section.attribute("endpoint");
                let endpoint = match written {
                    Some(attribute) => Setting {
                        text: attribute.text().unwrap_or(&attribute.value).to_owned(),
                        location: self.location(attribute),
                    },
                    None => Setting {
                        text: format!("0.0.0.0:{}", protocol.default_port()),
                        location: Location::new(self.file, section.line, section.column),
                    },
                };
                found.push(Listener {
                    part: self.part(),
                    protocol,
                    endpoint: Some(endpoint),
                    intake,
                });
            }
        }
        found
    }

    fn exporter(&self) -> Exporter {
        let protocol = match self.block.name.as_str() {
            "otelcol.exporter.otlp" => Some(OtlpProtocol::Grpc),
            "otelcol.exporter.otlphttp" => Some(OtlpProtocol::Http),
            _ => None,
        };
        let client = self.block.inner("client").next();
        let endpoint = self
            .block
            .attribute("traces_endpoint")
            .or_else(|| client?.attribute("endpoint"))
            // An expression is the running Alloy's own affair.
            .map(|attribute| Setting {
                text: attribute
                    .text()
                    .map_or_else(|| format!("${{{}}}", attribute.value), str::to_owned),
                location: self.location(attribute),
            });
        let insecure = client
            .and_then(|client| client.inner("tls").next())
            .and_then(|tls| tls.attribute("insecure"));
        Exporter {
            part: self.part(),
            protocol,
            endpoint,
            security: match insecure.map(|attribute| attribute.value.as_str()) {
                Some("true") => Security::Plaintext,
                Some("false") | None => Security::Tls,
                Some(_) => Security::Unknown,
            },
        }
    }
}

impl AlloyBlock {
    /// The blocks of a name inside of this one.
    pub fn inner<'b>(&'b self, name: &'b str) -> impl Iterator<Item = &'b AlloyBlock> {
        self.blocks.iter().filter(move |block| block.name == name)
    }

    /// An attribute of this block.
    pub fn attribute(&self, name: &str) -> Option<&AlloyAttribute> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name == name)
    }
}

impl AlloyAttribute {
    /// The text of a value that is one string and nothing else.
    pub fn text(&self) -> Option<&str> {
        let inside = self.value.strip_prefix('"')?.strip_suffix('"')?;
        (!inside.contains(['"', '\\'])).then_some(inside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
otelcol.receiver.otlp "in" {
  grpc { }
  http { endpoint = "127.0.0.1:4318" }
  output { traces = [otelcol.processor.batch.default.input] }
}
otelcol.processor.batch "default" {
  output {
    traces = [otelcol.exporter.otlp.tempo.input, otelcol.exporter.otlphttp.gone.input]
  }
}
otelcol.exporter.otlp "tempo" {
  client {
    endpoint = "tempo:4317"
    tls { insecure = true }
  }
}
loki.write "logs" { endpoint { url = "http://loki:3100" } }
"#;

    #[test]
    fn the_way_of_traces_is_followed_from_the_receivers() {
        let document = AlloyDocument::read("config.alloy", TEXT).unwrap();
        let found = pipelines(&[document]);
        let listeners: Vec<_> = found
            .listeners
            .iter()
            .map(|listener| (listener.protocol, listener.host(), listener.port()))
            .collect();
        assert_eq!(
            listeners,
            [
                (OtlpProtocol::Grpc, Some("0.0.0.0"), Some(4317)),
                (OtlpProtocol::Http, Some("127.0.0.1"), Some(4318)),
            ]
        );
        let [exporter] = &found.exporters[..] else {
            panic!("{found:#?}")
        };
        assert_eq!(exporter.shown(), "tempo:4317");
        assert_eq!(exporter.security, Security::Plaintext);
        assert_eq!(found.undefined[0].id, "otelcol.exporter.otlphttp.gone");
        assert_eq!(found.processors[0].kind, "batch");
    }

    #[test]
    fn an_alloy_that_ships_logs_only_handles_no_traces() {
        let text = "loki.write \"logs\" { endpoint { url = \"http://loki:3100\" } }";
        let document = AlloyDocument::read("config.alloy", text).unwrap();
        assert!(!pipelines(&[document]).handles_traces());
    }
}
