//! Who printed a line, in one word, also where the line proves nothing.

use serde::{Serialize, Serializer};

use super::{
    Component, Language, Program,
    envelope::{Form, Record},
};

/// How much of a line is looked at to tell who printed it.
pub(super) const HEAD: usize = 4 * 1024;

/// Who printed a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// An OpenTelemetry SDK.
    Sdk(Language),
    /// An OpenTelemetry SDK in a language that the line does not tell.
    AnySdk,
    /// The tracing library of this repository's own services.
    Telemetry,
    /// An OpenTelemetry Collector.
    Collector,
    /// Grafana Alloy or the Grafana Agent.
    Alloy,
    /// Grafana Tempo.
    Tempo,
    /// Grafana.
    Grafana,
    /// Loki.
    Loki,
    /// Prometheus.
    Prometheus,
    /// Fluent Bit, Vector or another shipper of telemetry.
    Shipper,
    /// A proxy in front of a receiver.
    Proxy,
    /// Docker or Compose.
    Docker,
    /// Anything else.
    Unknown,
}

impl Origin {
    /// The one of a component.
    pub const fn of(component: Component) -> Self {
        match (component.program, component.language) {
            (Program::Sdk, Some(language)) => Self::Sdk(language),
            (Program::Sdk, None) => Self::AnySdk,
            (Program::Telemetry, _) => Self::Telemetry,
            (Program::Collector, _) => Self::Collector,
            (Program::Alloy, _) => Self::Alloy,
            (Program::Tempo, _) => Self::Tempo,
            (Program::Proxy, _) => Self::Proxy,
            (Program::Shipper, _) => Self::Shipper,
            (Program::Unknown, _) => Self::Unknown,
        }
    }

    pub(super) const fn component(self) -> Component {
        match self {
            Self::Sdk(language) => Component::sdk(language),
            Self::AnySdk => Component::program(Program::Sdk),
            Self::Telemetry => Component::program(Program::Telemetry),
            Self::Collector => Component::program(Program::Collector),
            Self::Alloy => Component::program(Program::Alloy),
            Self::Tempo => Component::program(Program::Tempo),
            Self::Shipper => Component::program(Program::Shipper),
            Self::Proxy => Component::program(Program::Proxy),
            Self::Grafana | Self::Loki | Self::Prometheus | Self::Docker | Self::Unknown => {
                Component::program(Program::Unknown)
            }
        }
    }

    /// The name in output.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Sdk(language) => match language {
                Language::Cpp => "cpp-otel",
                Language::Dotnet => "dotnet-otel",
                Language::Erlang => "erlang-otel",
                Language::Go => "go-otel",
                Language::Java => "java-otel",
                Language::Node => "node-otel",
                Language::Php => "php-otel",
                Language::Python => "python-otel",
                Language::Ruby => "ruby-otel",
                Language::Rust => "rust-otel",
                Language::Swift => "swift-otel",
            },
            Self::AnySdk => "otel",
            Self::Telemetry => "telemetry",
            Self::Collector => "collector",
            Self::Alloy => "alloy",
            Self::Tempo => "tempo",
            Self::Grafana => "grafana",
            Self::Loki => "loki",
            Self::Prometheus => "prometheus",
            Self::Shipper => "shipper",
            Self::Proxy => "proxy",
            Self::Docker => "docker",
            Self::Unknown => "unknown",
        }
    }
}

impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.slug())
    }
}

/// Marks of formats, each with who prints it; the first that stands in a line wins.
const MARKS: &[(Origin, &[&str])] = &[
    (
        Origin::Docker,
        &[
            "Error response from daemon",
            "dependency failed to start: container ",
            "exited with code ",
            "OCI runtime ",
        ],
    ),
    (
        Origin::Sdk(Language::Rust),
        &["opentelemetry_sdk", "opentelemetry-otlp", "otel::setup"],
    ),
    (
        Origin::Sdk(Language::Java),
        &[
            "[otel.javaagent",
            "io.opentelemetry.",
            "JAVA_TOOL_OPTIONS",
            "OpenJDK ",
        ],
    ),
    (
        Origin::Sdk(Language::Node),
        &[
            "@opentelemetry/",
            "(node:",
            "OpenTelemetry automatic instrumentation",
        ],
    ),
    (
        Origin::Sdk(Language::Python),
        &[
            "opentelemetry.exporter.",
            "opentelemetry.sdk.",
            "opentelemetry.instrumentation",
        ],
    ),
    (Origin::Sdk(Language::Ruby), &["OpenTelemetry::SDK"]),
    (
        Origin::Sdk(Language::Dotnet),
        &["EventSource=OpenTelemetry", "OpenTelemetry MeterProvider"],
    ),
    (
        Origin::Collector,
        &["otelcol", "otlpreceiver", "memorylimiter", "batchprocessor"],
    ),
];

/// Who printed a line that no rule knows.
pub(super) fn guess(record: &Record<'_>) -> Origin {
    let text = &*record.text;
    if is_grpc_core(text) {
        return Origin::Sdk(Language::Python);
    }
    let field = |name| record.field(name).unwrap_or_default();
    if record.form == Form::Logfmt {
        if record.field("component_path").is_some()
            || record.field("node_id").is_some()
            || field("msg").contains("graph evaluation")
        {
            return Origin::Alloy;
        }
        if record.field("logger").is_some() && record.field("t").is_some() {
            return Origin::Grafana;
        }
        if field("component") == "tempo" {
            return Origin::Tempo;
        }
    }
    MARKS
        .iter()
        .find(|(_, marks)| marks.iter().any(|mark| text.contains(mark)))
        .map_or(Origin::Unknown, |(origin, _)| *origin)
}

/// `I0000 00:00:00.000000 12 file.cc:34] …`, or `E1122 …`: the gRPC C core.
pub(super) fn is_grpc_core(text: &str) -> bool {
    let bytes = text.as_bytes();
    matches!(bytes.first(), Some(b'I' | b'W' | b'E'))
        && bytes
            .get(1..5)
            .is_some_and(|digits| digits.iter().all(u8::is_ascii_digit))
        && text.contains(".cc:")
}
