//! `ptctl logs`.

use std::{convert::Infallible, path::PathBuf, str::FromStr};

use clap::{Args, Subcommand};

use super::Format;

/// `ptctl logs`.
#[derive(Debug, Clone, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct LogsArguments {
    /// What to do with lines from elsewhere.
    #[command(subcommand)]
    pub action: LogsAction,
}

/// What is done with lines that no engine has.
#[derive(Debug, Clone, Subcommand)]
pub enum LogsAction {
    /// Say of each line of any log whether it tells of a failed export, and why (one JSON object a line)
    Classify(Classify),
}

/// `ptctl logs classify`.
#[derive(Debug, Clone, Args)]
pub struct Classify {
    /// Log to read; `-` is standard input
    #[arg(value_name = "FILE", default_value = "-")]
    pub file: LogInput,
    /// How the result is written
    #[arg(
        long,
        short = 'o',
        env = "PTCTL_OUTPUT",
        value_name = "FORMAT",
        default_value = "json"
    )]
    pub output: Format,
}

/// Where lines are read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogInput {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
}

impl FromStr for LogInput {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "-" => Self::Stdin,
            path => Self::File(path.into()),
        })
    }
}
