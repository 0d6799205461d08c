//! The flags of `ptctl probe`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ptctl_diagnosis::export::{Endpoint, EndpointForm};

use super::{Format, OutputChoice};

/// `ptctl probe`.
#[derive(Debug, Clone, Args)]
pub struct ProbeArguments {
    /// Compose services or containers whose way is tried, each from its own network [default: all traced ones]
    #[arg(value_name = "SERVICE", conflicts_with = "from_host")]
    pub services: Vec<String>,
    /// Try the way from here to an endpoint, such as `tempo:4317` or `https://localhost:4318`
    #[arg(long, env = "PTCTL_FROM_HOST", value_name = "ENDPOINT", value_parser = endpoint)]
    pub from_host: Option<Endpoint>,
    /// With `--from-host`, the form of OTLP that is spoken [default: by the port]
    #[arg(
        long,
        env = "PTCTL_PROTOCOL",
        value_name = "PROTOCOL",
        requires = "from_host"
    )]
    pub protocol: Option<SpokenProtocol>,
    /// Send bytes to endpoints outside the engine too
    #[arg(long, env = "PTCTL_CANARY_EXTERNAL")]
    pub canary_external: bool,
    /// Static Linux binary of ptctl for the helper container, where this one does not fit the engine's host
    #[arg(long, env = "PTCTL_HELPER_BINARY", value_name = "PATH")]
    pub helper_binary: Option<PathBuf>,
    /// The output format.
    #[command(flatten)]
    pub output: OutputChoice,
}

impl ProbeArguments {
    /// How the result is written.
    pub fn format(&self) -> Format {
        self.output.output
    }
}

/// A form of OTLP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SpokenProtocol {
    /// gRPC
    Grpc,
    /// HTTP with protobuf
    Http,
}

fn endpoint(text: &str) -> Result<Endpoint, String> {
    Endpoint::parse(text, EndpointForm::Any).map_err(|error| error.to_string())
}
