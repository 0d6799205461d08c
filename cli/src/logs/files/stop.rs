//! Why the reading of a window ended before its end.

use std::fmt;

/// Why a part of the window was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stop {
    /// There was no time left.
    Deadline,
    /// The engine emptied the file while it was read.
    Truncated,
    /// A file cannot be read, for this reason.
    Damaged(String),
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deadline => f.write_str("there was no time to read it to its end"),
            Self::Truncated => f.write_str("the engine emptied the file while it was read"),
            Self::Damaged(reason) => write!(f, "a part of its files cannot be read: {reason}"),
        }
    }
}
