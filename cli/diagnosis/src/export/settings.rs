//! A service's export settings as they take effect: the variables, their precedence and the library's own defaults.

use serde::{Deserialize, Serialize};

use super::{Agent, Endpoint, EndpointError, EndpointForm, Runtime, Scheme, Setting, variables};
use crate::{
    observed::{Gap, Observed, Probe},
    snapshot::{Container, OtlpProtocol},
    subject::Subject,
};

/// The image label that names the tracing library inside.
pub const LIBRARY_LABEL: &str = "dev.ptctl.library";
/// The image label that names the service as its spans do.
pub const SERVICE_NAME_LABEL: &str = "dev.ptctl.service-name";

/// The tracing library in a container, as far as can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Library {
    /// The `telemetry` crate of this repository, by the image's label.
    Ours,
    /// An OpenTelemetry SDK that does not say which.
    Unknown,
}

impl Library {
    /// The library inside a container.
    pub fn of(container: &Container) -> Self {
        if container.label(LIBRARY_LABEL) == Some("telemetry") {
            Self::Ours
        } else {
            Self::Unknown
        }
    }
}

/// A service name as it stands in the resource of its spans.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ServiceName(pub String);

/// What decided the endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndpointSource {
    /// This environment variable, with its value as it stands (redacted).
    Variable {
        /// The variable's name.
        name: String,
        /// Its value.
        value: String,
        /// How it is to be written.
        form: EndpointForm,
    },
    /// The library's default: no variable is set.
    LibraryDefault,
    /// The default of OpenTelemetry's specification, by an agent that reads nothing but variables: none is set.
    AgentDefault(Agent),
}

/// What decided the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProtocolSource {
    /// A variable names it.
    Variable,
    /// Our library: `TEMPO_ENDPOINT` is gRPC always, and any other endpoint goes by its port.
    Library,
    /// No variable does, and this agent's own default holds.
    AgentDefault(Agent),
    /// Nothing that can be seen: the program's own code, or a value that no SDK knows.
    Unknown,
}

/// Where and how a service exports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportSettings {
    /// What decided the endpoint.
    pub source: EndpointSource,
    /// The endpoint, or what is wrong with it.
    pub endpoint: Result<Endpoint, EndpointError>,
    /// The protocol; `None` where only the program itself knows.
    pub protocol: Option<OtlpProtocol>,
    /// What decided the protocol.
    pub protocol_source: ProtocolSource,
    /// The library inside.
    pub library: Library,
}

/// The variables that can hold the endpoint, strongest first, with the form in which that library reads them.
fn endpoint_variables(library: Library) -> [(&'static str, EndpointForm); 3] {
    const TRACES: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
    const GENERAL: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
    const TEMPO: &str = "TEMPO_ENDPOINT";
    match library {
        Library::Ours => [
            (TRACES, EndpointForm::Url),
            (TEMPO, EndpointForm::HostPort),
            (GENERAL, EndpointForm::Url),
        ],
        // To another SDK `TEMPO_ENDPOINT` is the application's own variable: of any form, and weaker than the standard.
        Library::Unknown => [
            (TRACES, EndpointForm::Any),
            (GENERAL, EndpointForm::Any),
            (TEMPO, EndpointForm::Any),
        ],
    }
}

impl ExportSettings {
    /// The settings of a container; unknown where they are made in the program's own code.
    pub fn of(container: &Container) -> Observed<Self> {
        let library = Library::of(container);
        for (name, form) in endpoint_variables(library) {
            let Some(value) = container.variable(name) else {
                continue;
            };
            // An empty value counts as unset by the OpenTelemetry specification.
            if value.is_empty() {
                continue;
            }
            let endpoint = Endpoint::parse(value, form);
            let (protocol, protocol_source) = match form {
                EndpointForm::HostPort => (Some(OtlpProtocol::Grpc), ProtocolSource::Library),
                EndpointForm::Url | EndpointForm::Any => {
                    protocol(container, library, endpoint.as_ref().ok())
                }
            };
            return Observed::Known(Self {
                source: EndpointSource::Variable {
                    name: name.to_owned(),
                    value: value.to_owned(),
                    form,
                },
                endpoint,
                protocol,
                protocol_source,
                library,
            });
        }
        match library {
            Library::Ours => Observed::Known(Self {
                source: EndpointSource::LibraryDefault,
                endpoint: Ok(Endpoint {
                    scheme: None,
                    host: "tempo".to_owned(),
                    port: Some(OtlpProtocol::Grpc.default_port()),
                    path: String::new(),
                }),
                protocol: Some(OtlpProtocol::Grpc),
                protocol_source: ProtocolSource::Library,
                library,
            }),
            Library::Unknown => Self::of_agent(container).map_or_else(
                || {
                    Observed::Unknown(Gap::new(
                        Probe::ExportSettings,
                        Subject::Service(container.display_name().to_owned()),
                        "no variable names an endpoint; the program's own code or its SDK's default decides",
                    ))
                },
                Observed::Known,
            ),
        }
    }

    /// The settings of an agent that nobody told anything: `localhost`, by its own protocol
    /// (<https://opentelemetry.io/docs/specs/otel/protocol/exporter/>). `None` where something else may tell it.
    fn of_agent(container: &Container) -> Option<Self> {
        let agent = Runtime::of(container).agent?;
        let (protocol, protocol_source) = protocol(container, Library::Unknown, None);
        // Flags, system properties and configuration files are stronger, and are not read here.
        let told_otherwise = container
            .command
            .iter()
            .map(String::as_str)
            .chain(container.variable("JAVA_TOOL_OPTIONS"))
            .chain(container.variable("JDK_JAVA_OPTIONS"))
            .any(|text| {
                let text = text.to_ascii_lowercase();
                text.contains("otlp") || text.contains("otel.") || text.contains("otel_")
            })
            || [
                "OTEL_CONFIG_FILE",
                "OTEL_EXPERIMENTAL_CONFIG_FILE",
                "OTEL_JAVAAGENT_CONFIGURATION_FILE",
            ]
            .iter()
            .any(|name| container.setting(name).is_some());
        if told_otherwise {
            return None;
        }
        Some(Self {
            source: EndpointSource::AgentDefault(agent),
            endpoint: Ok(Endpoint {
                scheme: Some(Scheme::Http),
                host: "localhost".to_owned(),
                port: Some(protocol?.default_port()),
                path: String::new(),
            }),
            protocol,
            protocol_source,
            library: Library::Unknown,
        })
    }

    /// The port that the export goes to: written, else the protocol's own, else the scheme's.
    pub fn port(&self) -> Option<u16> {
        let endpoint = self.endpoint.as_ref().ok()?;
        endpoint.port.or(match (endpoint.scheme, self.protocol) {
            (Some(Scheme::Https), _) => Some(443),
            (Some(Scheme::Http), Some(OtlpProtocol::Http)) => Some(80),
            (_, protocol) => protocol.map(OtlpProtocol::default_port),
        })
    }

    /// The endpoint as a person would write it: `tempo:4317`, or the value that could not be read.
    pub fn shown(&self) -> String {
        match (&self.endpoint, &self.source) {
            (Ok(endpoint), _) => endpoint.to_string(),
            (Err(_), EndpointSource::Variable { value, .. }) => value.clone(),
            (Err(_), EndpointSource::LibraryDefault | EndpointSource::AgentDefault(_)) => {
                String::new()
            }
        }
    }
}

impl ServiceName {
    /// The name under which a container's spans stand, where anything tells it.
    ///
    /// Order: `OTEL_SERVICE_NAME`, `service.name` in `OTEL_RESOURCE_ATTRIBUTES`, the image's label, what our library
    /// announced in the log. Our library takes its name from its program alone, so there the last two come first.
    pub fn of(container: &Container) -> Option<Self> {
        let label = container.label(SERVICE_NAME_LABEL);
        let announced = container
            .logs
            .known()
            .and_then(|logs| logs.announced_service.as_deref());
        let order = match Library::of(container) {
            Library::Ours => [label, announced, from_environment(container)],
            Library::Unknown => [from_environment(container), label, announced],
        };
        order
            .into_iter()
            .flatten()
            .next()
            .map(|name| Self(name.to_owned()))
    }
}

fn from_environment(container: &Container) -> Option<&str> {
    let from_attributes = || {
        container
            .variable("OTEL_RESOURCE_ATTRIBUTES")?
            .split(',')
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| key.trim() == "service.name")
            .map(|(_, value)| value.trim())
    };
    container
        .setting("OTEL_SERVICE_NAME")
        .or_else(from_attributes)
        .filter(|name| !name.is_empty())
}

/// The protocol: written, else our library's by the port, else the agent's default. One that is written and that no SDK
/// knows is unknown: some fall back to another, some do not start.
fn protocol(
    container: &Container,
    library: Library,
    endpoint: Option<&Endpoint>,
) -> (Option<OtlpProtocol>, ProtocolSource) {
    if let Some(written) = Setting::first(container, &variables::PROTOCOL) {
        return match written.bare() {
            "grpc" => (Some(OtlpProtocol::Grpc), ProtocolSource::Variable),
            "http/protobuf" | "http/json" => (Some(OtlpProtocol::Http), ProtocolSource::Variable),
            _ => (None, ProtocolSource::Unknown),
        };
    }
    match library {
        Library::Ours => {
            let by_port = endpoint.map(|endpoint| {
                if endpoint.port == Some(OtlpProtocol::Http.default_port()) {
                    OtlpProtocol::Http
                } else {
                    OtlpProtocol::Grpc
                }
            });
            (by_port, ProtocolSource::Library)
        }
        Library::Unknown => {
            let agent = Runtime::of(container).agent;
            match agent.and_then(|agent| Some((agent, agent.default_protocol()?))) {
                Some((agent, protocol)) => (Some(protocol), ProtocolSource::AgentDefault(agent)),
                None => (None, ProtocolSource::Unknown),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::healthy;

    fn settings(library: Library, variables: &[(&str, &str)]) -> ExportSettings {
        let mut snapshot = healthy();
        let container = snapshot.service_mut("scraper");
        container.environment.clear();
        if library == Library::Unknown {
            container.labels.clear();
        }
        for (name, value) in variables {
            container
                .environment
                .push(crate::snapshot::EnvironmentVariable {
                    name: (*name).to_owned(),
                    value: (*value).to_owned(),
                });
        }
        ExportSettings::of(container).get().unwrap().clone()
    }

    #[test]
    fn the_precedence_is_that_of_the_library() {
        let both = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:4317"),
            ("TEMPO_ENDPOINT", "b:4317"),
        ];
        assert_eq!(settings(Library::Ours, &both).shown(), "b:4317");
        assert_eq!(settings(Library::Unknown, &both).shown(), "http://a:4317");
        let traces = [
            both[0],
            both[1],
            (
                "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
                "http://c:4318/v1/traces",
            ),
        ];
        assert_eq!(
            settings(Library::Ours, &traces).shown(),
            "http://c:4318/v1/traces"
        );
    }

    #[test]
    fn an_agent_that_nobody_told_anything_sends_to_its_own_container() {
        let agent = (
            "NODE_OPTIONS",
            "--require @opentelemetry/auto-instrumentations-node/register",
        );
        let unset = settings(Library::Unknown, &[agent]);
        assert_eq!(unset.shown(), "http://localhost:4318");
        assert_eq!(unset.source, EndpointSource::AgentDefault(Agent::Node));
        let mut snapshot = healthy();
        let container = snapshot.service_mut("scraper");
        container.environment.clear();
        container.labels.clear();
        container.command = [
            "opentelemetry-instrument",
            "--exporter_otlp_endpoint",
            "http://tempo:4317",
            "python",
        ]
        .map(str::to_owned)
        .to_vec();
        assert!(ExportSettings::of(container).known().is_none());
    }

    #[test]
    fn the_protocol_of_another_sdk_is_unknown_until_it_is_written() {
        let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://tempo:4318");
        assert_eq!(settings(Library::Unknown, &[endpoint]).protocol, None);
        let written = [endpoint, ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")];
        assert_eq!(
            settings(Library::Unknown, &written).protocol,
            Some(OtlpProtocol::Http)
        );
        assert_eq!(
            settings(Library::Unknown, &[("TEMPO_ENDPOINT", "tempo:4318")]).protocol,
            None
        );
        assert_eq!(
            settings(Library::Ours, &[("TEMPO_ENDPOINT", "tempo:4318")]).protocol,
            Some(OtlpProtocol::Grpc)
        );
    }

    #[test]
    fn our_library_has_a_default_and_any_other_is_a_stated_unknown() {
        assert_eq!(settings(Library::Ours, &[]).shown(), "tempo:4317");
        let mut snapshot = healthy();
        let container = snapshot.service_mut("scraper");
        container.environment.clear();
        container.labels.clear();
        assert!(ExportSettings::of(container).gap().is_some());
    }
}
