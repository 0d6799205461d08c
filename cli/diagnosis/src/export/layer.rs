//! Which layer gave a container's variable its value: the image, the Compose file, an env file, `.env`, or a shell.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    finding::Location,
    snapshot::{ComposeLayer, ComposeService, ComposeText, Container, Snapshot},
};

/// Variables beside `OTEL_…` that tracing libraries and their transports read.
const TRACING_VARIABLES: [&str; 10] = [
    "TEMPO_ENDPOINT",
    "JAVA_TOOL_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "NODE_OPTIONS",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

/// The layers that can set a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// `ENV` of the image.
    Image,
    /// `environment` in a Compose file.
    Environment,
    /// A variable in a Compose file whose value stands in `.env`.
    DotEnv,
    /// A file of `env_file`.
    EnvFile,
    /// Something that leaves no trace: a shell, `docker run`, a Compose file that cannot be read or has changed since, one that
    /// Compose alone follows.
    Unknown,
}

impl Layer {
    /// Its name, as a column shows it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Image => "image ENV",
            Self::Environment => "environment",
            Self::DotEnv => ".env",
            Self::EnvFile => "env_file",
            Self::Unknown => "unknown layer",
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())
    }
}

/// What set a variable of a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared {
    /// The layer that won.
    pub layer: Layer,
    /// Where it stands, where that is a file.
    pub location: Option<Location>,
}

/// Whether tracing libraries or their transports read a variable.
pub fn is_tracing_variable(name: &str) -> bool {
    name.starts_with("OTEL_") || TRACING_VARIABLES.contains(&name)
}

/// What set a variable of a container; `None` where it has no such variable.
pub fn declared(container: &Container, variable: &str, snapshot: &Snapshot) -> Option<Declared> {
    let value = container.variable(variable)?;
    let unknown = |location| Declared {
        layer: Layer::Unknown,
        location,
    };
    let written =
        compose_service(container, snapshot).and_then(|service| service.variable(variable));
    if let Some(written) = written {
        let place =
            || (written.layer != ComposeLayer::Resolved).then(|| written.text.location.clone());
        if says(&written.text, value) {
            return Some(Declared {
                layer: match (written.layer, written.text.filled_by.is_empty()) {
                    (ComposeLayer::EnvFile, _) => Layer::EnvFile,
                    (ComposeLayer::Environment, false) => Layer::DotEnv,
                    (ComposeLayer::Environment, true) => Layer::Environment,
                    (ComposeLayer::Resolved, _) => Layer::Unknown,
                },
                location: place(),
            });
        }
        if written.text.may_be(value) {
            return Some(unknown(place()));
        }
    }
    let of_image = match snapshot.image_of(container) {
        Ok(Some(image)) => image
            .environment
            .iter()
            .any(|known| known.name == variable && known.value == value),
        Ok(None) | Err(_) => false,
    };
    Some(if of_image {
        Declared {
            layer: Layer::Image,
            location: None,
        }
    } else {
        unknown(None)
    })
}

/// Where the value of a container's variable stands in a file.
pub fn declared_at(container: &Container, variable: &str, snapshot: &Snapshot) -> Option<Location> {
    declared(container, variable, snapshot)?.location
}

/// The service of the Compose files that a container was made from.
pub fn compose_service<'s>(
    container: &Container,
    snapshot: &'s Snapshot,
) -> Option<&'s ComposeService> {
    let project = snapshot.compose.known()?;
    if container.project.as_ref() != Some(&project.name) {
        return None;
    }
    project.service(container.service.as_ref()?)
}

/// Whether a text of a file is this value; the generations of Compose write `yes` and `true` of YAML differently.
pub(crate) fn says(text: &ComposeText, value: &str) -> bool {
    text.value.as_deref().is_some_and(|written| {
        written == value
            || (["true", "false"].contains(&value) && written.eq_ignore_ascii_case(value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        fixtures::healthy,
        observed::Observed,
        snapshot::{EnvironmentVariable, Image},
    };

    fn layer(snapshot: &Snapshot, variable: &str) -> Option<Layer> {
        let scraper = snapshot
            .containers
            .iter()
            .find(|container| container.service.as_deref() == Some("scraper"))
            .unwrap();
        declared(scraper, variable, snapshot).map(|declared| declared.layer)
    }

    #[test]
    fn a_variable_of_the_compose_file_is_found_at_its_place() {
        let snapshot = healthy();
        let scraper = &snapshot.containers[1];
        let place = declared_at(scraper, "TEMPO_ENDPOINT", &snapshot).unwrap();
        assert_eq!(place.to_string(), "/srv/shop/compose.yml:9:7");
        assert_eq!(layer(&snapshot, "TEMPO_ENDPOINT"), Some(Layer::Environment));
        assert_eq!(layer(&snapshot, "OTEL_SERVICE_NAME"), None);
    }

    #[test]
    fn a_value_that_only_a_shell_could_have_given_is_of_an_unknown_layer() {
        let mut snapshot = healthy();
        snapshot.set_variable("scraper", "TEMPO_ENDPOINT", "other:4317");
        assert_eq!(layer(&snapshot, "TEMPO_ENDPOINT"), Some(Layer::Unknown));
        let Observed::Known(project) = &mut snapshot.compose else {
            unreachable!()
        };
        let text = &mut project.services[1].environment[0].text;
        text.around = Some(vec![String::new(), ":4317".to_owned()]);
        assert_eq!(layer(&snapshot, "TEMPO_ENDPOINT"), Some(Layer::Unknown));
        assert!(declared_at(&snapshot.containers[1], "TEMPO_ENDPOINT", &snapshot).is_some());
    }

    #[test]
    fn the_image_is_the_layer_beneath_the_files() {
        let mut snapshot = healthy();
        let variable = EnvironmentVariable {
            name: "OTEL_PROPAGATORS".to_owned(),
            value: "b3".to_owned(),
        };
        snapshot
            .service_mut("scraper")
            .environment
            .push(variable.clone());
        assert_eq!(layer(&snapshot, "OTEL_PROPAGATORS"), Some(Layer::Unknown));
        snapshot.images = Observed::Known(vec![Image {
            id: "sha256:scraper".to_owned(),
            tags: Vec::new(),
            digests: Vec::new(),
            created_at: None,
            platform: "linux/amd64".to_owned(),
            environment: vec![variable],
            entrypoint: Vec::new(),
            command: Vec::new(),
            user: String::new(),
            labels: Vec::new(),
        }]);
        assert_eq!(layer(&snapshot, "OTEL_PROPAGATORS"), Some(Layer::Image));
    }

    #[test]
    fn files_that_cannot_be_read_leave_the_layer_unknown() {
        let mut snapshot = healthy();
        snapshot.compose = Observed::Unknown(crate::observed::Gap::new(
            crate::observed::Probe::ComposeFiles,
            crate::subject::Subject::Stack,
            "not on this machine",
        ));
        assert_eq!(layer(&snapshot, "TEMPO_ENDPOINT"), Some(Layer::Unknown));
    }
}
