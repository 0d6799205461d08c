//! `ptctl latency`.

use clap::{Args, ValueEnum};

use super::{OutputChoice, TempoWay, moment::Moment};

/// `ptctl latency`.
#[derive(Debug, Clone, Args)]
pub struct LatencyArguments {
    /// The service, by its `service.name` [default: all]
    #[arg(value_name = "SERVICE")]
    pub only: Option<String>,
    /// The service, as `ptctl trace search` takes it
    #[arg(
        long,
        short = 's',
        env = "PTCTL_SERVICE",
        value_name = "NAME",
        conflicts_with = "only"
    )]
    pub service: Option<String>,
    /// Spans with this name alone
    #[arg(long, env = "PTCTL_OPERATION", value_name = "NAME")]
    pub operation: Option<String>,
    /// Spans since then: how long ago, or a time [default: 1h]
    #[arg(long, env = "PTCTL_SINCE", value_name = "WHEN")]
    pub since: Option<Moment>,
    /// Spans until then: how long ago, or a time [default: now]
    #[arg(long, env = "PTCTL_UNTIL", value_name = "WHEN")]
    pub until: Option<Moment>,
    /// What comes first
    #[arg(long, env = "PTCTL_SORT", value_name = "BY", default_value = "p95")]
    pub sort: Sort,
    /// How many operations at most
    #[arg(
        long,
        short = 'n',
        env = "PTCTL_LIMIT",
        value_name = "COUNT",
        default_value_t = 50,
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    pub limit: u32,
    /// Measure so many of the newest traces, and do not ask for `TraceQL` metrics [default: 200, where Tempo has none]
    #[arg(
        long,
        env = "PTCTL_TRACES",
        value_name = "COUNT",
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    pub traces: Option<u32>,
    /// How Tempo is reached.
    #[command(flatten)]
    pub way: TempoWay,
    /// The output format.
    #[command(flatten)]
    pub output: OutputChoice,
}

/// What comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Sort {
    /// What takes long at the median
    P50,
    /// What takes long at the 95th percentile
    P95,
    /// What takes long at the 99th percentile
    P99,
    /// What is done often
    Rate,
    /// What fails most of the time
    Errors,
    /// By name
    Name,
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::cli::{Cli, Command};

    #[test]
    fn the_service_is_named_in_one_of_two_ways() {
        let service = |words: &[&str]| {
            let words = ["ptctl", "latency"].iter().chain(words);
            match Cli::try_parse_from(words).map(|cli| cli.command) {
                Ok(Command::Latency(args)) => Some(args.only.or(args.service)),
                _ => None,
            }
        };
        assert_eq!(service(&["web"]), Some(Some("web".to_owned())));
        assert_eq!(service(&["-s", "web"]), Some(Some("web".to_owned())));
        assert_eq!(service(&[]), Some(None));
        assert_eq!(service(&["web", "-s", "web"]), None);
    }
}
