//! What `ptctl doctor --fix` makes of the remedies of a diagnosis: a plan of steps for the engine, patches for the files.
//!
//! Nothing here changes anything. Only what cannot harm becomes a step; a file is never written.

mod patch;
mod plan;

pub use self::patch::{FileChange, Patch};
pub(crate) use self::{patch::patches, plan::plan};
