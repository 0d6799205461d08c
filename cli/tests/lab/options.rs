//! The command line of the lab.

use std::path::PathBuf;

use clap::Parser;

/// Breaks stacks on purpose on a Docker engine and holds `ptctl doctor` to naming the cause.
#[derive(Debug, Parser)]
#[command(name = "lab")]
pub(crate) struct Options {
    /// Plays only the scenarios whose name contains one of these
    #[arg(value_name = "SCENARIO")]
    pub(crate) filters: Vec<String>,
    /// Lists the scenarios and plays none
    #[arg(long)]
    pub(crate) list: bool,
    /// How many stacks run side by side
    #[arg(
        long,
        env = "PTCTL_LAB_JOBS",
        value_name = "COUNT",
        default_value = "3"
    )]
    pub(crate) jobs: std::num::NonZeroUsize,
    /// Rewrites the table between the markers in this Markdown file, named from the repository's root
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,
    /// Keeps the folder with the Compose files and the doctor's snapshots
    #[arg(long)]
    pub(crate) keep: bool,
}

impl Options {
    /// Whether a scenario of this name is to be played.
    pub(crate) fn choose(&self, name: &str) -> bool {
        self.filters.is_empty()
            || self
                .filters
                .iter()
                .any(|filter| name.contains(filter.as_str()))
    }
}
