//! The span store: one redb file per block of time, group commit, retention by unlinking whole blocks.
//!
//! - [`fragment`]: what is written, the spans of one trace from one request;
//! - [`index`]: which fragments a trace has, in memory while a block is open;
//! - [`file`]: the file of a block, its tables and how it is opened;
//! - [`sealed`]: the index of a finished file;
//! - [`block`]: one block, open for writing or sealed;
//! - [`catalogue`]: the blocks of a folder, what readers see;
//! - [`recovery`]: opening what an earlier run left behind, setting damaged files aside;
//! - [`writer`]: the one thread that writes;
//! - [`housekeeping`]: what it does besides, from time to time;
//! - [`handle`]: how it is told what to do.

mod block;
mod catalogue;
mod error;
mod file;
mod fragment;
mod handle;
mod housekeeping;
mod index;
mod recovery;
mod sealed;
mod writer;

pub(crate) use catalogue::{Catalogue, TimeRange};
pub(crate) use error::Causes;
pub use error::StoreError;
pub(crate) use fragment::Fragment;
pub(crate) use handle::WriterHandle;
pub(crate) use index::Summary;
pub(crate) use writer::{Writer, WriterSettings};
