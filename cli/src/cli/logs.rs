//! `ptctl logs`.

use std::{convert::Infallible, path::PathBuf, str::FromStr};

use clap::{Args, Subcommand};

use super::{Format, format::FormatParser};

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
        default_value = "json",
        value_parser = FormatParser
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
                action: LogsAction::Classify(found),
            }) = cli.command
            else {
                panic!("not `logs classify`: {words:?}");
            };
            assert_eq!(found.file, file);
        }
    }
}
