//! The flags of every command that reports findings: how it is written, what counts, what makes it fail.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};
use ptctl_diagnosis::{
    glob::Glob,
    policy::{Rule, Suppression, Threshold},
};

/// How findings are written and which of them count.
#[derive(Debug, Clone, Args)]
pub struct ReportArguments {
    /// How the result is written [default: table]
    #[arg(long, short = 'o', env = "PTCTL_OUTPUT", value_name = "FORMAT")]
    pub output: Option<ReportFormat>,
    /// The least that makes the exit code 1 [default: warning]
    #[arg(long, env = "PTCTL_FAIL_ON", value_name = "LEVEL")]
    pub fail_on: Option<FailOn>,
    /// Exit with 0 in spite of findings; being unable to look still ends with 3 or 4
    #[arg(long, env = "PTCTL_EXIT_ZERO")]
    pub exit_zero: bool,
    /// Only the checks that a pattern names by code, area or name, such as `PT03*,tempo`
    #[arg(
        long,
        env = "PTCTL_ONLY",
        value_name = "GLOB",
        value_delimiter = ',',
        value_parser = glob
    )]
    pub only: Vec<Glob>,
    /// No check that a pattern names by code, area or name
    #[arg(
        long,
        env = "PTCTL_SKIP",
        value_name = "GLOB",
        value_delimiter = ',',
        value_parser = glob
    )]
    pub skip: Vec<Glob>,
    /// Do not count findings with this code, about these subjects; they are still listed with `-v`
    #[arg(
        long,
        env = "PTCTL_SUPPRESS",
        value_name = "CODE[=SUBJECT]",
        value_delimiter = ',',
        value_parser = rule
    )]
    pub suppress: Vec<Rule>,
    /// Count only what an earlier `-o json` report or saved look does not have
    #[arg(long, env = "PTCTL_BASELINE", value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Annotations and step summary for GitHub Actions
    #[arg(
        long,
        env = "PTCTL_ANNOTATIONS",
        value_name = "WHEN",
        default_value = "auto"
    )]
    pub annotations: Annotations,
    /// Show problems only; twice: show nothing, the exit code is the answer
    #[arg(long, short = 'q', env = "PTCTL_QUIET", action = ArgAction::Count, conflicts_with = "verbose")]
    pub quiet: u8,
    /// Also show symptoms, gaps, other checks and suppressed findings in full; twice: all evidence
    #[arg(long, short = 'v', env = "PTCTL_VERBOSE", action = ArgAction::Count)]
    pub verbose: u8,
    /// What `.ptctl.toml` suppresses, which no flag replaces.
    #[arg(skip)]
    pub suppressed_by_file: Vec<Suppression>,
    /// The `.ptctl.toml` that was read.
    #[arg(skip)]
    pub settings: Option<PathBuf>,
}

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people
    Table,
    /// One line for each cause, and a verdict
    Short,
    /// For programs; see docs/output.md
    Json,
    /// `JUnit` XML, for CI
    Junit,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// For issues and job summaries
    Markdown,
}

/// The least that makes the exit code 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Traces do not arrive
    Error,
    /// Traces are lost in part, or will be
    Warning,
    /// Any finding
    Info,
    /// Any finding, and anything that could not be looked at
    Gap,
}

impl From<FailOn> for Threshold {
    fn from(level: FailOn) -> Self {
        match level {
            FailOn::Error => Self::Error,
            FailOn::Warning => Self::Warning,
            FailOn::Info => Self::Info,
            FailOn::Gap => Self::Gap,
        }
    }
}

/// When annotations are written beside the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Annotations {
    /// When `GITHUB_ACTIONS` is `true`: annotations to stderr, a table to the step summary
    Auto,
    /// Never
    Off,
}

/// How much of a report is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Nothing: the exit code is the answer.
    Nothing,
    /// Problems, and not a word where there are none.
    Problems,
    /// What a person wants first.
    Normal,
    /// Also what follows, what was not seen, what passed, and what does not count.
    Full,
    /// Everything, with all evidence.
    Everything,
}

impl ReportArguments {
    /// The detail that `-q` and `-v` ask for.
    pub fn detail(&self) -> Detail {
        match (self.quiet, self.verbose) {
            (0, 0) => Detail::Normal,
            (0, 1) => Detail::Full,
            (0, _) => Detail::Everything,
            (1, _) => Detail::Problems,
            _ => Detail::Nothing,
        }
    }

    /// The format asked for, else the table.
    pub fn format(&self) -> ReportFormat {
        self.output.unwrap_or(ReportFormat::Table)
    }
}

pub(super) fn glob(text: &str) -> Result<Glob, String> {
    text.parse()
        .map_err(|error: ptctl_diagnosis::glob::EmptyGlob| error.to_string())
}

pub(super) fn rule(text: &str) -> Result<Rule, String> {
    text.parse()
        .map_err(|error: ptctl_diagnosis::policy::NotARule| error.to_string())
}
