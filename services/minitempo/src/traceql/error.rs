//! A query that is not understood, in the form of Tempo's errors.

/// Where and why a text is not a query.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ParseError {
    /// A mistake at a place, counted from 1.
    #[error("parse error at line {line}, col {column}: {problem}")]
    At {
        line: usize,
        column: usize,
        problem: String,
    },
    /// A query whose parts do not fit together.
    #[error("{0}")]
    Meaning(String),
}

impl ParseError {
    /// A mistake at a byte offset of a text.
    pub(crate) fn at(text: &str, offset: usize, problem: impl Into<String>) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self::At {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            problem: problem.into(),
        }
    }
}
