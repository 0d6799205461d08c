//! Compose files as they lie on disk: read, merged and interpolated as Compose does it, without Compose.
//!
//! What a shell would add is unknown here and said to be so. What is not followed (`extends`, `include`, the tags
//! `!reset` and `!override`) is named with its place, and nothing is concluded about the services that it concerns.

mod environment;
mod forms;
mod interpolate;
mod merge;
mod mounts;
mod networks;
mod ports;
mod read;
mod service;
mod sources;
mod tree;
mod variables;
mod words;

pub(crate) use self::{mounts::clean, read::text_of};
pub use self::{
    read::{ComposeError, read},
    sources::{ComposeSources, SourcesError},
};
