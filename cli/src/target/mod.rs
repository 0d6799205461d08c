//! Which containers a look is about: the stack, the backends that belong to it, and what each container is to tracing.

mod choice;
mod folder;
mod members;
mod role;

pub(crate) use self::folder::{FolderProject, normalised};
pub use self::{
    choice::{ChoiceError, ChosenStack, StackChoice, choose},
    members::{Members, is_default_network, members},
    role::{ROLE_LABEL, role_of},
};
