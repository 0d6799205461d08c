//! What a look is asked for.

use std::time::Duration;

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
    /// How far back logs and events are read.
    pub since: Duration,
    /// How long the whole look may take.
    pub timeout: Duration,
    /// What the process was started with.
    pub environment: Environment,
}

/// What is read of each container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// All there is.
    Everything,
    /// What the engine describes: state, environment, networks. Nothing is asked of a container itself.
    Description,
}

/// How a backend's API is to be asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TempoAccess {
    /// `--tempo-url`: a backend beside those that are found.
    pub url: Option<Url>,
    /// Headers to send with every request, such as `Authorization`.
    pub headers: Vec<(String, String)>,
    /// The tenant, sent as `X-Scope-OrgID`.
    pub tenant: Option<String>,
}
