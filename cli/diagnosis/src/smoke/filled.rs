//! Values of the environment that were filled into a file: whatever is written of its checks shows them as the file does.

use std::{collections::BTreeMap, fmt};

use crate::redact;

/// So long a value is hidden whatever its variable is called; shorter ones stand in any text by chance.
const TELLING: usize = 6;

/// The values that were filled in, by the names of their variables.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Filled(BTreeMap<String, String>);

impl Filled {
    pub(super) fn note(&mut self, name: &str, value: &str) {
        let is_secret = redact::value(name, value) != value;
        if !value.is_empty() && (is_secret || value.len() >= TELLING) {
            self.0.insert(name.to_owned(), value.to_owned());
        }
    }

    /// A text with `${NAME}` where the value of that variable stood.
    pub fn hidden_in(&self, text: &str) -> String {
        let mut values: Vec<(&String, &String)> = self.0.iter().collect();
        // One may be a part of another.
        values.sort_by_key(|(_, value)| std::cmp::Reverse(value.len()));
        let hide = |text: String, (name, value): (&String, &String)| {
            text.replace(value.as_str(), &format!("${{{name}}}"))
        };
        values.into_iter().fold(text.to_owned(), hide)
    }
}

impl fmt::Debug for Filled {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_was_filled_in_is_shown_by_the_name_of_its_variable() {
        let mut filled = Filled::default();
        for (name, value) in [
            ("PORT", "80"),
            ("DB_PASSWORD", "pw"),
            ("KEY", "abcdef"),
            ("LONGER", "abcdefgh"),
            ("EMPTY", ""),
        ] {
            filled.note(name, value);
        }
        assert_eq!(
            filled.hidden_in("at 80: pw, abcdefgh, abcdef"),
            "at 80: ${DB_PASSWORD}, ${LONGER}, ${KEY}"
        );
        assert!(!format!("{filled:?}").contains("abc"));
    }
}
