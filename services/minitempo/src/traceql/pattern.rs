//! Regular expressions in a query.

use regex::Regex;

/// Which texts are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Matching {
    /// Those that match.
    Matches,
    /// Those that do not.
    MatchesNot,
}

impl Matching {
    /// The operator as it is written.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Matches => "=~",
            Self::MatchesNot => "!~",
        }
    }
}

/// A regular expression for a whole text.
#[derive(Debug, Clone)]
pub(crate) struct Pattern(Regex);

impl Pattern {
    /// Reads an expression. What is no expression by itself is none between anchors either, and a dot stands for the end
    /// of a line too, as in Tempo.
    pub(crate) fn new(text: &str) -> Result<Self, regex::Error> {
        Regex::new(text)?;
        Regex::new(&format!("^(?s:{text})$")).map(Self)
    }

    /// Whether a whole text matches.
    pub(crate) fn matches(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}
