//! What a finding or a gap is about.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The thing that a finding or a gap is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "name")]
pub enum Subject {
    /// The stack as a whole.
    Stack,
    /// The Docker engine.
    Engine,
    /// A backend, by the name of its service or container.
    Tempo(String),
    /// A service, by its Compose service name, or its container name where it was started without Compose.
    Service(String),
    /// A collector between the services and Tempo.
    Collector(String),
    /// A Grafana.
    Grafana(String),
    /// A Loki.
    Loki(String),
    /// A Prometheus.
    Prometheus(String),
    /// Any other container.
    Container(String),
}

impl Subject {
    /// The bare name for a column: `controller`, `tempo`, `stack`.
    pub fn name(&self) -> &str {
        match self {
            Self::Stack => "stack",
            Self::Engine => "engine",
            Self::Tempo(name)
            | Self::Service(name)
            | Self::Collector(name)
            | Self::Grafana(name)
            | Self::Loki(name)
            | Self::Prometheus(name)
            | Self::Container(name) => name,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stack => formatter.write_str("the stack"),
            Self::Engine => formatter.write_str("the engine"),
            Self::Tempo(name) => write!(formatter, "Tempo `{name}`"),
            Self::Service(name) => write!(formatter, "service `{name}`"),
            Self::Collector(name) => write!(formatter, "collector `{name}`"),
            Self::Grafana(name) => write!(formatter, "Grafana `{name}`"),
            Self::Loki(name) => write!(formatter, "Loki `{name}`"),
            Self::Prometheus(name) => write!(formatter, "Prometheus `{name}`"),
            Self::Container(name) => write!(formatter, "container `{name}`"),
        }
    }
}
