//! The flags that allow more than looking.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// What may be done beyond looking.
#[derive(Debug, Clone, Args)]
pub struct DeeperArguments {
    /// Find out from each service's own network what answers at its endpoint, by a helper container where this program
    /// may not; `docs/security.md` says what is sent [default: as the stack's label `dev.ptctl.probe` says]
    #[arg(
        long,
        env = "PTCTL_PROBE",
        value_name = "BY",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "auto"
    )]
    pub probe: Option<ProbeChoice>,
    /// Write a span with the settings of each service and read it back
    #[arg(long, env = "PTCTL_CANARY")]
    pub canary: bool,
    /// Let the canary go to endpoints outside the engine too
    #[arg(long, env = "PTCTL_CANARY_EXTERNAL", requires = "canary")]
    pub canary_external: bool,
    /// Static Linux binary of ptctl for the helper container, where this one does not fit the engine's host
    #[arg(long, env = "PTCTL_HELPER_BINARY", value_name = "PATH")]
    pub helper_binary: Option<PathBuf>,
}

/// Who gets next to the services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProbeChoice {
    /// This program where it may, else the helper container
    Auto,
    /// This program alone; nothing is created
    Direct,
    /// The helper container, even where this program could
    Helper,
    /// Nobody, whatever the stack's label says
    Never,
}
