//! Where a collector's configuration lies, by its command and environment.

use crate::{
    document::{Document, Node, Value},
    flag::values,
    release::ImageName,
    snapshot::{AlloyBlock, AlloyDocument, CollectorFlavour, Container},
};

/// Where a part of a configuration comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigSource {
    /// A path in the container.
    File(String),
    /// Another source, such as `env:` or `https:`, which cannot be read from a file.
    Elsewhere(String),
}

impl CollectorFlavour {
    /// Whose configuration language a collector speaks, by its program and image.
    pub fn of(container: &Container) -> Self {
        let program = container.command.first().map_or("", String::as_str);
        let program = program.rsplit('/').next().unwrap_or(program);
        let image = ImageName::of(&container.image).program;
        let is_flow = container.variable("AGENT_MODE") == Some("flow");
        let named = |name: &str| program.starts_with(name) || image == name;
        if named("alloy") || (is_flow && (named("grafana-agent") || named("agent"))) {
            Self::Alloy
        } else if named("grafana-agent") || image == "agent" {
            Self::GrafanaAgent
        } else {
            Self::OpenTelemetry
        }
    }

    /// Where its configuration comes from; the program's default where its command names nothing.
    pub fn sources(self, command: &[String]) -> Vec<ConfigSource> {
        match self {
            Self::OpenTelemetry => {
                let named: Vec<_> = values(command, "config").map(source).collect();
                if named.is_empty() {
                    vec![ConfigSource::File(default_of(command).to_owned())]
                } else {
                    named
                }
            }
            Self::Alloy => {
                let words = command.iter().skip_while(|word| *word != "run").skip(1);
                let named: Vec<&String> = words.filter(|word| !word.starts_with('-')).collect();
                let is_config = |word: &&&String| {
                    let ending = word.rsplit_once('.').map(|(_, ending)| ending);
                    matches!(ending, Some("alloy" | "river"))
                };
                let path = named.iter().find(is_config).or(named.last());
                let path = path.map_or("/etc/alloy/config.alloy", |path| path.as_str());
                vec![ConfigSource::File(path.to_owned())]
            }
            Self::GrafanaAgent => {
                let path = values(command, "config.file").next();
                vec![source(path.unwrap_or("/etc/agent/agent.yaml"))]
            }
        }
    }
}

/// The collector's own default path, by the name of its program.
fn default_of(command: &[String]) -> &'static str {
    let contrib = command
        .first()
        .is_some_and(|program| program.contains("contrib"));
    if contrib {
        "/etc/otelcol-contrib/config.yaml"
    } else {
        "/etc/otelcol/config.yaml"
    }
}

fn source(value: &str) -> ConfigSource {
    if let Some(path) = value.strip_prefix("file:") {
        return ConfigSource::File(path.to_owned());
    }
    let scheme = value.split_once(':').map(|(scheme, _)| scheme);
    match scheme {
        Some("env" | "yaml" | "http" | "https" | "s3") => ConfigSource::Elsewhere(value.to_owned()),
        Some(_) | None => ConfigSource::File(value.to_owned()),
    }
}

impl Document {
    /// The same document with `${env:NAME}` and `${NAME}` replaced by the container's own variables. What the container
    /// does not have stays as it is written.
    #[must_use]
    pub fn with_variables_of(mut self, container: &Container) -> Self {
        expand(&mut self.root, container);
        self
    }
}

fn expand(node: &mut Node, container: &Container) {
    match &mut node.value {
        Value::Null => {}
        Value::Scalar(text) => {
            if text.contains('$') {
                *text = expanded(text, container);
            }
        }
        Value::Sequence(items) => {
            for item in items {
                expand(item, container);
            }
        }
        Value::Mapping(entries) => {
            for (_, value) in entries {
                expand(value, container);
            }
        }
    }
}

/// Replaces `${env:NAME}`, `${env:NAME:-default}` and `${NAME}`; `$$` stands for itself.
fn expanded(text: &str, container: &Container) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        result.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            result.push_str("$$");
            rest = after;
            continue;
        }
        let inside = after
            .strip_prefix('{')
            .and_then(|after| after.split_once('}'));
        let Some((inside, after_it)) = inside else {
            result.push('$');
            rest = after;
            continue;
        };
        let name = inside.strip_prefix("env:").unwrap_or(inside);
        let (name, default) = match name.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (name, None),
        };
        match container.setting(name).or(default) {
            Some(value) => result.push_str(value),
            None => {
                result.push_str("${");
                result.push_str(inside);
                result.push('}');
            }
        }
        rest = after_it;
    }
    result.push_str(rest);
    result
}

impl AlloyDocument {
    /// The same document with `sys.env("NAME")` replaced by the container's own variables, and without secrets.
    #[must_use]
    pub fn with_variables_of(mut self, container: &Container) -> Self {
        for block in &mut self.blocks {
            resolve(block, container);
        }
        self
    }
}

fn resolve(block: &mut AlloyBlock, container: &Container) {
    let of_headers = block.name == "headers";
    for attribute in &mut block.attributes {
        if let Some(value) = concatenated(&attribute.value, container) {
            attribute.value = format!("\"{value}\"");
        }
        let name = if of_headers {
            "HEADERS"
        } else {
            &attribute.name
        };
        attribute.value = match attribute.text() {
            Some(text) => format!("\"{}\"", crate::redact::value(name, text)),
            None => crate::redact::text(&attribute.value),
        };
    }
    for inner in &mut block.blocks {
        resolve(inner, container);
    }
}

/// The text of strings and variables joined by `+`, where all of them are known.
fn concatenated(value: &str, container: &Container) -> Option<String> {
    if !value.contains("env(") {
        return None;
    }
    value
        .split('+')
        .map(|part| {
            let part = part.trim();
            let name = part
                .strip_prefix("sys.env(\"")
                .or_else(|| part.strip_prefix("env(\""))
                .and_then(|rest| rest.strip_suffix("\")"));
            match name {
                Some(name) => container.setting(name).map(str::to_owned),
                None => Some(part.strip_prefix('"')?.strip_suffix('"')?.to_owned()),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        fixtures,
        snapshot::{EnvironmentVariable, Role},
    };

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_owned).collect()
    }

    fn file(path: &str) -> ConfigSource {
        ConfigSource::File(path.to_owned())
    }

    #[test]
    fn the_configuration_is_found_in_every_form_of_the_command() {
        use CollectorFlavour::{Alloy, GrafanaAgent, OpenTelemetry};
        let table = [
            (
                OpenTelemetry,
                "/otelcol --config /a.yaml --config=file:/b.yaml",
                vec![file("/a.yaml"), file("/b.yaml")],
            ),
            (
                OpenTelemetry,
                "/otelcol-contrib",
                vec![file("/etc/otelcol-contrib/config.yaml")],
            ),
            (
                OpenTelemetry,
                "/otelcol --config=env:CONF",
                vec![ConfigSource::Elsewhere("env:CONF".to_owned())],
            ),
            (
                Alloy,
                "/bin/alloy run --storage.path /data /etc/x.alloy",
                vec![file("/etc/x.alloy")],
            ),
            (Alloy, "/bin/alloy run /etc/alloy", vec![file("/etc/alloy")]),
            (
                GrafanaAgent,
                "/bin/grafana-agent -config.file=/a.yaml",
                vec![file("/a.yaml")],
            ),
        ];
        for (flavour, line, expected) in table {
            assert_eq!(flavour.sources(&words(line)), expected, "{line}");
        }
    }

    #[test]
    fn variables_of_the_container_are_put_in_and_others_left() {
        let mut container = fixtures::container("collector", Role::Collector);
        container.environment.push(EnvironmentVariable {
            name: "HOST".to_owned(),
            value: "tempo".to_owned(),
        });
        let text = |text: &str| expanded(text, &container);
        assert_eq!(text("${env:HOST}:4317"), "tempo:4317");
        assert_eq!(text("${HOST}:${env:PORT:-4317}"), "tempo:4317");
        assert_eq!(text("${env:OTHER}:4317"), "${env:OTHER}:4317");
        assert_eq!(text("$${HOST} 5$"), "$${HOST} 5$");
        assert_eq!(
            concatenated("sys.env(\"HOST\") + \":4317\"", &container).as_deref(),
            Some("tempo:4317")
        );
    }
}
