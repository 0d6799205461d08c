//! A small trace backend that speaks Tempo's ingest and query APIs.
//!
//! It receives OTLP over gRPC and HTTP, keeps the spans on disk, and answers Tempo's HTTP API. It runs as a program of its
//! own or inside another one:
//!
//! ```
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = std::env::temp_dir().join(format!("minitempo-example-{}", std::process::id()));
//! let running = minitempo::Server::start(minitempo::Config::ephemeral(&folder)).await?;
//! println!("send OTLP to {:?}, ask http://{}", running.otlp_grpc_addr(), running.http_addr());
//! assert!(running.received().await?.is_empty());
//! running.shutdown().await;
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok(())
//! # }
//! # tokio::runtime::Runtime::new().unwrap().block_on(example()).unwrap();
//! ```

mod api;
pub mod command;
pub mod config;
mod generator;
mod ids;
mod ingest;
mod listeners;
pub mod logging;
mod metrics;
mod query;
mod server;
mod store;
mod tenancy;
mod traceql;
pub mod version;

pub use config::{Config, Endpoint};
pub use generator::{
    GeneratorSettings, Intrinsic, ServiceGraphSettings, SpanFamily, SpanMetricsSettings,
};
pub use ids::{TenantId, TenantIdError, TraceId, TraceIdError};
pub use ingest::Limits;
pub use query::Trace;
pub use server::{Listener, ReadError, Running, Server, StartError};
pub use store::StoreError;
pub use tenancy::Tenancy;
