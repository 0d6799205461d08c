//! Findings over looks: as a picture for a terminal, as lines for a pipe, as JSON lines for a program.

mod document;
mod lines;
mod screen;
#[cfg(test)]
mod tests;
mod verdict;

pub use self::{
    document::{WATCH_VERSION, change_documents},
    lines::{change_lines, looking_line, watch_line},
    screen::{WatchScreen, watch_screen},
    verdict::Verdict,
};
