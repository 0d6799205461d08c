//! A value that is passed on and never shown.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A header's value, a private key. Its own type, so that no log line, error or saved look shows it by accident.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Secret(String);

impl Secret {
    /// Takes a value in.
    pub(crate) fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value, for whoever sends it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_written_by_debug() {
        let secret = Secret::new("Bearer abc");
        assert!(!format!("{secret:?}").contains("abc"));
        assert_eq!(secret.reveal(), "Bearer abc");
    }
}
