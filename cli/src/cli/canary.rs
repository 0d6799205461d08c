//! The flags of `ptctl canary`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use humantime::Duration;
use ptctl_diagnosis::snapshot::CanaryShape;

use super::OutputChoice;

/// `ptctl canary`.
#[derive(Debug, Clone, Args)]
pub struct CanaryArguments {
    /// Compose services or containers whose settings are used [default: all traced ones]
    #[arg(value_name = "SERVICE")]
    pub services: Vec<String>,
    /// What the span looks like
    #[arg(
        long,
        env = "PTCTL_SHAPE",
        value_name = "SHAPE",
        default_value = "plain"
    )]
    pub shape: ShapeChoice,
    /// Let it go to endpoints outside the engine too
    #[arg(long, env = "PTCTL_CANARY_EXTERNAL")]
    pub canary_external: bool,
    /// How long it is looked for; a search needs up to 45 s
    #[arg(
        long,
        env = "PTCTL_WITHIN",
        value_name = "DURATION",
        default_value = "60s"
    )]
    pub within: Duration,
    /// Static Linux binary of ptctl for the helper container, where this one does not fit the engine's host
    #[arg(long, env = "PTCTL_HELPER_BINARY", value_name = "PATH")]
    pub helper_binary: Option<PathBuf>,
    /// The output format.
    #[command(flatten)]
    pub output: OutputChoice,
}

/// What a canary looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ShapeChoice {
    /// One small span
    Plain,
    /// One whose trace id begins with zeros
    LeadingZeroId,
    /// One of about a megabyte
    Large,
    /// One with text in many alphabets
    NonAscii,
    /// A hundred traces of one span, for an exact count of what is lost
    Hundred,
}

impl From<ShapeChoice> for CanaryShape {
    fn from(choice: ShapeChoice) -> Self {
        match choice {
            ShapeChoice::Plain => Self::Plain,
            ShapeChoice::LeadingZeroId => Self::LeadingZeroId,
            ShapeChoice::Large => Self::Large,
            ShapeChoice::NonAscii => Self::NonAscii,
            ShapeChoice::Hundred => Self::Hundred,
        }
    }
}
