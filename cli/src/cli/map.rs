//! `ptctl map`.

use clap::Args;

use super::{GraphFormat, TempoWay, format::FormatParser, moment::Moment};

/// `ptctl map`.
#[derive(Debug, Clone, Args)]
pub struct MapArguments {
    /// Traces with spans since then: how long ago, or a time [default: 1h]
    #[arg(long, env = "PTCTL_SINCE", value_name = "WHEN")]
    pub since: Option<Moment>,
    /// Traces with spans until then: how long ago, or a time [default: now]
    #[arg(long, env = "PTCTL_UNTIL", value_name = "WHEN")]
    pub until: Option<Moment>,
    /// Read so many of the newest traces [default: 200]
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
    /// How the map is written
    #[arg(
        long,
        short = 'o',
        env = "PTCTL_OUTPUT",
        value_name = "FORMAT",
        default_value = "table",
        value_parser = FormatParser::or(GraphFormat::Table)
    )]
    pub output: GraphFormat,
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::cli::{Cli, Command, GraphFormat};

    #[test]
    fn a_map_has_formats_of_its_own_that_no_other_command_takes() {
        let parsed = |words: &[&str]| Cli::try_parse_from([&["ptctl"], words].concat());
        let format = parsed(&["map", "-o", "mermaid"]).map(|cli| cli.command);
        assert!(matches!(format, Ok(Command::Map(args)) if args.output == GraphFormat::Mermaid));
        assert!(parsed(&["latency", "-o", "mermaid"]).is_err());
        assert!(parsed(&["map", "-o", "sarif"]).is_err());
    }
}
