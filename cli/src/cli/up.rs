//! The flags of `ptctl smoke` that start a stack and remove it.

use std::{convert::Infallible, path::PathBuf, str::FromStr};

use clap::Args;
use humantime::Duration;

use crate::clients::compose::ComposeBinary;

/// What is to be started before the checks, and removed after them.
#[derive(Debug, Clone, Args)]
pub struct UpArguments {
    /// First start the stack of the Compose files, or these services of it (separated by commas) with what they depend on,
    /// as a project of its own, with `ptctl backend` in Tempo's place; nothing is pulled or built
    #[arg(
        long,
        env = "PTCTL_UP",
        value_name = "SERVICES",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = ""
    )]
    pub up: Option<UpServices>,
    /// Remove what `--up` started, volumes included: after the checks, or without `--up` at once and without any check
    #[arg(long, env = "PTCTL_DOWN")]
    pub down: bool,
    /// Name of the project that `--up` starts and `--down` removes [default: the project's, with `-smoke` behind it]
    #[arg(long, env = "PTCTL_UP_PROJECT", value_name = "NAME", value_parser = project)]
    pub up_project: Option<String>,
    /// Compose file for `--up`; later ones override earlier ones [default: as Compose finds them from this folder]
    #[arg(long, env = "PTCTL_FILE", value_name = "FILE")]
    pub compose_file: Vec<PathBuf>,
    /// Compose that `--up` runs: `auto` for the installed one, or its path
    #[arg(
        long,
        env = "PTCTL_COMPOSE_BINARY",
        value_name = "WHICH",
        default_value = "auto"
    )]
    pub compose_binary: ComposeBinary,
    /// How long what `--up` started may take to become healthy
    #[arg(
        long,
        env = "PTCTL_WAIT",
        value_name = "DURATION",
        default_value = "60s"
    )]
    pub wait: Duration,
}

/// The services that are started; all where none is named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UpServices(pub Vec<String>);

impl FromStr for UpServices {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let names = text.split(',').map(str::trim);
        let names = names.filter(|name| !name.is_empty());
        Ok(Self(names.map(str::to_owned).collect()))
    }
}

/// A name as Compose takes it unchanged.
fn project(text: &str) -> Result<String, String> {
    let is_fit =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
    let starts_well = text.starts_with(|first: char| first.is_ascii_alphanumeric());
    if starts_well && text.bytes().all(is_fit) {
        Ok(text.to_owned())
    } else {
        Err("expected lower-case letters, digits, dashes and underscores, beginning with a letter or digit".to_owned())
    }
}
