//! What a server is told: the parts of Tempo's configuration that minitempo implements.
//!
//! - [`settings`]: what minitempo acts on;
//! - [`endpoint`]: where a port listens;
//! - [`yaml`]: a document with the line of every key and value;
//! - [`schema`]: the keys that Tempo's configuration has;
//! - [`implemented`]: which of them are acted on;
//! - [`go_values`]: durations as Go writes them;
//! - [`reader`]: values of a document by their dotted paths;
//! - [`generator`]: which metrics are made of spans;
//! - [`variables`]: `${NAME}` in a file;
//! - [`load`]: from a file to the settings;
//! - [`error`]: why one is refused.

mod endpoint;
mod error;
mod generator;
mod go_values;
mod implemented;
mod load;
mod reader;
mod schema;
mod settings;
mod variables;
mod yaml;

pub use endpoint::Endpoint;
pub use error::{ConfigError, Unusable};
pub(crate) use go_values::{Units, format_go_duration, parse_go_duration};
pub use load::{LoadedConfig, load, load_expanding_env, load_text};
pub use settings::{Config, LogLevel, SearchSettings};
