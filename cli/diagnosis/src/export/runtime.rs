//! Which language a container's program is written in and which agent instruments it, as far as its environment and its
//! command tell.
//!
//! The engine's description of a container has the variables, labels and command of its image merged in already. Where
//! nothing tells, or two things disagree, the language is unknown: an image may bring the runtime of a language that its
//! program does not use.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Library;
use crate::snapshot::{Container, OtlpProtocol};

/// A programming language that has an OpenTelemetry SDK.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Java and whatever else runs on its virtual machine.
    Java,
    /// JavaScript under Node.js.
    Node,
    /// Python.
    Python,
    /// .NET.
    DotNet,
    /// Go.
    Go,
    /// Ruby.
    Ruby,
    /// PHP.
    Php,
    /// Rust.
    Rust,
}

impl fmt::Display for Language {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Java => "Java",
            Self::Node => "Node.js",
            Self::Python => "Python",
            Self::DotNet => ".NET",
            Self::Go => "Go",
            Self::Ruby => "Ruby",
            Self::Php => "PHP",
            Self::Rust => "Rust",
        })
    }
}

/// What instruments a program from outside, and so decides what an unset variable means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Agent {
    /// OpenTelemetry's Java agent, of this major version where the name of its file tells it.
    Java {
        /// The major version.
        major: Option<u32>,
    },
    /// `@opentelemetry/auto-instrumentations-node/register`.
    Node,
    /// `opentelemetry-instrument` or its `sitecustomize`.
    Python,
    /// The profiler of .NET automatic instrumentation.
    DotNet,
    /// PHP's extension with its autoloader.
    Php,
    /// Another agent of OpenTelemetry, of which no default is known here.
    Other,
}

impl Agent {
    /// The protocol that it exports by where no variable names one; `None` where that is not known.
    ///
    /// The Java agent went from gRPC to HTTP with 2.0; Node's register module, .NET's automatic instrumentation and PHP's
    /// autoloader use `http/protobuf`, Python's distribution `grpc`.
    pub fn default_protocol(self) -> Option<OtlpProtocol> {
        match self {
            Self::Java { major: Some(0 | 1) } | Self::Python => Some(OtlpProtocol::Grpc),
            Self::Java { major: Some(_) } | Self::Node | Self::DotNet | Self::Php => {
                Some(OtlpProtocol::Http)
            }
            Self::Java { major: None } | Self::Other => None,
        }
    }
}

impl fmt::Display for Agent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Java { major: Some(major) } => write!(formatter, "the Java agent {major}.x"),
            Self::Java { major: None } => formatter.write_str("the Java agent"),
            Self::Node => formatter.write_str("Node's auto-instrumentation"),
            Self::Python => formatter.write_str("`opentelemetry-instrument`"),
            Self::DotNet => formatter.write_str(".NET's automatic instrumentation"),
            Self::Php => formatter.write_str("PHP's auto-instrumentation"),
            Self::Other => formatter.write_str("its agent"),
        }
    }
}

/// The language of a container's program, and what instruments it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runtime {
    /// The language, where anything tells it.
    pub language: Option<Language>,
    /// What tells it, as a fragment: `PYTHON_VERSION is set`.
    pub told_by: Option<String>,
    /// The agent, where one is loaded.
    pub agent: Option<Agent>,
}

impl Runtime {
    /// The runtime of a container.
    pub fn of(container: &Container) -> Self {
        if Library::of(container) == Library::Ours {
            return Self {
                language: Some(Language::Rust),
                told_by: Some(format!("the label {} says so", super::LIBRARY_LABEL)),
                agent: None,
            };
        }
        let agent = agent(container);
        let told = agent
            .as_ref()
            .map(|(language, _, by)| (*language, by.clone()))
            .or_else(|| by_command(container))
            .or_else(|| by_version(container));
        let (language, told_by) = told.unzip();
        Self {
            language,
            told_by,
            agent: agent.map(|(_, agent, _)| agent),
        }
    }
}

/// The agent that a variable or the command loads, with its language and what loads it.
fn agent(container: &Container) -> Option<(Language, Agent, String)> {
    let words = || container.command.iter().map(String::as_str);
    for name in ["JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "JAVA_OPTS"] {
        if let Some(jar) = container.setting(name).and_then(java_agent) {
            return Some((Language::Java, jar, format!("{name} loads its agent")));
        }
    }
    if let Some(jar) = words().find_map(java_agent) {
        return Some((
            Language::Java,
            jar,
            "the command loads its agent".to_owned(),
        ));
    }
    let node = |text: &str| text.contains("@opentelemetry/auto-instrumentations-node/register");
    if container.setting("NODE_OPTIONS").is_some_and(node) {
        let by = "NODE_OPTIONS loads its instrumentation".to_owned();
        return Some((Language::Node, Agent::Node, by));
    }
    if words().any(node) {
        let by = "the command loads its instrumentation".to_owned();
        return Some((Language::Node, Agent::Node, by));
    }
    if words().any(|word| words_of(word).any(|word| program(word) == "opentelemetry-instrument")) {
        let by = "the command is `opentelemetry-instrument`".to_owned();
        return Some((Language::Python, Agent::Python, by));
    }
    let site = "opentelemetry/instrumentation/auto_instrumentation";
    if container
        .setting("PYTHONPATH")
        .is_some_and(|path| path.contains(site))
    {
        let by = "PYTHONPATH loads its instrumentation".to_owned();
        return Some((Language::Python, Agent::Python, by));
    }
    let profiler = container.setting("CORECLR_PROFILER_PATH");
    if container.setting("CORECLR_ENABLE_PROFILING") == Some("1")
        && profiler.is_some_and(|path| path.contains("OpenTelemetry"))
    {
        let by = "CORECLR_PROFILER_PATH loads its instrumentation".to_owned();
        return Some((Language::DotNet, Agent::DotNet, by));
    }
    let autoload = container.setting("OTEL_PHP_AUTOLOAD_ENABLED");
    if autoload.is_some_and(|value| value.eq_ignore_ascii_case("true") || value == "1") {
        let by = "OTEL_PHP_AUTOLOAD_ENABLED is set".to_owned();
        return Some((Language::Php, Agent::Php, by));
    }
    if container
        .setting("RUBYOPT")
        .is_some_and(|options| options.contains("opentelemetry"))
    {
        let by = "RUBYOPT loads its instrumentation".to_owned();
        return Some((Language::Ruby, Agent::Other, by));
    }
    None
}

/// The agent in `-javaagent:/otel/opentelemetry-javaagent-2.10.0.jar`, anywhere in a text.
fn java_agent(text: &str) -> Option<Agent> {
    let path = text
        .split_whitespace()
        .filter_map(|word| word.split_once("-javaagent:"))
        .map(|(_, path)| path)
        .find(|path| path.contains("opentelemetry") || path.contains("otel"))?;
    let file = path.rsplit('/').next().unwrap_or(path);
    let major = file
        .split(['-', '_'])
        .map(|part| part.trim_start_matches('v'))
        .find_map(|part| {
            let (major, rest) = part.split_once('.')?;
            // `2.10.0.jar`, not `2.jar`.
            rest.starts_with(|character: char| character.is_ascii_digit())
                .then(|| major.parse().ok())?
        });
    Some(Agent::Java { major })
}

/// The language of the program that the command starts, also behind `sh -c` and wrappers such as `tini --`.
fn by_command(container: &Container) -> Option<(Language, String)> {
    const WRAPPERS: [&str; 16] = [
        "sh",
        "bash",
        "ash",
        "dash",
        "-c",
        "-l",
        "-ec",
        "-lc",
        "exec",
        "tini",
        "dumb-init",
        "--",
        "env",
        "su-exec",
        "gosu",
        "docker-entrypoint.sh",
    ];
    let words = container.command.iter().flat_map(|word| words_of(word));
    let started = words
        .map(program)
        // An assignment in front of a command: `FOO=bar java -jar app.jar`.
        .find(|word| !word.is_empty() && !WRAPPERS.contains(word) && !word.contains('='))?;
    let language = language_of_program(started)?;
    Some((language, format!("the command starts `{started}`")))
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
}

/// The file's name of a path: `java` of `/opt/java/openjdk/bin/java`.
fn program(word: &str) -> &str {
    let word = word.trim_matches(['"', '\'', ';']);
    word.rsplit('/').next().unwrap_or(word)
}

fn language_of_program(program: &str) -> Option<Language> {
    let stem =
        program.trim_end_matches(|character: char| character.is_ascii_digit() || character == '.');
    match stem {
        "java" => Some(Language::Java),
        "node" | "nodejs" | "npm" | "npx" | "yarn" | "pnpm" | "pm2-runtime" | "pm2" | "ts-node"
        | "tsx" => Some(Language::Node),
        "python" | "gunicorn" | "uwsgi" | "celery" | "uvicorn" | "hypercorn" | "daphne"
        | "flask" | "poetry" | "pipenv" => Some(Language::Python),
        "dotnet" => Some(Language::DotNet),
        "ruby" | "bundle" | "rails" | "puma" | "unicorn" | "sidekiq" | "rackup" => {
            Some(Language::Ruby)
        }
        "php" | "php-fpm" => Some(Language::Php),
        _ => None,
    }
}

/// The language whose official image sets its version as a variable; unknown where several do.
fn by_version(container: &Container) -> Option<(Language, String)> {
    const VERSIONS: [(&str, Language); 11] = [
        ("JAVA_VERSION", Language::Java),
        ("JAVA_HOME", Language::Java),
        ("NODE_VERSION", Language::Node),
        ("PYTHON_VERSION", Language::Python),
        ("DOTNET_VERSION", Language::DotNet),
        ("ASPNET_VERSION", Language::DotNet),
        ("ASPNETCORE_URLS", Language::DotNet),
        ("ASPNETCORE_HTTP_PORTS", Language::DotNet),
        ("GOLANG_VERSION", Language::Go),
        ("RUBY_VERSION", Language::Ruby),
        ("PHP_VERSION", Language::Php),
    ];
    let mut found = VERSIONS
        .iter()
        .filter(|(name, _)| container.setting(name).is_some());
    let (name, language) = found.next()?;
    found
        .all(|(_, other)| other == language)
        .then(|| (*language, format!("{name} is set")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fixtures::healthy, snapshot::EnvironmentVariable};

    fn runtime(command: &[&str], variables: &[(&str, &str)]) -> Runtime {
        let mut snapshot = healthy();
        let container = snapshot.service_mut("scraper");
        container.labels.clear();
        container.command = command.iter().map(|word| (*word).to_owned()).collect();
        container.environment = variables
            .iter()
            .map(|(name, value)| EnvironmentVariable {
                name: (*name).to_owned(),
                value: (*value).to_owned(),
            })
            .collect();
        Runtime::of(container)
    }

    #[test]
    fn a_language_is_told_by_agent_then_command_then_the_image_s_version() {
        type Row = (
            &'static [&'static str],
            &'static [(&'static str, &'static str)],
            Option<Language>,
        );
        let table: [Row; 13] = [
            (&["java", "-jar", "/app.jar"], &[], Some(Language::Java)),
            (
                &["sh", "-c", "exec java $JAVA_OPTS -jar app.jar"],
                &[],
                Some(Language::Java),
            ),
            (
                &["/usr/local/bin/python3.12", "-m", "app"],
                &[],
                Some(Language::Python),
            ),
            (
                &["/sbin/tini", "--", "node", "server.js"],
                &[],
                Some(Language::Node),
            ),
            (
                &["docker-entrypoint.sh", "npm", "start"],
                &[],
                Some(Language::Node),
            ),
            (
                &["/app/start"],
                &[("PYTHON_VERSION", "3.12.1")],
                Some(Language::Python),
            ),
            (
                &["/app/start"],
                &[("JAVA_HOME", "/opt/java"), ("JAVA_VERSION", "21")],
                Some(Language::Java),
            ),
            // Two runtimes in one image tell nothing by themselves.
            (
                &["/app/start"],
                &[("PYTHON_VERSION", "3.12.1"), ("NODE_VERSION", "22")],
                None,
            ),
            (
                &["node", "x.js"],
                &[("PYTHON_VERSION", "3.12.1"), ("NODE_VERSION", "22")],
                Some(Language::Node),
            ),
            (
                &["/app/start"],
                &[
                    ("NODE_VERSION", "22"),
                    (
                        "JAVA_TOOL_OPTIONS",
                        "-javaagent:/otel/opentelemetry-javaagent.jar",
                    ),
                ],
                Some(Language::Java),
            ),
            (&["dotnet", "Shop.dll"], &[], Some(Language::DotNet)),
            (&["/shop"], &[], None),
            (&[], &[], None),
        ];
        for (command, variables, language) in table {
            assert_eq!(
                runtime(command, variables).language,
                language,
                "{command:?} {variables:?}"
            );
        }
    }

    #[test]
    fn an_agent_decides_the_protocol_where_its_version_does() {
        let java = |value| runtime(&["java"], &[("JAVA_TOOL_OPTIONS", value)]).agent;
        let protocol = |agent: Option<Agent>| agent.and_then(Agent::default_protocol);
        let old = java("-Xmx1g -javaagent:/otel/opentelemetry-javaagent-1.32.0.jar");
        assert_eq!(protocol(old), Some(OtlpProtocol::Grpc));
        let new = java("-javaagent:/otel/opentelemetry-javaagent-2.10.0.jar");
        assert_eq!(protocol(new), Some(OtlpProtocol::Http));
        let unnamed = java("-javaagent:/otel/opentelemetry-javaagent.jar");
        assert_eq!(unnamed, Some(Agent::Java { major: None }));
        assert_eq!(protocol(unnamed), None);
        assert_eq!(java("-javaagent:/jacoco.jar"), None);
        let python = runtime(&["opentelemetry-instrument", "gunicorn", "app:app"], &[]);
        assert_eq!(protocol(python.agent), Some(OtlpProtocol::Grpc));
        let node = runtime(
            &[
                "node",
                "--require",
                "@opentelemetry/auto-instrumentations-node/register",
                "app.js",
            ],
            &[],
        );
        assert_eq!(protocol(node.agent), Some(OtlpProtocol::Http));
    }
}
