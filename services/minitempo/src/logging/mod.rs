//! Log lines in Tempo's shape, and how often some of them are written.

mod logfmt;
mod sampler;

use std::io;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::LogLevel;

pub use logfmt::Logfmt;
pub(crate) use sampler::Sampler;

/// Writes this process's lines to stderr from a level on. Whoever embeds a server calls it once, or logs in another way.
pub fn start(level: LogLevel) {
    let level = match level {
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Error => LevelFilter::ERROR,
    };
    tracing_subscriber::registry()
        .with(level)
        .with(
            tracing_subscriber::fmt::layer()
                .event_format(Logfmt)
                .with_writer(io::stderr),
        )
        .init();
}
