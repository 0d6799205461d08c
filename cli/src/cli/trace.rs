//! `ptctl trace`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use humantime::Duration;
use ptctl_diagnosis::{
    trace::TraceId,
    traceql::{AttributeFilter, StatusFilter},
};

use super::{OutputChoice, ProbeChoice, moment::Moment};

/// `ptctl trace`.
#[derive(Debug, Clone, Args)]
pub struct TraceArguments {
    /// What to do.
    #[command(subcommand)]
    pub action: TraceAction,
}

/// What is done with traces.
#[derive(Debug, Clone, Subcommand)]
pub enum TraceAction {
    /// Find traces by what one of their spans is like, or by a `TraceQL` query (read-only)
    Search(SearchArguments),
    /// Show one trace as a waterfall: what called what, what took the time, what failed, what is missing (read-only)
    Show(ShowTrace),
}

/// How a Tempo that publishes no port is reached.
#[derive(Debug, Clone, Args)]
pub struct TempoWay {
    /// Have a helper container ask a Tempo that cannot be reached from here; `docs/security.md` says what it does
    /// [default: as the stack's label `dev.ptctl.probe` says]
    #[arg(
        long,
        env = "PTCTL_PROBE",
        value_name = "BY",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "auto"
    )]
    pub probe: Option<ProbeChoice>,
    /// Static Linux binary of ptctl for the helper container, where this one does not fit the engine's host
    #[arg(long, env = "PTCTL_HELPER_BINARY", value_name = "PATH")]
    pub helper_binary: Option<PathBuf>,
}

/// `ptctl trace search`.
#[derive(Debug, Clone, Args)]
pub struct SearchArguments {
    /// A span of this service, by its `service.name`
    #[arg(long, short = 's', env = "PTCTL_SERVICE", value_name = "NAME")]
    pub service: Option<String>,
    /// A span with this name
    #[arg(long, env = "PTCTL_OPERATION", value_name = "NAME")]
    pub operation: Option<String>,
    /// A span that ended so
    #[arg(long, env = "PTCTL_STATUS", value_name = "STATUS")]
    pub status: Option<StatusChoice>,
    /// A span with this attribute, such as `http.route=/cart`, `span.http.status_code>=500`, `db.system=~my.*`, or
    /// `http.route` for any value; may be repeated, and one span has to meet all
    #[arg(long, short = 'a', env = "PTCTL_ATTRIBUTE", value_name = "CONDITION")]
    pub attribute: Vec<AttributeFilter>,
    /// The trace takes at least so long
    #[arg(long, env = "PTCTL_MIN_DURATION", value_name = "DURATION")]
    pub min_duration: Option<Duration>,
    /// The trace takes at most so long
    #[arg(long, env = "PTCTL_MAX_DURATION", value_name = "DURATION")]
    pub max_duration: Option<Duration>,
    /// A whole `TraceQL` query instead
    #[arg(
        long,
        env = "PTCTL_QUERY",
        value_name = "TRACEQL",
        conflicts_with_all = ["service", "operation", "status", "attribute", "min_duration", "max_duration"]
    )]
    pub query: Option<String>,
    /// Traces with spans since then: how long ago, or a time [default: 1h]
    #[arg(long, env = "PTCTL_SINCE", value_name = "WHEN")]
    pub since: Option<Moment>,
    /// Traces with spans until then: how long ago, or a time [default: now]
    #[arg(long, env = "PTCTL_UNTIL", value_name = "WHEN")]
    pub until: Option<Moment>,
    /// How many traces at most
    #[arg(
        long,
        short = 'n',
        env = "PTCTL_LIMIT",
        value_name = "COUNT",
        default_value_t = 20,
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    pub limit: u32,
    /// How Tempo is reached.
    #[command(flatten)]
    pub way: TempoWay,
    /// The output format.
    #[command(flatten)]
    pub output: OutputChoice,
}

/// How a span ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StatusChoice {
    /// It failed
    Error,
    /// It was declared to be good
    Ok,
    /// Nothing was said
    Unset,
}

impl From<StatusChoice> for StatusFilter {
    fn from(choice: StatusChoice) -> Self {
        match choice {
            StatusChoice::Error => Self::Error,
            StatusChoice::Ok => Self::Ok,
            StatusChoice::Unset => Self::Unset,
        }
    }
}

/// `ptctl trace show`.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub struct ShowTrace {
    /// The trace's id: hexadecimal, also without its leading zeros, base64, or a whole `traceparent`
    #[arg(value_name = "ID")]
    pub id: TraceId,
    /// Also show what happened within spans
    #[arg(long, env = "PTCTL_EVENTS")]
    pub events: bool,
    /// Also show what is said of spans and of the processes that recorded them
    #[arg(long, env = "PTCTL_ATTRIBUTES")]
    pub attributes: bool,
    /// Also show the lines of the stack's logs that name the trace
    #[arg(long, env = "PTCTL_LOGS")]
    pub logs: bool,
    /// Show every span: fold nothing and leave none out
    #[arg(long, env = "PTCTL_ALL")]
    pub all: bool,
    /// How Tempo is reached.
    #[command(flatten)]
    pub way: TempoWay,
    /// The output format.
    #[command(flatten)]
    pub output: OutputChoice,
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::cli::Cli;

    #[test]
    fn a_query_of_ones_own_takes_no_other_condition() {
        let parsed = |words: &[&str]| {
            let words = ["ptctl", "trace", "search"].iter().chain(words);
            Cli::try_parse_from(words).is_ok()
        };
        assert!(parsed(&["--query", "{ }"]));
        assert!(parsed(&["--service", "a", "-a", "b=c", "-a", "d"]));
        assert!(!parsed(&["--query", "{ }", "--service", "a"]));
        assert!(!parsed(&["--limit", "0"]));
        assert!(!parsed(&["-a", "=x"]));
    }

    #[test]
    fn what_is_no_id_is_refused_before_anything_is_asked() {
        let parsed = |id: &str| Cli::try_parse_from(["ptctl", "trace", "show", id]);
        assert!(parsed("CvdlGRbNQ92ESOshHIAxnA==").is_ok());
        let error = parsed("zzzz")
            .map(|_| ())
            .map_err(|error| error.to_string());
        assert!(error.is_err_and(|text| text.contains("hexadecimal digits")));
    }
}
