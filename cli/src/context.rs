//! Which engine is asked: flags, environment, Docker's contexts, the places where engines listen by default.
//!
//! Nothing is sent here. The result names one engine, or the default sockets in the order in which they are tried.

mod endpoint;
mod stored;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use ptctl_diagnosis::snapshot::EngineSource;
use thiserror::Error;

pub(crate) use self::endpoint::bracketed;
pub use self::{
    endpoint::{EndpointError, EngineEndpoint, ServerCheck, TlsMaterial},
    stored::StoredContextError,
};

/// What the process was started with, as plain data, so that a lookup can be repeated in a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// The environment variables; those that are not UTF-8 are left out.
    pub variables: BTreeMap<String, String>,
    /// The user's home folder.
    pub home: Option<PathBuf>,
    /// The folder that the command was started in.
    pub working_dir: PathBuf,
}

impl Environment {
    /// The environment of this process.
    pub fn of_this_process() -> std::io::Result<Self> {
        let variables: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Ok(Self {
            home: variables.get("HOME").map(PathBuf::from),
            variables,
            working_dir: std::env::current_dir()?,
        })
    }

    /// The value of a variable; an empty one counts as unset, as Docker's own client counts it.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// The folder of Docker's client configuration.
    fn docker_config_dir(&self) -> Option<PathBuf> {
        match self.variable("DOCKER_CONFIG") {
            Some(dir) => Some(PathBuf::from(dir)),
            None => self.home.as_ref().map(|home| home.join(".docker")),
        }
    }
}

/// What the command line says about the engine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EngineChoice {
    /// `--host`.
    pub host: Option<String>,
    /// `--context`.
    pub context: Option<String>,
}

/// The engine to ask and what decided it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// What decided.
    pub source: EngineSource,
    /// The addresses to try in this order: one, or several default sockets.
    pub candidates: Vec<EngineEndpoint>,
}

/// Why no engine could be named.
#[derive(Debug, Error)]
pub enum LookupError {
    /// An address that no engine can have.
    #[error("could not read the engine's address in {origin}")]
    Address {
        /// The flag, variable or context that holds it.
        origin: String,
        /// What is wrong with it.
        #[source]
        source: EndpointError,
    },
    /// Docker's configuration or a context of it could not be used.
    #[error("could not use the Docker context `{name}`")]
    Context {
        /// The context.
        name: String,
        /// What is wrong with it.
        #[source]
        source: StoredContextError,
    },
    /// Docker's configuration could not be read.
    #[error("could not read Docker's configuration")]
    Configuration(#[source] StoredContextError),
}

/// The context that stands for "no context": `DOCKER_HOST` or a default socket.
const DEFAULT_CONTEXT: &str = "default";

impl Lookup {
    /// Finds the engine: `--host`, `--context`, `DOCKER_HOST`, `DOCKER_CONTEXT`, the current context, default sockets.
    pub fn of(choice: &EngineChoice, environment: &Environment) -> Result<Self, LookupError> {
        if let Some(host) = &choice.host {
            return named(EngineSource::HostFlag, "`--host`", host, environment);
        }
        if let Some(name) = &choice.context {
            return of_context(name, EngineSource::ContextFlag(name.clone()), environment);
        }
        if let Some(host) = environment.variable("DOCKER_HOST") {
            return named(EngineSource::DockerHost, "`DOCKER_HOST`", host, environment);
        }
        if let Some(name) = environment.variable("DOCKER_CONTEXT") {
            let source = EngineSource::DockerContext(name.to_owned());
            return of_context(name, source, environment);
        }
        let current = match environment.docker_config_dir() {
            Some(dir) => stored::current_context(&dir).map_err(LookupError::Configuration)?,
            None => None,
        };
        match current {
            Some(name) => of_context(
                &name,
                EngineSource::CurrentContext(name.clone()),
                environment,
            ),
            None => Ok(default_sockets(environment)),
        }
    }
}

fn of_context(
    name: &str,
    source: EngineSource,
    environment: &Environment,
) -> Result<Lookup, LookupError> {
    if name == DEFAULT_CONTEXT {
        return match environment.variable("DOCKER_HOST") {
            Some(host) => named(EngineSource::DockerHost, "`DOCKER_HOST`", host, environment),
            None => Ok(default_sockets(environment)),
        };
    }
    let failed = |source| LookupError::Context {
        name: name.to_owned(),
        source,
    };
    let dir = environment
        .docker_config_dir()
        .ok_or_else(|| failed(StoredContextError::NoHome))?;
    let stored = stored::find(&dir, name).map_err(failed)?;
    let endpoint =
        EngineEndpoint::parse(&stored.host, stored.tls).map_err(|source| LookupError::Address {
            origin: format!("the Docker context `{name}`"),
            source,
        })?;
    Ok(Lookup {
        source,
        candidates: vec![endpoint],
    })
}

fn named(
    source: EngineSource,
    origin: &str,
    host: &str,
    environment: &Environment,
) -> Result<Lookup, LookupError> {
    let endpoint =
        EngineEndpoint::parse(host, tls_of_environment(environment)).map_err(|source| {
            LookupError::Address {
                origin: origin.to_owned(),
                source,
            }
        })?;
    Ok(Lookup {
        source,
        candidates: vec![endpoint],
    })
}

/// Docker's client speaks TLS as soon as `DOCKER_TLS_VERIFY` is set to anything, even to 0.
fn tls_of_environment(environment: &Environment) -> Option<TlsMaterial> {
    let check = if environment.variable("DOCKER_TLS_VERIFY").is_some() {
        ServerCheck::Verify
    } else if environment.variable("DOCKER_TLS").is_some() {
        ServerCheck::Skip
    } else {
        return None;
    };
    let folder = match environment.variable("DOCKER_CERT_PATH") {
        Some(path) => Some(PathBuf::from(path)),
        None => environment.docker_config_dir(),
    };
    Some(TlsMaterial::in_folder(folder.as_deref(), check))
}

/// The sockets of a rootful engine, a rootless one, Docker Desktop and Podman, in this order.
fn default_sockets(environment: &Environment) -> Lookup {
    let runtime = environment.variable("XDG_RUNTIME_DIR").map(Path::new);
    let home = environment.home.as_deref();
    let candidates = [
        Some(PathBuf::from("/var/run/docker.sock")),
        runtime.map(|dir| dir.join("docker.sock")),
        home.map(|dir| dir.join(".docker/run/docker.sock")),
        home.map(|dir| dir.join(".docker/desktop/docker.sock")),
        runtime.map(|dir| dir.join("podman/podman.sock")),
        Some(PathBuf::from("/run/podman/podman.sock")),
    ];
    Lookup {
        source: EngineSource::DefaultSocket,
        candidates: candidates
            .into_iter()
            .flatten()
            .map(EngineEndpoint::Unix)
            .collect(),
    }
}

#[cfg(test)]
mod tests;
