//! Compose files as they lie on disk: read, merged and interpolated as Compose does it, without Compose.
//!
//! What a shell would add is unknown here and said to be so. What is not followed (`extends`, `include`, the tags
//! `!reset` and `!override`) is named with its place, and nothing is concluded about the services that it concerns.
//!
//! Where Compose's own view of the files is to be had, it decides on values and this reading on places.

mod environment;
mod forms;
mod interpolate;
mod merge;
mod mounts;
mod networks;
mod ports;
mod read;
mod resolve;
mod run;
mod service;
mod setting;
mod sources;
mod tree;
mod variables;
mod view;
mod words;

pub(crate) use self::{
    mounts::clean, read::text_of, resolve::resolve, setting::setting, view::read_view,
};
pub use self::{
    read::{ComposeError, read},
    sources::{ComposeSources, SourcesError},
};
