//! A stack started for smoke checks: the project of the Compose files under a name of its own, with this program in the
//! place of its Tempo, and the removal of all that.
//!
//! What is started carries a mark. Whatever of the project lacks it is somebody else's, and neither touched nor removed.

mod error;
mod generated;
mod last_lines;
mod order;
mod project;
mod stand_in;
mod view;

pub use self::error::{ImageOrigin, Missing, UpError};
use self::{
    generated::GeneratedFile,
    stand_in::{StandIns, overriding},
    view::View,
};
pub(crate) use self::{
    last_lines::last_lines,
    order::Wanted,
    project::{Remains, Removed},
};

/// The label of all that is started; its value is the project's name.
pub(crate) const MARK: &str = "dev.ptctl.up";
