//! The command line of the lab.

use std::path::PathBuf;

use clap::Parser;

/// Breaks stacks on purpose on a Docker engine and holds `ptctl doctor` to naming the cause.
#[derive(Debug, Parser)]
#[command(name = "lab")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(crate) struct Options {
    /// Plays only the scenarios whose name contains one of these
    #[arg(value_name = "SCENARIO")]
    pub(crate) filters: Vec<String>,
    /// Plays only what the changes since this commit bear on: the scenarios of a changed file, and those that expect the
    /// finding of a changed check
    #[arg(long, value_name = "COMMIT")]
    pub(crate) changed_since: Option<String>,
    /// Lists the faults that the demo can show
    #[arg(long, group = "demo")]
    pub(crate) demo_faults: bool,
    /// Makes a fault on the demo and leaves it there
    #[arg(long, group = "demo", value_name = "FAULT")]
    pub(crate) demo_break: Option<String>,
    /// Takes back what was done to the demo's containers
    #[arg(long, group = "demo")]
    pub(crate) demo_heal: bool,
    /// Lists the scenarios and plays none
    #[arg(long)]
    pub(crate) list: bool,
    /// How many stacks run side by side
    #[arg(
        long,
        env = "PTCTL_LAB_JOBS",
        value_name = "COUNT",
        default_value = "4"
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
