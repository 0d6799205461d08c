//! From a URL to what its page says, in two halves.
//!
//! Fetching: [`address`] says which addresses are forbidden, [`allow_list`] which are allowed all the same,
//! [`resolver`] lets no other address through, [`hop`] sends one request, [`fetch`] follows redirects.
//! Reading: [`charset`] turns bytes into text, [`document`] parses it within bounds, [`page`] extracts from it.

pub mod address;
pub mod allow_list;
pub mod charset;
pub mod document;
pub mod elements;
pub mod fetch;
pub mod hop;
pub mod main_text;
pub mod media_type;
pub mod page;
pub mod resolver;
pub mod target;
