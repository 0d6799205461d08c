//! A stack from its files alone: the snapshot of what Compose would make of them, and nothing of what runs.

mod container;
mod programs;
mod project;

use std::{path::PathBuf, time::Duration};

use jiff::Timestamp;
use ptctl_diagnosis::{
    collector::ConfigSource,
    export::is_tracing_variable,
    observed::{Gap, Observed, Probe},
    snapshot::{
        ComposeProject, ComposeService, Container, EngineFacts, EngineSource, Origin, ProjectFiles,
        SNAPSHOT_VERSION, Snapshot, StackFacts,
    },
    subject::Subject,
};
use thiserror::Error;

pub(crate) use self::container::of as declared;

use crate::{
    clients::compose::ComposeBinary,
    compose::{ComposeError, ComposeSources, SourcesError},
    context::Environment,
    probe::file,
};

/// Why a fact is missing that only something running could tell.
const NOTHING_RUNS: &str = "these are files; nothing runs";

/// Why files cannot be looked at.
#[derive(Debug, Error)]
pub enum LintError {
    /// There are none.
    #[error(transparent)]
    Sources(#[from] SourcesError),
    /// They cannot be read.
    #[error(transparent)]
    Compose(#[from] ComposeError),
    /// All services come from other files, by means that Compose alone follows.
    #[error("the services of `{}` are described elsewhere ({})", path.display(), reasons.join("; "))]
    DescribedElsewhere {
        /// The first of the files.
        path: PathBuf,
        /// What was not followed, and why.
        reasons: Vec<String>,
    },
}

/// Which services Compose would start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Profiles {
    /// All of them, whatever profile they belong to.
    All,
    /// Those without a profile and those of these.
    These(Vec<String>),
}

impl Profiles {
    /// Whether a service is started.
    pub(crate) fn include(&self, service: &ComposeService) -> bool {
        match self {
            Self::All => true,
            Self::These(named) => {
                let is_named = |profile| named.iter().any(|name| name == "*" || name == profile);
                service.profiles.is_empty() || service.profiles.iter().any(is_named)
            }
        }
    }
}

/// Which files to look at, and how.
#[derive(Debug)]
pub struct LintRequest<'r> {
    /// The files.
    pub sources: ComposeSources,
    /// The services of them.
    pub profiles: Profiles,
    /// Which Compose is to resolve them.
    pub binary: &'r ComposeBinary,
    /// The project's name, where `--project` gives one.
    pub project: Option<&'r str>,
    /// How long Compose may take.
    pub timeout: Duration,
    /// The shell's variables and folder.
    pub environment: Environment,
}

/// Reads the files of a project and what they mount.
pub async fn look(request: &LintRequest<'_>) -> Result<Snapshot, LintError> {
    let taken_at = Timestamp::now();
    let profiles = &request.profiles;
    let (project, unresolved) = project::project(request).await?;
    let gaps: Vec<Gap> = unresolved
        .into_iter()
        .chain(gaps(&project, profiles))
        .collect();
    if project.services.is_empty() {
        return Err(without_services(&request.sources, &gaps));
    }
    let containers: Vec<Container> = project
        .services
        .iter()
        .filter(|service| profiles.include(service))
        .map(|service| container::of(service, &project, taken_at))
        .collect();
    let mut snapshot = Snapshot {
        schema_version: SNAPSHOT_VERSION,
        taken_at,
        ptctl_version: env!("CARGO_PKG_VERSION").to_owned(),
        since: taken_at,
        origin: Origin::Files,
        engine: no_engine(),
        stack: StackFacts {
            project: Some(project.name.clone()),
            chosen_by: "its files".to_owned(),
            other_projects: Vec::new(),
            working_dir: Some(project.folder.clone()),
            config_files: project.config_files.clone(),
            only_services: Vec::new(),
        },
        network_paths: Vec::new(),
        canaries: Vec::new(),
        files: ProjectFiles::default(),
        tempos: programs::tempos(&containers).await,
        collectors: programs::collectors(&containers).await,
        grafanas: programs::grafanas(&containers).await,
        lokis: programs::lokis(&containers),
        prometheuses: programs::prometheuses(&containers).await,
        containers,
        elsewhere: Vec::new(),
        networks: nothing_runs(Probe::Networks, &Subject::Engine),
        events: nothing_runs(Probe::Events, &Subject::Engine),
        images: nothing_runs(Probe::Images, &Subject::Engine),
        gaps,
        compose: Observed::Known(project),
        counted_before: None,
        deeds: Vec::new(),
        timed_out: false,
    };
    snapshot.gaps.extend(unreadable(&snapshot));
    Ok(snapshot)
}

fn without_services(sources: &ComposeSources, gaps: &[Gap]) -> LintError {
    let path = sources.config_files.first().cloned().unwrap_or_default();
    if gaps.is_empty() {
        ComposeError::NoServices { path }.into()
    } else {
        let reasons = gaps.iter().map(|gap| gap.reason.clone()).collect();
        LintError::DescribedElsewhere { path, reasons }
    }
}

/// A fact that only something running could tell.
fn nothing_runs<T>(probe: Probe, subject: &Subject) -> Observed<T> {
    Observed::Unknown(Gap::new(probe, subject.clone(), NOTHING_RUNS))
}

fn no_engine() -> EngineFacts {
    EngineFacts {
        address: "none".to_owned(),
        source: EngineSource::NotAsked,
        version: "no engine".to_owned(),
        api_version: String::new(),
        platform: String::new(),
        clock_offset: nothing_runs(Probe::Clock, &Subject::Engine),
    }
}

/// What this reading does not follow, and the tracing variables that it leaves to a shell.
fn gaps(project: &ComposeProject, profiles: &Profiles) -> Vec<Gap> {
    let gap = |subject, reason| Gap::new(Probe::ComposeFiles, subject, reason);
    let beyond = project.beyond.iter().map(|beyond| {
        let subject = match &beyond.service {
            Some(service) => Subject::Service(service.clone()),
            None => Subject::Stack,
        };
        let reason = format!(
            "{} at {} is not followed without Compose",
            beyond.construct, beyond.location
        );
        gap(subject, reason)
    });
    let services = project
        .services
        .iter()
        .filter(|service| profiles.include(service));
    let left_open = services.flat_map(|service| {
        service
            .environment
            .iter()
            .filter(|variable| variable.text.value.is_none() && is_tracing_variable(&variable.name))
            .map(|variable| {
                let from = match variable.text.open.as_slice() {
                    [first, ..] if *first != variable.name => format!("takes `{first}` from"),
                    _ => "is left to".to_owned(),
                };
                let reason = format!(
                    "`{}` at {} {from} the shell that starts it",
                    variable.name, variable.text.location
                );
                gap(Subject::Service(service.name.clone()), reason)
            })
    });
    beyond.chain(left_open).collect()
}

/// The configuration files that a Compose file mounts from this machine and that cannot be read.
fn unreadable(snapshot: &Snapshot) -> Vec<Gap> {
    let tempos = snapshot.tempos.iter().filter_map(|tempo| {
        let container = snapshot.container(tempo.container.as_ref()?)?;
        let path = file::flag(&container.command, "config.file")?;
        file::is_mounted(container, path).then_some(tempo.config.gap()?)
    });
    let collectors = snapshot.collectors.iter().filter_map(|collector| {
        let container = snapshot.container(&collector.container)?;
        let is_here =
            collector
                .flavour
                .sources(&container.command)
                .iter()
                .any(|source| match source {
                    ConfigSource::File(path) => file::is_mounted(container, path),
                    ConfigSource::Elsewhere(_) => false,
                });
        is_here.then_some(collector.config.gap()?)
    });
    tempos
        .chain(collectors)
        .map(|gap| Gap {
            probe: Probe::MountedFiles,
            ..gap.clone()
        })
        .collect()
}
