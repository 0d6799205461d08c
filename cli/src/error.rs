//! What can keep a command from giving an answer, with a hint where one helps.

mod hint;

use std::{io, net::SocketAddr, path::PathBuf, time::Duration};

use ptctl_diagnosis::{code::Code, glob::Glob, trace::TraceId};
use thiserror::Error;

use crate::{
    clients::{deadline::spoken, docker::EngineError, http::HttpFault},
    exit::Exit,
    gather::GatherError,
    inside::ServeError,
    lint::LintError,
    restart::PlanError,
    settings::SettingsError,
    up::UpError,
};

/// Why a command gave no answer.
#[derive(Debug, Error)]
pub enum CommandError {
    /// There is nothing to look at.
    #[error("could not look at the stack")]
    Gather(#[source] GatherError),
    /// The time that was allowed passed before there was anything to look at.
    #[error("nothing was seen within {} (`--timeout`)", spoken(*allowed))]
    Late {
        /// The time that was allowed.
        allowed: Duration,
        /// What was not done by then.
        #[source]
        source: GatherError,
    },
    /// The files of a stack cannot be looked at.
    #[error("could not look at the files of the stack")]
    Lint(#[source] LintError),
    /// The runtime did not start.
    #[error("could not start")]
    Runtime(#[source] io::Error),
    /// The answer could not be written.
    #[error("could not write the answer")]
    Stdout(#[source] io::Error),
    /// The answer could not be put into JSON.
    #[error("could not write the answer as JSON")]
    Json(#[source] serde_json::Error),
    /// A saved look could not be written.
    #[error("could not save to `{}`", path.display())]
    Save {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        #[source]
        source: io::Error,
    },
    /// A saved look could not be read.
    #[error("could not read `{}`", path.display())]
    Load {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        #[source]
        source: io::Error,
    },
    /// A file is not a saved look.
    #[error("`{}` is not a look saved by `ptctl doctor --save`", path.display())]
    NotASnapshot {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// A saved look of another shape.
    #[error("`{}` was saved in shape {found}; this ptctl reads shape {expected}", path.display())]
    SnapshotVersion {
        /// The file.
        path: PathBuf,
        /// Its shape.
        found: u32,
        /// The shape that this build reads.
        expected: u32,
    },
    /// Services asked for that the stack does not have.
    #[error("no traced service is called `{}`", names.join("`, `"))]
    NoSuchService {
        /// The names asked for.
        names: Vec<String>,
        /// The names that there are.
        known: Vec<String>,
    },
    /// What to restart cannot be put in order.
    #[error("could not plan the restart")]
    Plan(#[source] PlanError),
    /// A report that no plan can stand beside.
    #[error("`--fix` writes a table or JSON, and `{0}` is neither")]
    FixFormat(&'static str),
    /// A report that cannot be written again and again.
    #[error("`--watch` writes a table, short lines or JSON lines, and `{0}` is none of them")]
    WatchFormat(&'static str),
    /// A watch that nobody would hear.
    #[error("`--watch` shows what changes, and `-qq` shows nothing")]
    SilentWatch,
    /// A server could not listen.
    #[error("could not listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// A server could not go on.
    #[error("could not serve")]
    Serve(#[source] io::Error),
    /// Nobody could be asked.
    #[error("nobody can be asked whether to go on: this is no terminal")]
    NobodyToAsk,
    /// A file is not a report.
    #[error("`{}` is not a report of `ptctl doctor -o json`", path.display())]
    NotABaseline {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// A report of another shape.
    #[error("`{}` was written in shape {found}; this ptctl reads shape {expected}", path.display())]
    ReportVersion {
        /// The file.
        path: PathBuf,
        /// Its shape.
        found: u32,
        /// The shape that this build reads.
        expected: u32,
    },
    /// The helper could not do what it was ordered.
    #[error("the helper gave up")]
    Helper(#[source] ServeError),
    /// What helpers left behind could not be removed.
    #[error("could not clean up")]
    Cleanup(#[source] EngineError),
    /// The project's settings cannot be read.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// A pattern for checks that can only be a slip.
    #[error("`{0}` names no check by code, area or name")]
    NamesNoCheck(Glob),
    /// No check has this code.
    #[error("no check has the code {0}")]
    NoSuchCheck(Code),
    /// A smoke request could not be prepared.
    #[error("could not prepare the request: {0}")]
    Request(String),
    /// There is no time between the two ends that were given.
    #[error("`--since` has to lie before `--until`")]
    EmptyRange,
    /// Tempo does not take a query.
    #[error("Tempo `{tempo}` does not take the query `{query}`")]
    Query {
        /// The backend.
        tempo: String,
        /// The query.
        query: String,
        /// Its own words.
        #[source]
        source: HttpFault,
    },
    /// Tempo gave no answer that can be used.
    #[error("could not ask Tempo `{tempo}` at {at}")]
    Asking {
        /// The backend.
        tempo: String,
        /// How it is reached.
        at: String,
        /// What came instead.
        #[source]
        source: HttpFault,
    },
    /// Nobody has a span of a trace.
    #[error("no span of the trace {id} is stored in Tempo `{}`", asked.join("`, `"))]
    NoSuchTrace {
        /// The trace.
        id: TraceId,
        /// The backends that were asked.
        asked: Vec<String>,
    },
    /// What is stored of a trace cannot be read.
    #[error("the trace {id} in Tempo `{}` cannot be read: {why}", asked.join("`, `"))]
    UnreadableTrace {
        /// The trace.
        id: TraceId,
        /// The backends that have it.
        asked: Vec<String>,
        /// Why.
        why: String,
    },
    /// The file of smoke checks that lay here is somebody else's.
    #[error("the checks in `{}` were not done: {reason}", path.display())]
    StrangeChecks {
        /// The file.
        path: PathBuf,
        /// Why it does not speak for this user.
        reason: String,
    },
    /// The backend could not be started.
    #[error("could not start the backend")]
    Backend(#[source] minitempo::StartError),
    /// The folder for the spans of one run.
    #[error("could not make or remove the folder for the backend's spans")]
    BackendFolder(#[source] io::Error),
    /// There is no file of smoke checks.
    #[error("could not read the checks in `{}`", path.display())]
    NoChecks {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        #[source]
        source: io::Error,
    },
    /// A file of smoke checks means nothing; each problem has been told.
    #[error("nothing was checked: `{}` has {problems} {}", path.display(), if *problems == 1 { "problem" } else { "problems" })]
    Checks {
        /// The file.
        path: PathBuf,
        /// How many.
        problems: usize,
    },
    /// The stack for the checks was not started, or not removed.
    #[error("could not {what}")]
    Up {
        /// What was attempted: `start the stack …`.
        what: String,
        /// What went wrong.
        #[source]
        source: Box<UpError>,
    },
    /// No Tempo can be asked.
    #[error("no Tempo can be asked for traces: {0}")]
    NoTempo(String),
}

impl CommandError {
    /// The exit code that it stands for.
    pub fn exit(&self) -> Exit {
        match self {
            Self::NoSuchCheck(_)
            | Self::NamesNoCheck(_)
            | Self::Settings(_)
            | Self::NobodyToAsk
            | Self::FixFormat(_)
            | Self::WatchFormat(_)
            | Self::SilentWatch
            | Self::NoSuchService { .. }
            | Self::Plan(_)
            | Self::EmptyRange
            | Self::Query { .. }
            | Self::NoChecks { .. }
            | Self::StrangeChecks { .. }
            | Self::Checks { .. }
            | Self::Request(_) => Exit::Usage,
            Self::Up { source, .. } => source.exit(),
            Self::NoSuchTrace { .. } => Exit::Findings,
            Self::Cleanup(_) | Self::Late { .. } => Exit::Deadline,
            Self::Gather(_)
            | Self::Listen { .. }
            | Self::Serve(_)
            | Self::Backend(_)
            | Self::BackendFolder(_)
            | Self::Lint(_)
            | Self::Helper(_)
            | Self::Runtime(_)
            | Self::Stdout(_)
            | Self::Json(_)
            | Self::Save { .. }
            | Self::Load { .. }
            | Self::NotASnapshot { .. }
            | Self::SnapshotVersion { .. }
            | Self::NotABaseline { .. }
            | Self::ReportVersion { .. }
            | Self::Asking { .. }
            | Self::UnreadableTrace { .. }
            | Self::NoTempo(_) => Exit::Blind,
        }
    }

    /// What to do about it, where that can be said.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Gather(error) => hint::gather_hint(error),
            Self::Late { .. } => Some("allow more time with `--timeout`".to_owned()),
            Self::NoSuchService { known, .. } if known.is_empty() => {
                Some("no service of this stack is traced".to_owned())
            }
            Self::NoSuchService { known, .. } => {
                Some(format!("the traced services are `{}`", known.join("`, `")))
            }
            Self::NoSuchCheck(_) | Self::NamesNoCheck(_) => {
                Some("list them with `ptctl checks`".to_owned())
            }
            Self::ReportVersion { .. } => {
                Some("make it again with `ptctl doctor -o json`".to_owned())
            }
            Self::Plan(PlanError::Elsewhere { project }) => Some(format!(
                "name it with `--project {project}`, or name the services"
            )),
            Self::NobodyToAsk => Some("add `--yes` to go on without asking".to_owned()),
            Self::SnapshotVersion { .. } => {
                Some("use the ptctl that saved it, or save it again".to_owned())
            }
            Self::Lint(LintError::Sources(_)) => {
                Some("name a Compose file with `--file FILE`".to_owned())
            }
            Self::Lint(LintError::DescribedElsewhere { .. }) => {
                Some("install Docker Compose, or name it with `--compose-binary PATH`".to_owned())
            }
            Self::Query { source, .. } => Some(hint::query_hint(source)),
            Self::Asking { source, .. } => hint::asking_hint(source),
            Self::NoSuchTrace { .. } => Some(
                "a trace can be read a second after its spans arrived; look for it with `ptctl trace search`, and for \
                 what keeps spans from arriving with `ptctl doctor`"
                    .to_owned(),
            ),
            Self::NoChecks { .. } => Some(
                "name a file of checks, or send one request with `ptctl smoke --url URL`"
                    .to_owned(),
            ),
            Self::StrangeChecks { path, .. } => Some(format!(
                "read it, since it may send variables of yours anywhere; then name it: `ptctl smoke {}`",
                path.display()
            )),
            Self::Backend(minitempo::StartError::Listen { .. }) => Some(
                "choose other ports with `--http-port`, `--otlp-grpc-port` and `--otlp-http-port`; 0 takes a free one"
                    .to_owned(),
            ),
            Self::Listen { source, .. } => hint::listen_hint(source),
            Self::Up { source, .. } => source.hint(),
            Self::NoTempo(_) => Some("name one with `--tempo-url URL`".to_owned()),
            Self::Lint(LintError::Compose(_))
            | Self::Backend(minitempo::StartError::Store(_))
            | Self::BackendFolder(_)
            | Self::Runtime(_)
            | Self::Stdout(_)
            | Self::Json(_)
            | Self::Save { .. }
            | Self::Load { .. }
            | Self::NotASnapshot { .. }
            | Self::NotABaseline { .. }
            | Self::Settings(_)
            | Self::FixFormat(_)
            | Self::WatchFormat(_)
            | Self::SilentWatch
            | Self::Serve(_)
            | Self::Plan(_)
            | Self::Helper(_)
            | Self::Cleanup(_)
            | Self::Checks { .. }
            | Self::EmptyRange
            | Self::UnreadableTrace { .. }
            | Self::Request(_) => None,
        }
    }
}
