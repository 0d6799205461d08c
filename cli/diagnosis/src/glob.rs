//! Patterns with `*` and `?`, as people type them to choose checks and subjects.

use std::{fmt, str::FromStr};

use thiserror::Error;

/// A pattern: `*` stands for any text, `?` for one character; letters match in either case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Glob(String);

/// What is not a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a pattern is empty")]
pub struct EmptyGlob;

impl Glob {
    /// Whether the whole text matches.
    pub fn matches(&self, text: &str) -> bool {
        let pattern: Vec<char> = folded(&self.0);
        let text: Vec<char> = folded(text);
        // Greedy with one place to come back to: linear in practice, never exponential.
        let (mut at, mut read) = (0, 0);
        let mut retry: Option<(usize, usize)> = None;
        while read < text.len() {
            match pattern.get(at) {
                Some('*') => {
                    retry = Some((at, read));
                    at += 1;
                }
                Some(sign) if *sign == '?' || *sign == text[read] => {
                    at += 1;
                    read += 1;
                }
                _ => match retry {
                    Some((star, from)) => {
                        at = star + 1;
                        read = from + 1;
                        retry = Some((star, from + 1));
                    }
                    None => return false,
                },
            }
        }
        pattern[at..].iter().all(|sign| *sign == '*')
    }
}

fn folded(text: &str) -> Vec<char> {
    text.chars().flat_map(char::to_lowercase).collect()
}

impl FromStr for Glob {
    type Err = EmptyGlob;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.is_empty() {
            return Err(EmptyGlob);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn glob(text: &str) -> Glob {
        text.parse().unwrap()
    }

    #[test]
    fn stars_and_question_marks_stand_for_text_and_one_character() {
        for (pattern, text, matches) in [
            ("PT03*", "PT0301", true),
            ("pt03*", "PT0301", true),
            ("PT03*", "PT0201", false),
            ("*", "", true),
            ("?", "", false),
            ("end*host", "endpoint-localhost", true),
            ("end*host", "endpoint-localhosts", false),
            ("*a*a*", "banana", true),
            ("*a*a*a*a*", "banana", false),
            ("tempo", "tempo", true),
            ("tempo", "tempo-2", false),
            ("GRÖSSE-?", "größe-東", false),
            ("Größe-?", "GRÖßE-東", true),
        ] {
            assert_eq!(glob(pattern).matches(text), matches, "{pattern} {text}");
        }
        assert_eq!("  ".parse::<Glob>(), Err(EmptyGlob));
    }

    proptest! {
        #[test]
        fn a_text_without_signs_matches_itself_and_any_text_a_star(text in "[a-z0-9_-]{1,12}") {
            prop_assert!(glob(&text).matches(&text));
            prop_assert!(glob("*").matches(&text));
            let beginning = format!("{}*", &text[..1]);
            prop_assert!(glob(&beginning).matches(&text));
        }
    }
}
