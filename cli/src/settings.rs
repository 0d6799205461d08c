//! From the command line to a request for a look.

mod file;
mod policy;
mod trust;

use std::time::Duration;

pub(crate) use self::trust::read_with_trust;
pub use self::{
    file::{SettingsError, SettingsFile},
    policy::{policy, policy_of_server},
};

use crate::{
    cli::{DeeperArguments, Global, ProbeChoice},
    context::{EngineChoice, Environment},
    error::CommandError,
    gather::{
        CanaryReach, CanaryWish, DeeperLooks, Depth, GatherRequest, ProbeBy, ProbeReach, ProbeWish,
        TempoAccess,
    },
    target::StackChoice,
};

/// How far back logs are read where a command does not ask.
pub const DEFAULT_SINCE: Duration = Duration::from_hours(1);

/// The request of a command that looks at `services`.
pub fn request(
    global: &Global,
    services: &[String],
    depth: Depth,
    since: Duration,
) -> Result<GatherRequest, CommandError> {
    Ok(GatherRequest {
        engine: EngineChoice {
            host: global.host.clone(),
            context: global.context.clone(),
        },
        stack: StackChoice {
            project: global.project.clone(),
            services: services.to_vec(),
        },
        tempo: TempoAccess {
            url: global.tempo_url.clone(),
            headers: global.tempo_header.clone(),
            tenant: global.tenant.clone(),
        },
        depth,
        deeper: DeeperLooks::default(),
        since,
        timeout: *global.timeout,
        environment: Environment::of_this_process().map_err(CommandError::Runtime)?,
    })
}

/// What `--probe` asks for.
pub fn probe_wish(choice: Option<ProbeChoice>) -> ProbeWish {
    match choice {
        None => ProbeWish::AsLabelled,
        Some(ProbeChoice::Never) => ProbeWish::Never,
        Some(ProbeChoice::Auto) => ProbeWish::By(ProbeBy::Auto),
        Some(ProbeChoice::Direct) => ProbeWish::By(ProbeBy::Direct),
        Some(ProbeChoice::Helper) => ProbeWish::By(ProbeBy::Helper),
    }
}

/// What the command line allows beyond looking.
pub fn deeper(args: &DeeperArguments) -> DeeperLooks {
    let canary = match (args.canary, args.canary_external) {
        (false, _) => None,
        (true, false) => Some(CanaryWish::brief(CanaryReach::Inside)),
        (true, true) => Some(CanaryWish::brief(CanaryReach::Anywhere)),
    };
    DeeperLooks {
        probe: probe_wish(args.probe),
        helper_binary: args.helper_binary.clone(),
        reach: if args.canary_external {
            ProbeReach::Anywhere
        } else {
            ProbeReach::Engine
        },
        canary,
    }
}
