//! The files that the engine keeps of a container's log, read where they lie.
//!
//! The engine's API streams a log from its beginning and encodes every line; beside the files the beginning of a window
//! is found by a few reads, and what tells nothing is passed over without being decoded.

mod cursor;
mod folder;
mod format;
mod joined;
mod json_file;
mod local;
mod part;
mod seek;
mod stop;
#[cfg(test)]
mod tests;
mod window;

pub(crate) use self::{
    cursor::{LogCursor, Passed, Want},
    folder::{LogDriver, LogFiles, LogFilesError, LogFolder},
    window::TimeRange,
};
