//! What a look is asked for.

use std::{fmt, path::PathBuf, time::Duration};

use ptctl_diagnosis::{redact, snapshot::CanaryShape};
use url::Url;

use crate::{
    context::{EngineChoice, Environment},
    target::StackChoice,
};

/// What is to be looked at, and for how long.
#[derive(Debug, Clone)]
pub struct GatherRequest {
    /// What the command line says about the engine.
    pub engine: EngineChoice,
    /// What the command line says about the stack.
    pub stack: StackChoice,
    /// What the command line says about the backend.
    pub tempo: TempoAccess,
    /// What is read of each container.
    pub depth: Depth,
    /// What may be done beyond looking.
    pub deeper: DeeperLooks,
    /// How far back logs and events are read.
    pub since: Duration,
    /// How long the whole look may take.
    pub timeout: Duration,
    /// What the process was started with.
    pub environment: Environment,
}

/// What may be done beyond looking. By default nothing is created on the engine, nothing written to a backend.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeeperLooks {
    /// `--probe`: send bytes to the endpoints of services to find out what answers, and by whom.
    pub probe: ProbeWish,
    /// `--helper-binary`: what becomes the helper's image instead of this program.
    pub helper_binary: Option<PathBuf>,
    /// Whom bytes are sent to.
    pub reach: ProbeReach,
    /// `--canary`: write a span with the settings of each service and read it back.
    pub canary: Option<CanaryWish>,
}

/// Whether endpoints are probed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ProbeWish {
    /// If a container of the stack allows it by its label.
    AsLabelled,
    /// No.
    #[default]
    Never,
    /// Yes.
    By(ProbeBy),
}

/// Who gets next to the services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProbeBy {
    /// This program where it may, else the helper container.
    Auto,
    /// This program alone; nothing is created.
    Direct,
    /// The helper container, even where this program could.
    Helper,
}

/// Whom a probe sends bytes to; names are looked up and connections opened anywhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ProbeReach {
    /// Containers of the engine, and its host.
    #[default]
    Engine,
    /// `--canary-external`: whomever a service is configured with.
    Anywhere,
}

/// A canary that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CanaryWish {
    /// Where it may fly.
    pub reach: CanaryReach,
    /// What it looks like.
    pub shape: CanaryShape,
    /// How long it is looked for.
    pub wait: CanaryWait,
}

impl CanaryWish {
    /// A plain one, looked for no longer than a doctor may take.
    pub fn brief(reach: CanaryReach) -> Self {
        Self {
            reach,
            shape: CanaryShape::Plain,
            wait: CanaryWait::Briefly,
        }
    }
}

/// How long a canary is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CanaryWait {
    /// Until it is there by its id, some seconds at most; each search is tried once.
    Briefly,
    /// Until every way to find it does, so long at most.
    For(Duration),
}

/// Where a canary may fly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CanaryReach {
    /// To endpoints on the engine.
    Inside,
    /// To any endpoint that a service is configured with.
    Anywhere,
}

/// What is read of each container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// All there is.
    Everything,
    /// What lies on the engine's disks. Nothing but backends is asked.
    Disks,
    /// What the engine describes, whether everybody is ready, and what each has counted. No log is read, and no trace is
    /// searched for.
    Brief,
    /// What the engine describes: state, environment, networks. Nothing is asked of a container itself.
    Description,
}

/// How a backend's API is to be asked.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct TempoAccess {
    /// `--tempo-url`: a backend beside those that are found.
    pub url: Option<Url>,
    /// Headers to send with every request, such as `Authorization`.
    pub headers: Vec<(String, String)>,
    /// The tenant, sent as `X-Scope-OrgID`.
    pub tenant: Option<String>,
}

/// Without what only the backend may see: the values of its headers, and credentials in its address.
impl fmt::Debug for TempoAccess {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            url,
            headers,
            tenant,
        } = self;
        let url = url.as_ref().map(|url| redact::text(url.as_str()));
        let headers: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
        formatter
            .debug_struct("TempoAccess")
            .field("url", &url)
            .field("headers", &headers)
            .field("tenant", tenant)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_of_a_backend_is_written_by_debug() {
        let access = TempoAccess {
            url: Some("http://ann:s3cr3t-one@tempo:3200".parse().expect("a URL")),
            headers: vec![("Authorization".to_owned(), "Bearer s3cr3t-two".to_owned())],
            tenant: Some("team".to_owned()),
        };
        let shown = format!("{access:?}");
        assert!(!shown.contains("s3cr3t"), "{shown}");
        assert!(shown.contains("Authorization") && shown.contains("team"));
    }
}
