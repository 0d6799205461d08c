//! Documents: made from pages by the peers, kept in the store.

pub mod document;
pub mod library;
pub mod peers;
pub mod store;
