//! The flags of `ptctl serve`.

use std::net::SocketAddr;

use clap::Args;
use humantime::Duration;
use ptctl_diagnosis::{
    glob::Glob,
    policy::{Rule, Suppression},
};

use super::{
    interval::Interval,
    report::{glob, rule},
};

/// `ptctl serve`.
#[derive(Debug, Clone, Args)]
pub struct ServeArguments {
    /// Address and port to listen on; port 0 takes a free one. Whoever reaches it reads the report
    #[arg(
        long,
        env = "PTCTL_SERVE_LISTEN",
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:9466",
        value_parser = address
    )]
    pub listen: SocketAddr,
    /// How often to look; a look that takes longer delays the next
    #[arg(
        long,
        env = "PTCTL_INTERVAL",
        value_name = "DURATION",
        default_value = "15s"
    )]
    pub interval: Interval,
    /// How far back logs and events are read
    #[arg(
        long,
        env = "PTCTL_SINCE",
        value_name = "DURATION",
        default_value = "1h"
    )]
    pub since: Duration,
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
    /// Do not count findings with this code, about these subjects
    #[arg(
        long,
        env = "PTCTL_SUPPRESS",
        value_name = "CODE[=SUBJECT]",
        value_delimiter = ',',
        value_parser = rule
    )]
    pub suppress: Vec<Rule>,
    /// What `.ptctl.toml` suppresses, which no flag replaces.
    #[arg(skip)]
    pub suppressed_by_file: Vec<Suppression>,
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        "expected an address and a port, such as `127.0.0.1:9466` or `0.0.0.0:9466`".to_owned()
    })
}
