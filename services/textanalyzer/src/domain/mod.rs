//! What a text is made of and about. Pure: no I/O, no clock.

pub mod analysis;
pub mod keywords;
pub mod language;
pub mod reading_ease;
pub mod segmentation;
pub mod sentiment;
pub mod syllables;
pub mod tags;
