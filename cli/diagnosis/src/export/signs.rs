//! What in a container tells that it is meant to send traces.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::snapshot::Container;

/// The label by which anybody can say that a container is traced.
pub const TRACED_LABEL: &str = "dev.ptctl.traced";

/// Variables that load an agent into a runtime, with the text that betrays an OpenTelemetry agent in their value.
const AGENT_HOOKS: [(&str, &str); 6] = [
    ("JAVA_TOOL_OPTIONS", "opentelemetry"),
    ("JDK_JAVA_OPTIONS", "opentelemetry"),
    ("NODE_OPTIONS", "opentelemetry"),
    (
        "PYTHONPATH",
        "opentelemetry/instrumentation/auto_instrumentation",
    ),
    ("CORECLR_PROFILER_PATH", "OpenTelemetry"),
    ("RUBYOPT", "opentelemetry"),
];

/// One reason to count a container as traced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    /// An environment variable of tracing is set, by name.
    Variable(String),
    /// An agent is loaded by this variable or by the command.
    AgentHook(String),
    /// The label [`TRACED_LABEL`] says so.
    Label,
    /// Our own library is inside, by the image's label.
    OurLibrary,
    /// The backend has spans under this service name.
    NameInTempo(String),
}

impl fmt::Display for Sign {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(formatter, "variable {name}"),
            Self::AgentHook(name) => write!(formatter, "agent loaded by {name}"),
            Self::Label => write!(formatter, "label {TRACED_LABEL}"),
            Self::OurLibrary => formatter.write_str("image label dev.ptctl.library"),
            Self::NameInTempo(name) => write!(formatter, "spans of `{name}` in Tempo"),
        }
    }
}

/// The signs that a container itself carries; empty for one that is not meant to be traced as far as can be seen.
///
/// A backend's or collector's own variables do not count: they receive.
pub fn tracing_signs(container: &Container) -> Vec<Sign> {
    match container.label(TRACED_LABEL) {
        Some("false" | "no" | "0") => return Vec::new(),
        Some(_) => return vec![Sign::Label],
        None => {}
    }
    let variables = container
        .environment
        .iter()
        .filter(|variable| variable.name == "TEMPO_ENDPOINT" || variable.name.starts_with("OTEL_"))
        .map(|variable| Sign::Variable(variable.name.clone()));
    let hooks = AGENT_HOOKS
        .iter()
        .filter(|(name, mark)| {
            container
                .variable(name)
                .is_some_and(|value| value.contains(mark))
        })
        .map(|(name, _)| Sign::AgentHook((*name).to_owned()));
    let command = container
        .command
        .iter()
        .any(|word| {
            word.ends_with("opentelemetry-instrument") || word.contains("opentelemetry-javaagent")
        })
        .then(|| Sign::AgentHook("the command".to_owned()));
    let library =
        (super::Library::of(container) == super::Library::Ours).then_some(Sign::OurLibrary);
    variables
        .chain(hooks)
        .chain(command)
        .chain(library)
        .collect()
}
