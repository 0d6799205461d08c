//! The flags of `ptctl backend`.

use std::{net::IpAddr, path::PathBuf};

use clap::Args;
use humantime::Duration;

/// `ptctl backend`.
#[derive(Debug, Clone, Args)]
pub struct BackendArguments {
    /// Address that it listens on; `0.0.0.0` lets containers and other machines in
    #[arg(
        long,
        env = "PTCTL_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1"
    )]
    pub listen: IpAddr,
    /// Port of Tempo's HTTP API; 0 takes a free one, here and below
    #[arg(
        long,
        env = "PTCTL_HTTP_PORT",
        value_name = "PORT",
        default_value = "3200"
    )]
    pub http_port: u16,
    /// Port of OTLP over gRPC
    #[arg(
        long,
        env = "PTCTL_OTLP_GRPC_PORT",
        value_name = "PORT",
        default_value = "4317"
    )]
    pub otlp_grpc_port: u16,
    /// Port of OTLP over HTTP
    #[arg(
        long,
        env = "PTCTL_OTLP_HTTP_PORT",
        value_name = "PORT",
        default_value = "4318"
    )]
    pub otlp_http_port: u16,
    /// Folder that keeps the spans [default: one that is removed at the end]
    #[arg(long, env = "PTCTL_DATA", value_name = "FOLDER")]
    pub data: Option<PathBuf>,
    /// How long spans are kept; `0s` keeps them for good
    #[arg(
        long,
        env = "PTCTL_RETENTION",
        value_name = "DURATION",
        default_value = "24h"
    )]
    pub retention: Duration,
    /// Be told everything as Tempo is, by its own flags: `ptctl backend -- -config.file=tempo.yaml`
    #[arg(
        last = true,
        value_name = "TEMPO_FLAG",
        conflicts_with_all = ["listen", "http_port", "otlp_grpc_port", "otlp_http_port", "data", "retention"]
    )]
    pub tempo_flags: Vec<String>,
}
