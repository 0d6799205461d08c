//! What a server is told: the parts of Tempo's configuration that minitempo implements.
//!
//! - [`settings`]: what minitempo acts on;
//! - [`endpoint`]: where a port listens;
//! - [`yaml`]: a document with the line of every key and value;
//! - [`schema`]: the keys that Tempo's configuration has;
//! - [`go_values`]: durations as Go writes them;
//! - [`load`]: from a file to the settings.

mod endpoint;
mod go_values;
mod load;
mod schema;
mod settings;
mod yaml;

pub use endpoint::Endpoint;
pub(crate) use go_values::{Units, format_go_duration, parse_go_duration};
pub use load::{ConfigError, LoadedConfig, Unusable, load, load_expanding_env, load_text};
pub use settings::{Config, LogLevel, SearchSettings};
