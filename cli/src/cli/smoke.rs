//! The flags of `ptctl smoke`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use humantime::Duration;
use url::Url;

use super::{Annotations, TempoWay, UpArguments, format::FormatParser};

/// `ptctl smoke`.
#[derive(Debug, Clone, Args)]
pub struct SmokeArguments {
    /// File of checks; `docs/ci.md` shows one [default: smoke.yml, without --url]
    #[arg(value_name = "FILE", conflicts_with = "url")]
    pub file: Option<PathBuf>,
    /// Send one request there instead
    #[arg(long, env = "PTCTL_URL", value_name = "URL")]
    pub url: Option<Url>,
    /// HTTP method [default: GET, or POST with a body]
    #[arg(long, env = "PTCTL_METHOD", value_name = "METHOD", requires = "url")]
    pub method: Option<String>,
    /// JSON body to send
    #[arg(long, env = "PTCTL_BODY", value_name = "JSON", requires = "url")]
    pub body: Option<String>,
    /// Service that must have a span in the trace; may be repeated
    #[arg(
        long,
        env = "PTCTL_EXPECT_SERVICE",
        value_name = "NAME",
        value_delimiter = ',',
        requires = "url"
    )]
    pub expect_service: Vec<String>,
    /// How long everything that is expected may take once a request is answered [default: as the file says, else 30s]
    #[arg(long, env = "PTCTL_WITHIN", value_name = "DURATION")]
    pub within: Option<Duration>,
    /// What is started first and removed at the end.
    #[command(flatten)]
    pub stack: UpArguments,
    /// How Tempo is reached.
    #[command(flatten)]
    pub way: TempoWay,
    /// How the result is written
    #[arg(
        long,
        short = 'o',
        env = "PTCTL_OUTPUT",
        value_name = "FORMAT",
        default_value = "table",
        value_parser = FormatParser::or(SmokeFormat::Table)
    )]
    pub output: SmokeFormat,
    /// Annotations for GitHub Actions
    #[arg(
        long,
        env = "PTCTL_ANNOTATIONS",
        value_name = "WHEN",
        default_value = "auto"
    )]
    pub annotations: Annotations,
}

/// How the result of smoke checks is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SmokeFormat {
    /// For people
    Table,
    /// For programs; see docs/output.md
    Json,
    /// `JUnit` XML, for CI
    Junit,
    /// Annotations of GitHub Actions
    Github,
}
