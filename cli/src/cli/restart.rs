//! The flags of `ptctl restart`, and those of every command that changes containers.

use std::path::PathBuf;

use clap::Args;
use humantime::Duration;

use super::OutputChoice;

/// `ptctl restart`.
#[derive(Debug, Clone, Args)]
pub struct RestartArguments {
    /// Compose services or containers to restart [default: all traced services of the project that run]
    #[arg(value_name = "SERVICE")]
    pub services: Vec<String>,
    /// The backends and the collectors of the project too, before the services
    #[arg(long, env = "PTCTL_ALL", conflicts_with = "services")]
    pub all: bool,
    /// Have Compose make those anew whose files or image changed, which a restart does not apply
    #[arg(long, env = "PTCTL_RECREATE")]
    pub recreate: bool,
    /// Afterwards write a span with the settings of each service and look for it
    #[arg(long, env = "PTCTL_CANARY")]
    pub canary: bool,
    /// Static Linux binary of ptctl for the helper container, where this one does not fit the engine's host
    #[arg(long, env = "PTCTL_HELPER_BINARY", value_name = "PATH")]
    pub helper_binary: Option<PathBuf>,
    /// How it is confirmed.
    #[command(flatten)]
    pub apply: ApplyArguments,
    /// How long each service may take to become healthy
    #[arg(
        long,
        env = "PTCTL_WAIT",
        value_name = "DURATION",
        default_value = "60s"
    )]
    pub wait: Duration,
    /// The output format.
    #[command(flatten)]
    pub output: OutputChoice,
}

/// `ptctl doctor --fix`.
#[derive(Debug, Clone, Args)]
pub struct FixArguments {
    /// Do what is safe about the causes (restart, start, unpause), once confirmed, and show patches for the files
    #[arg(long, env = "PTCTL_FIX", conflicts_with_all = ["from", "count_for"])]
    pub fix: bool,
    /// How it is confirmed.
    #[command(flatten)]
    pub apply: ApplyArguments,
}

/// How a plan is confirmed.
#[derive(Debug, Clone, Args)]
pub struct ApplyArguments {
    /// Do not ask before containers are changed
    #[arg(long, short = 'y', env = "PTCTL_YES")]
    pub yes: bool,
    /// Show what would be done to containers and do nothing
    #[arg(long, env = "PTCTL_DRY_RUN")]
    pub dry_run: bool,
}

#[cfg(test)]
mod tests {
    use crate::cli::{Cli, Command};

    #[test]
    fn what_confirms_a_plan_means_nothing_to_a_doctor_that_makes_none() {
        let read = |words: &[&str]| Cli::read([&["ptctl"], words].concat());
        for flag in ["--yes", "-y", "--dry-run"] {
            let alone = read(&["doctor", flag]).expect_err(flag).to_string();
            assert!(alone.contains("`--fix`"), "{alone}");
            assert!(read(&["doctor", "--fix", flag]).is_ok());
            assert!(read(&["restart", flag]).is_ok());
        }
        let cli = read(&["doctor"]).map(|cli| cli.command);
        assert!(matches!(cli, Ok(Command::Doctor(doctor)) if !doctor.fix.apply.yes));
    }
}
