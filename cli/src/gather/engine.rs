//! The engine that is asked, and why there may be nothing to look at.

use std::path::PathBuf;

use jiff::SignedDuration;
use ptctl_diagnosis::{
    observed::{Gap, Observed, Probe},
    snapshot::{EngineFacts, EngineSource},
    subject::Subject,
};
use thiserror::Error;

use crate::{
    clients::{
        cause::on_one_line,
        deadline::Deadline,
        docker::{Engine, EngineError, EngineHost},
        http::HttpSetupError,
    },
    context::{EngineChoice, Environment, Lookup, LookupError},
    probe::containers::Undescribed,
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

    /// Whether more time might have shown something: the engine said nothing.
    pub fn may_be_for_want_of_time(&self) -> bool {
        match self {
            Self::Engine(error) => error.is_timeout(),
            Self::Stack(_) | Self::Lookup(_) | Self::NoEngine { .. } | Self::Tempo(_) => false,
        }
    }

    /// Why there is no stack. Where a container that may be of it was not described, that is why.
    pub(super) fn no_stack(error: ChoiceError, undescribed: Vec<Undescribed<'_>>) -> Self {
        let may_be_of_it = |missing: &Undescribed<'_>| match &error {
            ChoiceError::NoSuchProject { project, .. } => {
                missing.listed.project() == Some(project.as_str())
            }
            ChoiceError::NoStack { .. } => true,
            ChoiceError::Ambiguous { .. } => false,
        };
        match undescribed.into_iter().find(may_be_of_it) {
            Some(missing) => Self::Engine(missing.error),
            None => Self::Stack(error),
        }
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

/// What the engine says of its host.
pub(super) struct HostFacts {
    /// Whether the addresses of containers can be reached from here.
    pub(super) addresses: AddressReach,
    /// Whether its disks can be read from here.
    pub(super) disks: DiskReach,
    /// The engine's folder of data on its host, where it tells.
    pub(super) data_root: Option<PathBuf>,
    /// See [`EngineFacts::clock_offset`].
    pub(super) clock_offset: Observed<SignedDuration>,
}

/// What the engine says of its host. Of that nothing is tried from here unless the engine says that it can be reached.
pub(super) async fn host_facts(engine: &Engine, deadline: Deadline) -> HostFacts {
    let unknown =
        |reason: String| Observed::Unknown(Gap::new(Probe::Clock, Subject::Engine, reason));
    let host = match engine.host(deadline).await {
        Ok(host) => host,
        Err(error) => {
            return HostFacts {
                addresses: AddressReach::Away,
                disks: DiskReach::Away,
                data_root: None,
                clock_offset: unknown(on_one_line(&error.fault)),
            };
        }
    };
    let (addresses, disks) = reach(engine, &host);
    HostFacts {
        addresses,
        data_root: host.data_root,
        disks,
        clock_offset: match host.clock_offset {
            Some(offset) => Observed::Known(offset),
            None => unknown("the engine does not tell the time".to_owned()),
        },
    }
}

/// What of the engine's host can be reached from here.
fn reach(engine: &Engine, host: &EngineHost) -> (AddressReach, DiskReach) {
    if !engine.endpoint().is_on_this_machine() {
        return (AddressReach::Away, DiskReach::Away);
    }
    // A socket may be forwarded from another machine, or mounted into a container; those have other names.
    let own_name = std::fs::read_to_string("/proc/sys/kernel/hostname");
    let is_this_host = own_name.is_ok_and(|name| name.trim() == host.name);
    let disks = if is_this_host {
        DiskReach::Here
    } else {
        DiskReach::Away
    };
    let addresses = match (host.has_reachable_networks, is_this_host) {
        (false, _) => AddressReach::Away,
        (true, true) => AddressReach::Here,
        (true, false) => AddressReach::Perhaps,
    };
    (addresses, disks)
}
