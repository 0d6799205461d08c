//! `ptctl logs`.

use std::{convert::Infallible, path::PathBuf, str::FromStr};

use clap::{Args, Subcommand, ValueEnum};
use humantime::Duration;

use super::{Format, OutputChoice, format::FormatParser};

/// `ptctl logs`.
#[derive(Debug, Clone, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct LogsArguments {
    /// What to do with lines from elsewhere.
    #[command(subcommand)]
    pub action: Option<LogsAction>,
    /// Which lines of the stack to show.
    #[command(flatten)]
    pub show: ShowLogs,
}

/// `ptctl logs`.
#[derive(Debug, Clone, Args)]
pub struct ShowLogs {
    /// Compose services or containers to read [default: all that have to do with tracing]
    #[arg(value_name = "SERVICE")]
    pub services: Vec<String>,
    /// Only lines that tell of a failed export, of lost spans, or why a process ended
    #[arg(long, env = "PTCTL_ERRORS")]
    pub errors: bool,
    /// Only lines of this level or above
    #[arg(long, env = "PTCTL_LEVEL", value_name = "LEVEL")]
    pub level: Option<LineLevel>,
    /// Only lines that name this trace, by the 32 or 16 digits of its id
    #[arg(long, env = "PTCTL_TRACE", value_name = "ID", value_parser = trace)]
    pub trace: Option<String>,
    /// How far back logs are read [default: 1h]
    #[arg(long, env = "PTCTL_SINCE", value_name = "DURATION")]
    pub since: Option<Duration>,
    /// Go on with what is written from now on, until interrupted
    #[arg(long, short = 'f', env = "PTCTL_FOLLOW")]
    pub follow: bool,
    /// The output format; JSON is one object a line.
    #[command(flatten)]
    pub output: OutputChoice,
}

/// How bad a line says that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum LineLevel {
    /// Details of details
    Trace,
    /// For whoever develops
    Debug,
    /// What happens
    Info,
    /// What may become a problem
    Warn,
    /// What failed
    Error,
}

fn trace(text: &str) -> Result<String, String> {
    let id = text.to_ascii_lowercase();
    let is_id = matches!(id.len(), 16 | 32) && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id
        .then_some(id)
        .ok_or_else(|| "expected the 32 hexadecimal digits of a trace id".to_owned())
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
        default_value = "json",
        value_parser = FormatParser::or(Format::Table)
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

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};

    #[test]
    fn a_file_to_classify_is_named_after_the_word_and_is_standard_input_without_a_name() {
        for (words, file) in [
            (&["ptctl", "logs", "classify"][..], LogInput::Stdin),
            (&["ptctl", "logs", "classify", "-"][..], LogInput::Stdin),
            (
                &["ptctl", "logs", "classify", "app.log", "-o", "json"][..],
                LogInput::File("app.log".into()),
            ),
        ] {
            let cli = Cli::try_parse_from(words).expect("a known command");
            let Command::Logs(LogsArguments {
                action: Some(LogsAction::Classify(found)),
                ..
            }) = cli.command
            else {
                panic!("not `logs classify`: {words:?}");
            };
            assert_eq!(found.file, file);
        }
    }
}
