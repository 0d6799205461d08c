//! What a line proves, and who printed it.

use serde::{Deserialize, Serialize};

use super::ErrorKind;

/// Whether the data of a failed export is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// It is.
    Yes,
    /// It will be tried again.
    No,
    /// The line does not say.
    Unknown,
}

/// The signal that a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// Spans.
    Traces,
    /// Metrics.
    Metrics,
    /// Log records.
    Logs,
    /// The line does not say.
    Unknown,
}

impl Signal {
    /// The name in output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Traces => "traces",
            Self::Metrics => "metrics",
            Self::Logs => "logs",
            Self::Unknown => "unknown",
        }
    }
}

/// The kind of program that printed a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Program {
    /// An OpenTelemetry SDK inside an application.
    Sdk,
    /// The tracing library of this repository's own services.
    Telemetry,
    /// An OpenTelemetry Collector.
    Collector,
    /// Grafana Alloy or the Grafana Agent.
    Alloy,
    /// Grafana Tempo.
    Tempo,
    /// A proxy in front of a receiver.
    Proxy,
    /// Fluent Bit, Vector or another shipper of telemetry.
    Shipper,
    /// The line does not say.
    Unknown,
}

/// The language of an SDK.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the variants are the names of languages")]
pub enum Language {
    Cpp,
    Dotnet,
    Erlang,
    Go,
    Java,
    Node,
    Php,
    Python,
    Ruby,
    Rust,
    Swift,
}

/// Who printed a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Component {
    /// The kind of program.
    pub program: Program,
    /// The language, where the format tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
}

impl Component {
    /// An SDK in that language.
    pub const fn sdk(language: Language) -> Self {
        Self {
            program: Program::Sdk,
            language: Some(language),
        }
    }

    /// A program whose language does not matter.
    pub const fn program(program: Program) -> Self {
        Self {
            program,
            language: None,
        }
    }
}

impl std::fmt::Display for Component {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let language = match self.language {
            None => "",
            Some(Language::Cpp) => "C++ ",
            Some(Language::Dotnet) => ".NET ",
            Some(Language::Erlang) => "Erlang ",
            Some(Language::Go) => "Go ",
            Some(Language::Java) => "Java ",
            Some(Language::Node) => "Node ",
            Some(Language::Php) => "PHP ",
            Some(Language::Python) => "Python ",
            Some(Language::Ruby) => "Ruby ",
            Some(Language::Rust) => "Rust ",
            Some(Language::Swift) => "Swift ",
        };
        let program = match self.program {
            Program::Sdk => "SDK",
            Program::Telemetry => "telemetry library",
            Program::Collector => "collector",
            Program::Alloy => "Alloy",
            Program::Tempo => "Tempo",
            Program::Proxy => "proxy",
            Program::Shipper => "telemetry shipper",
            Program::Unknown => "unknown program",
        };
        write!(f, "{language}{program}")
    }
}

/// What a line says about exporting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// An attempt to export failed, or a receiver refused one.
    Failed,
    /// Exporting works again.
    Recovered,
    /// A setting of the exporter or the SDK is wrong; nothing was exported yet.
    Misconfigured,
}

/// What a single line proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// What it says about exporting.
    pub outcome: Outcome,
    /// The signal.
    pub signal: Signal,
    /// Whether data is lost by it.
    pub lost: Loss,
    /// The cause that the line itself names; [`ErrorKind::Unspecified`] where it names none.
    pub kind: ErrorKind,
    /// The commonest cause that the line does not rule out: `kind` where that is named.
    pub likeliest: ErrorKind,
    /// Other causes that the same words are printed for, the commoner ones first.
    pub alternatives: &'static [ErrorKind],
    /// Who printed it.
    pub component: Component,
    /// Whether the line is a later line of a record that began before it.
    pub continues: bool,
}

impl Verdict {
    /// Whether this line alone proves that data failed to be exported.
    pub const fn export_error(self) -> bool {
        matches!(self.outcome, Outcome::Failed)
    }
}
