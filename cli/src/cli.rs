//! The command line: every flag, its variable and its help, in one place.

mod backend;
mod canary;
mod catalogue;
mod deeper;
mod format;
mod interval;
mod latency;
mod logs;
mod map;
mod moment;
mod probe;
mod report;
mod restart;
mod serve;
mod smoke;
mod storage;
mod trace;
mod up;

use std::{ffi::OsString, path::PathBuf};

use clap::{
    Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum,
    error::ErrorKind, parser::ValueSource,
};
use clap_complete::Shell;
use humantime::Duration;
use url::Url;

use self::format::FormatParser;
use crate::clients::compose::ComposeBinary;

pub use self::{
    backend::BackendArguments,
    canary::{CanaryArguments, ShapeChoice},
    catalogue::{ChecksArguments, Explain},
    deeper::{DeeperArguments, ProbeChoice},
    format::{Format, GraphFormat},
    interval::Interval,
    latency::{LatencyArguments, Sort},
    logs::{Classify, LineLevel, LogInput, LogsAction, LogsArguments, ShowLogs},
    map::MapArguments,
    moment::Moment,
    probe::{ProbeArguments, SpokenProtocol},
    report::{Annotations, Detail, FailOn, ReportArguments, ReportFormat},
    restart::{ApplyArguments, FixArguments, RestartArguments},
    serve::ServeArguments,
    smoke::{SmokeArguments, SmokeFormat},
    storage::StorageArguments,
    trace::{SearchArguments, ShowTrace, StatusChoice, TempoWay, TraceAction, TraceArguments},
    up::{UpArguments, UpServices},
};

/// Finds out why traces are missing in a Docker stack that sends OTLP to Tempo.
#[derive(Debug, Parser)]
#[command(
    name = "ptctl",
    version,
    propagate_version = true,
    max_term_width = 100
)]
pub struct Cli {
    /// What every command knows.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// Reads the words of a command line, and the variables.
    ///
    /// What confirms a plan of mending belongs to `--fix`. Its variables are meant for `ptctl restart` as well, so that
    /// they are no mistake without it.
    pub fn read<W: Into<OsString> + Clone>(
        words: impl IntoIterator<Item = W>,
    ) -> Result<Self, clap::Error> {
        let mut program = Self::command();
        let matches = program.try_get_matches_from_mut(words)?;
        if let Some(("doctor", doctor)) = matches.subcommand()
            && !doctor.get_flag("fix")
        {
            let is_given = |id: &&str| doctor.value_source(id) == Some(ValueSource::CommandLine);
            if let Some(id) = ["yes", "dry_run"].into_iter().find(is_given) {
                let flag = id.replace('_', "-");
                let message = format!("`--{flag}` is about what `--fix` does, which is not given");
                return Err(program.error(ErrorKind::MissingRequiredArgument, message));
            }
        }
        Self::from_arg_matches(&matches).map_err(|error| error.format(&mut program))
    }
}

/// Flags of every command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// Docker engine to ask, such as `unix:///var/run/docker.sock` or `ssh://user@host`
    #[arg(
        long,
        short = 'H',
        global = true,
        env = "PTCTL_HOST",
        value_name = "URL"
    )]
    pub host: Option<String>,
    /// Docker context to use
    #[arg(
        long,
        global = true,
        env = "PTCTL_CONTEXT",
        value_name = "NAME",
        conflicts_with = "host"
    )]
    pub context: Option<String>,
    /// Compose project to look at [default: this folder's, or the only traced one]
    #[arg(
        long,
        short = 'p',
        global = true,
        env = "PTCTL_PROJECT",
        value_name = "NAME"
    )]
    pub project: Option<String>,
    /// HTTP API of a Tempo outside the stack, such as `https://tempo.example.com`
    #[arg(long, global = true, env = "PTCTL_TEMPO_URL", value_name = "URL")]
    pub tempo_url: Option<Url>,
    /// Header for every question to Tempo, such as `Authorization: Bearer …`; may be repeated
    #[arg(long, global = true, env = "PTCTL_TEMPO_HEADER", value_name = "NAME: VALUE", hide_env_values = true, value_parser = header)]
    pub tempo_header: Vec<(String, String)>,
    /// Tenant for every question to Tempo (`X-Scope-OrgID`)
    #[arg(long, global = true, env = "PTCTL_TENANT", value_name = "ID")]
    pub tenant: Option<String>,
    /// How long the whole look may take
    #[arg(
        long,
        global = true,
        env = "PTCTL_TIMEOUT",
        value_name = "DURATION",
        default_value = "15s"
    )]
    pub timeout: Duration,
    /// When to colour the output [default: auto]
    #[arg(long, global = true, env = "PTCTL_COLOR", value_name = "WHEN")]
    pub color: Option<ColorChoice>,
    /// Use plain ASCII signs
    #[arg(long, global = true, env = "PTCTL_ASCII")]
    pub ascii: bool,
}

/// When output is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`; anywhere with `CLICOLOR_FORCE`
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Find out why traces are missing: the one cause, its proof and its remedy (read-only)
    Doctor(Doctor),
    /// Find what is wrong with tracing in the files of a stack; nothing has to run (read-only)
    Lint(Lint),
    /// Show each service and Tempo in one line
    Status(Selection),
    /// Show the tracing variables that each service really has, secrets redacted
    Env(Selection),
    /// Show how much Tempo stores, for how long, and how much room is left
    Storage(StorageArguments),
    /// Show the logs of a stack by time, or say of any lines whether they tell of a failed export (read-only)
    Logs(LogsArguments),
    /// Find traces, and show one as a waterfall (read-only)
    Trace(TraceArguments),
    /// Show which services call which, how often, how fast and how much fails (read-only)
    Map(MapArguments),
    /// Show how fast services are and how much fails, by what they do: percentiles and rates (read-only)
    Latency(LatencyArguments),
    /// Restart traced services in the order of the spans' way and of their dependencies, awaiting each one's health
    Restart(RestartArguments),
    /// Send requests with known trace ids, or await runs, and hold their traces against what a file expects
    Smoke(SmokeArguments),
    /// Look again and again and serve what is found to Prometheus, as JSON and to health checks (read-only)
    Serve(ServeArguments),
    /// Receive, keep and find spans as Tempo does: a small backend for laptops and CI jobs
    Backend(BackendArguments),
    /// Write a span as each service would and look for it: a proof that the way in works
    Canary(CanaryArguments),
    /// Try the way from a service's own network to its endpoint: name, connection, what the port speaks, an empty export
    Probe(ProbeArguments),
    /// Show what changed between two saved looks
    Diff(DiffArguments),
    /// Write one archive with what was seen, secrets redacted, for whoever is to help
    Bundle(BundleArguments),
    /// Remove the helper's image and what helpers left behind
    Cleanup,
    /// What the helper container runs: one order on standard input, one report on standard output
    #[command(hide = true)]
    Helper,
    /// List every check
    Checks(ChecksArguments),
    /// Explain a check: why it matters, causes, remedy, how to verify
    Explain(Explain),
    /// Show the versions of ptctl, the engine and Tempo
    Version,
    /// Print the completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page
    Man,
}

impl Command {
    /// The flags of a command that reports findings.
    pub fn report_mut(&mut self) -> Option<&mut ReportArguments> {
        match self {
            Self::Doctor(doctor) => Some(&mut doctor.report),
            Self::Lint(lint) => Some(&mut lint.report),
            _ => None,
        }
    }
}

/// The output format alone.
#[derive(Debug, Clone, Args)]
pub struct OutputChoice {
    /// How the result is written
    #[arg(
        long,
        short = 'o',
        env = "PTCTL_OUTPUT",
        value_name = "FORMAT",
        default_value = "table",
        value_parser = FormatParser::or(Format::Table)
    )]
    pub output: Format,
}

/// Which services, and how the result is written.
#[derive(Debug, Clone, Args)]
pub struct Selection {
    /// Compose services or containers to look at [default: all traced ones]
    #[arg(value_name = "SERVICE")]
    pub services: Vec<String>,
    /// The output format.
    #[command(flatten)]
    pub output: OutputChoice,
}

/// `ptctl doctor`.
#[derive(Debug, Clone, Args)]
pub struct Doctor {
    /// Compose services or containers to look at [default: all traced ones]
    #[arg(value_name = "SERVICE")]
    pub services: Vec<String>,
    /// How findings are written and which of them count.
    #[command(flatten)]
    pub report: ReportArguments,
    /// What may be done beyond looking.
    #[command(flatten)]
    pub deeper: DeeperArguments,
    /// What may be mended.
    #[command(flatten)]
    pub fix: FixArguments,
    /// How far back logs and events are read [default: 1h]
    #[arg(long, env = "PTCTL_SINCE", value_name = "DURATION")]
    pub since: Option<Duration>,
    /// Wait this long for Tempo to be ready and for services to be healthy first
    #[arg(long, env = "PTCTL_WAIT", value_name = "DURATION")]
    pub wait: Option<Duration>,
    /// Look twice, this long apart, and show what became of the spans in between
    #[arg(long = "for", env = "PTCTL_FOR", value_name = "DURATION")]
    pub count_for: Option<Duration>,
    /// Look again and again and tell what is new, what persists and what is resolved, until Ctrl-C [default interval: 5s]
    #[arg(
        long,
        env = "PTCTL_WATCH",
        value_name = "INTERVAL",
        num_args = 0..=1,
        default_missing_value = "5s",
        conflicts_with_all = ["fix", "save", "from", "wait", "count_for", "canary"]
    )]
    pub watch: Option<Interval>,
    /// Save what was seen, secrets redacted, for `--from`
    #[arg(long, env = "PTCTL_SAVE", value_name = "FILE")]
    pub save: Option<PathBuf>,
    /// Diagnose a saved look instead of the engine
    #[arg(long, env = "PTCTL_FROM", value_name = "FILE", conflicts_with_all = ["save", "wait", "count_for"])]
    pub from: Option<PathBuf>,
}

/// `ptctl lint`.
#[derive(Debug, Clone, Args)]
pub struct Lint {
    /// Compose file; later ones override earlier ones [default: as Compose finds them from this folder]
    #[arg(long, short = 'f', env = "PTCTL_FILE", value_name = "FILE")]
    pub file: Vec<PathBuf>,
    /// Judge the services without a profile and those of this one; may be repeated [default: those of
    /// `COMPOSE_PROFILES`, else all]
    #[arg(
        long,
        env = "PTCTL_PROFILE",
        value_name = "NAME",
        value_delimiter = ','
    )]
    pub profile: Vec<String>,
    /// Compose whose `config` resolves the files: `auto` for the installed one, `never`, or its path
    #[arg(
        long,
        env = "PTCTL_COMPOSE_BINARY",
        value_name = "WHICH",
        default_value = "auto"
    )]
    pub compose_binary: ComposeBinary,
    /// How it is reported, and what counts.
    #[command(flatten)]
    pub report: ReportArguments,
}

/// `ptctl diff`.
#[derive(Debug, Clone, Args)]
pub struct DiffArguments {
    /// The earlier look: a file of `ptctl doctor --save` or `ptctl bundle`
    #[arg(value_name = "BEFORE")]
    pub before: PathBuf,
    /// The later look
    #[arg(value_name = "AFTER")]
    pub after: PathBuf,
    /// The output format.
    #[command(flatten)]
    pub output: OutputChoice,
}

/// `ptctl bundle`.
#[derive(Debug, Clone, Args)]
pub struct BundleArguments {
    /// Where to write the archive [default: ptctl-PROJECT-TIME.tar.gz in this folder]
    #[arg(long, short = 'f', env = "PTCTL_BUNDLE_FILE", value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// How far back logs and events are read
    #[arg(
        long,
        env = "PTCTL_SINCE",
        value_name = "DURATION",
        default_value = "1h"
    )]
    pub since: Duration,
    /// Pack a saved look instead of looking
    #[arg(long, env = "PTCTL_FROM", value_name = "FILE")]
    pub from: Option<PathBuf>,
}

fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text
        .split_once(':')
        .ok_or("expected `NAME: VALUE`, such as `Authorization: Bearer …`")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}
