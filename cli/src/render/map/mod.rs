//! Services and their calls as people and programs read them.

mod document;
mod dot;
mod label;
mod mapped;
mod mermaid;
#[cfg(test)]
mod tests;
mod text;

pub(crate) use self::mapped::{MapFrom, Mapped};
