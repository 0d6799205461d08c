//! The parts of a collector that traces pass through.

use super::{agent, alloy, open_telemetry};
use crate::{
    export::{Endpoint, EndpointError, EndpointForm, Scheme},
    finding::{Evidence, Location},
    snapshot::{CollectorConfig, CollectorFlavour, OtlpProtocol},
};

/// What a collector does with traces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pipelines {
    /// Where it receives OTLP.
    pub listeners: Vec<Listener>,
    /// Every receiver that feeds a traces pipeline, OTLP or not.
    pub receivers: Vec<Part>,
    /// What stands between receivers and exporters of traces.
    pub processors: Vec<Part>,
    /// Where traces leave it.
    pub exporters: Vec<Exporter>,
    /// Traces pipelines, or in Alloy the components that hand traces on.
    pub traces: Vec<Part>,
    /// Every component of its sections, whether a pipeline names it or not; none in Alloy.
    pub configured: Vec<Part>,
    /// Parts that a pipeline names and nothing configures.
    pub undefined: Vec<Part>,
    /// Its health page, where one is switched on; else its endpoint as it stands there, of which the port cannot be read.
    pub health: Option<Result<HealthPage, String>>,
    /// The port of its own metrics.
    pub metrics_port: u16,
}

/// What a part does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartRole {
    /// It receives.
    Receiver,
    /// It changes or drops.
    Processor,
    /// It sends.
    Exporter,
    /// It joins two pipelines.
    Connector,
    /// A pipeline as a whole.
    Pipeline,
}

impl PartRole {
    /// Its word in a sentence.
    pub fn word(self) -> &'static str {
        match self {
            Self::Receiver => "receiver",
            Self::Processor => "processor",
            Self::Exporter => "exporter",
            Self::Connector => "connector",
            Self::Pipeline => "pipeline",
        }
    }
}

/// One part of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it does.
    pub role: PartRole,
    /// Its full name: `otlp/tempo`, `otelcol.exporter.otlp.tempo`.
    pub id: String,
    /// Its type in the collector's own words: `otlp`, `otlphttp`, `tail_sampling`.
    pub kind: String,
    /// Where it is configured, or named where it is not.
    pub location: Location,
}

impl Part {
    /// The place where it stands, as a proof.
    pub fn proof(&self) -> Evidence {
        Evidence::setting(
            self.location.clone(),
            format!("{} {}", self.role.word(), self.id),
        )
    }
}

/// A setting as it is written, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its value.
    pub text: String,
    /// Its place.
    pub location: Location,
}

/// Who takes what a receiver receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intake {
    /// A traces pipeline, whoever else does.
    Traces,
    /// Pipelines of other signals at most.
    OtherSignals,
}

/// One address at which a collector receives OTLP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    /// The receiver.
    pub part: Part,
    /// Its protocol.
    pub protocol: OtlpProtocol,
    /// Its address; `None` where the collector's default decides.
    pub endpoint: Option<Setting>,
    /// Who takes what it receives.
    pub intake: Intake,
}

impl Listener {
    /// The port that it listens on; `None` where a variable decides.
    pub fn port(&self) -> Option<u16> {
        match &self.endpoint {
            None => Some(self.protocol.default_port()),
            Some(setting) => setting.text.rsplit_once(':')?.1.parse().ok(),
        }
    }

    /// The host part of its address, where one is written.
    pub fn host(&self) -> Option<&str> {
        let text = &self.endpoint.as_ref()?.text;
        Some(
            text.rsplit_once(':')
                .map_or(text.as_str(), |(host, _)| host)
                .trim_matches(['[', ']']),
        )
    }

    /// Where its address is written, else where the receiver is.
    pub fn proof(&self) -> Evidence {
        let protocol = self.protocol.word();
        match &self.endpoint {
            Some(setting) => Evidence::setting(
                setting.location.clone(),
                format!("{} {protocol} endpoint: {}", self.part.id, setting.text),
            ),
            None => Evidence::setting(
                self.part.location.clone(),
                format!("{} {protocol} without an endpoint", self.part.id),
            ),
        }
    }
}

/// One exporter of traces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exporter {
    /// The exporter.
    pub part: Part,
    /// Its OTLP protocol; `None` for one that does not speak OTLP.
    pub protocol: Option<OtlpProtocol>,
    /// Where it sends to, as written.
    pub endpoint: Option<Setting>,
    /// What its `tls` section says.
    pub security: Security,
}

/// What an exporter's `tls` section says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// `insecure: true`: plaintext unless the scheme says otherwise.
    Plaintext,
    /// Nothing, or `insecure: false`: TLS unless the scheme says otherwise.
    Tls,
    /// A value that only the running collector knows.
    Unknown,
}

impl Exporter {
    /// Its endpoint, read; `None` where none is written.
    pub fn target(&self) -> Option<Result<Endpoint, EndpointError>> {
        let written = self.endpoint.as_ref()?.text.as_str();
        // gRPC's own names for "ask the name server" and "as it is".
        let plain = ["dns:///", "passthrough:///"]
            .iter()
            .find_map(|prefix| written.strip_prefix(prefix))
            .unwrap_or(written);
        Some(Endpoint::parse(plain, EndpointForm::Any))
    }

    /// The port that it sends to: written, else the scheme's.
    pub fn port(&self, endpoint: &Endpoint) -> Option<u16> {
        endpoint.port.or(match (self.protocol, endpoint.scheme) {
            (_, Some(Scheme::Https)) => Some(443),
            (Some(OtlpProtocol::Http), Some(Scheme::Http)) => Some(80),
            (_, Some(Scheme::Http) | None) => None,
        })
    }

    /// Whether it speaks TLS; `None` where that cannot be told.
    pub fn speaks_tls(&self, endpoint: &Endpoint) -> Option<bool> {
        match (endpoint.scheme, self.protocol?, self.security) {
            (Some(Scheme::Http), _, _) | (None, OtlpProtocol::Grpc, Security::Plaintext) => {
                Some(false)
            }
            (Some(Scheme::Https), _, _) | (None, OtlpProtocol::Grpc, Security::Tls) => Some(true),
            (None, OtlpProtocol::Http, _) | (None, OtlpProtocol::Grpc, Security::Unknown) => None,
        }
    }

    /// Its endpoint as it is written.
    pub fn shown(&self) -> &str {
        self.endpoint
            .as_ref()
            .map_or("", |setting| setting.text.as_str())
    }

    /// Where its endpoint is written, else where the exporter is.
    pub fn proof(&self) -> Evidence {
        match &self.endpoint {
            Some(setting) => Evidence::setting(
                setting.location.clone(),
                format!("{} endpoint: {}", self.part.id, setting.text),
            ),
            None => self.part.proof(),
        }
    }

    /// Whether it sends nothing anywhere: it prints, or does nothing.
    pub fn is_sink(&self) -> bool {
        matches!(self.part.kind.as_str(), "debug" | "logging" | "nop")
    }
}

/// A collector's health page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthPage {
    /// The port.
    pub port: u16,
    /// The path.
    pub path: String,
}

impl Pipelines {
    /// What a configuration does with traces.
    pub fn of(config: &CollectorConfig, flavour: CollectorFlavour) -> Self {
        match (config, flavour) {
            (CollectorConfig::Yaml(documents), CollectorFlavour::GrafanaAgent) => {
                agent::read(documents)
            }
            (
                CollectorConfig::Yaml(documents),
                CollectorFlavour::OpenTelemetry | CollectorFlavour::Alloy,
            ) => open_telemetry::read(documents),
            (CollectorConfig::Blocks(documents), _) => alloy::pipelines(documents),
        }
    }

    /// Whether it has anything to do with traces.
    pub fn handles_traces(&self) -> bool {
        !self.traces.is_empty() || !self.exporters.is_empty()
    }

    /// The OTLP listener of traces at a port.
    pub fn listener_at(&self, port: u16) -> Option<&Listener> {
        self.listeners
            .iter()
            .find(|listener| listener.port() == Some(port))
    }
}
