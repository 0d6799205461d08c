//! The flags of `ptctl storage`.

use std::path::PathBuf;

use clap::Args;

use super::{OutputChoice, ProbeChoice};

/// `ptctl storage`.
#[derive(Debug, Clone, Args)]
pub struct StorageArguments {
    /// Have a helper container read the files of volumes that this program may not read; `docs/security.md` says what it
    /// can see [default: as the stack's label `dev.ptctl.probe` says]
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
    /// The output format.
    #[command(flatten)]
    pub output: OutputChoice,
}
