//! The engine that is asked, and why there may be nothing to look at.

use ptctl_diagnosis::snapshot::{EngineFacts, EngineSource};
use thiserror::Error;

use crate::{
    clients::{
        deadline::Deadline,
        docker::{Engine, EngineError},
        http::HttpSetupError,
    },
    context::{EngineChoice, Environment, Lookup, LookupError},
    probe::{AddressReach, DiskReach, ENGINE_LIMIT},
    target::ChoiceError,
};

/// Why there is nothing to look at. Whatever else fails is a gap in the snapshot.
#[derive(Debug, Error)]
pub enum GatherError {
    /// The address of the engine could not be found out.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// Nothing listens at any of the places where engines listen by default.
    #[error("no Docker engine was found at {}", tried.join(", "))]
    NoEngine {
        /// The addresses that were tried.
        tried: Vec<String>,
    },
    /// The engine cannot be asked: unreachable, not permitted, silent, or of a version that is not understood.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// There is no stack, or more than one.
    #[error(transparent)]
    Stack(#[from] ChoiceError),
    /// A header or the tenant cannot be sent.
    #[error("could not prepare the questions to Tempo")]
    Tempo(#[from] HttpSetupError),
}

impl GatherError {
    /// Whether this user may not talk to the engine.
    pub fn is_permission(&self) -> bool {
        matches!(self, Self::Engine(error) if error.is_permission())
    }
}

/// An engine that answers, and what decided that it is this one.
#[derive(Debug, Clone)]
pub struct ConnectedEngine {
    /// The engine.
    pub engine: Engine,
    /// What it says it is.
    pub facts: EngineFacts,
}

/// Finds the engine and connects; of several default sockets the first that answers.
pub async fn connect(
    choice: &EngineChoice,
    environment: &Environment,
    deadline: Deadline,
) -> Result<ConnectedEngine, GatherError> {
    let lookup = Lookup::of(choice, environment)?;
    let tried = lookup.candidates.iter().map(ToString::to_string).collect();
    let mut failure = None;
    for endpoint in lookup.candidates {
        let attempt = async {
            let limit = deadline.capped(ENGINE_LIMIT);
            let engine = Engine::connect(endpoint, &environment.variables, limit).await?;
            let facts = engine.facts(lookup.source.clone(), limit).await?;
            Ok::<_, EngineError>(ConnectedEngine { engine, facts })
        };
        match attempt.await {
            Ok(connected) => return Ok(connected),
            // A socket that is not there, or left behind by an engine that is gone, is no failure of this place.
            Err(error) if error.is_absent() => {
                if lookup.source != EngineSource::DefaultSocket {
                    failure = failure.or(Some(error));
                }
            }
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    Err(match failure {
        Some(error) => GatherError::Engine(error),
        None => GatherError::NoEngine { tried },
    })
}

/// What of the engine's host can be reached from here; where the engine does not say, nothing is tried.
pub(super) async fn reach(engine: &Engine, deadline: Deadline) -> (AddressReach, DiskReach) {
    const NOTHING: (AddressReach, DiskReach) = (AddressReach::Away, DiskReach::Away);
    if !engine.endpoint().is_on_this_machine() {
        return NOTHING;
    }
    let Ok(host) = engine.host(deadline).await else {
        return NOTHING;
    };
    let addresses = if host.has_reachable_networks {
        AddressReach::Here
    } else {
        AddressReach::Away
    };
    // A socket may be forwarded from another machine; that one has another name.
    let own_name = std::fs::read_to_string("/proc/sys/kernel/hostname");
    let disks = match own_name {
        Ok(name) if name.trim() == host.name => DiskReach::Here,
        Ok(_) | Err(_) => DiskReach::Away,
    };
    (addresses, disks)
}
