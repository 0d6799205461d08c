//! Whether a value surely is a credential.
//!
//! Redaction takes out whatever might be one. To accuse somebody of having written one takes more: a form that nothing
//! else has, or a name that means nothing else with a value that was not chosen by a person.

use serde::{Deserialize, Serialize};

use super::{REDACTED, looks_random, scan, words};

/// What gives a credential away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialSign {
    /// The value has the form of one: a JWT, a key with the prefix of its cloud, a private key, a password in an address.
    Form,
    /// The name says so, and the value looks like one.
    Name,
}

impl CredentialSign {
    /// What it is, in a sentence.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Form => "its value has the form of a credential",
            Self::Name => "its name is that of a credential, and its value looks like one",
        }
    }
}

/// Words that make a token one that opens something; others count pages or texts.
const TOKEN_OWNERS: [&str; 9] = [
    "ACCESS",
    "REFRESH",
    "ID",
    "AUTH",
    "API",
    "BEARER",
    "SESSION",
    "SECURITY",
    "AUTHORIZATION",
];
/// Words that are a credential's name wherever they end one.
const NAMES: [&str; 7] = [
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "SECRET",
    "APIKEY",
    "AUTHORIZATION",
    "COOKIE",
];
/// Words before `KEY` that make it a credential.
const KEY_OWNERS: [&str; 5] = ["API", "ACCESS", "SECRET", "PRIVATE", "SIGNING"];

/// What gives the value of an attribute away as a credential; `None` where it may be anything else.
pub fn credential(name: &str, value: &str) -> Option<CredentialSign> {
    if is_mask(value) {
        return None;
    }
    if scan::holds_credential(value) {
        return Some(CredentialSign::Form);
    }
    let words = words(name);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let is_named = match words[..] {
        [.., owner, "TOKEN"] => TOKEN_OWNERS.contains(&owner),
        [.., owner, "KEY"] => KEY_OWNERS.contains(&owner),
        [.., last] => NAMES.contains(&last),
        [] => false,
    };
    // `Bearer x` and `name=x; name=y` are of several words, a password is of one.
    let parts = value.split([' ', ';', '=', ',']);
    (is_named && parts.into_iter().any(looks_random)).then_some(CredentialSign::Name)
}

/// Whether somebody took the value out already.
fn is_mask(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    value.contains(REDACTED)
        || [
            "redacted", "masked", "filtered", "hidden", "removed", "****", "xxxx",
        ]
        .iter()
        .any(|mask| lower.contains(mask))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_told_by_their_form_whatever_they_are_called() {
        for value in [
            "eyJhbGciOiJIUzI1NiJ9.eyJwbGFudGVkIjo2fQ.c2lnbmF0dXJl",
            "key AKIAABCDEFGHIJKLMNOP was used",
            "postgres://shop:hunter2@db/shop",
            "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----",
            "Bearer 9f86d081884c7d659a2f",
            "http://api/v1?access_token=9f86d081884c7d659a2f&page=2",
        ] {
            assert_eq!(
                credential("note", value),
                Some(CredentialSign::Form),
                "{value}"
            );
        }
    }

    #[test]
    fn credentials_are_told_by_a_name_that_means_nothing_else() {
        for name in [
            "user.password",
            "http.request.header.authorization",
            "http.request.header.x-api-key",
            "http.request.header.cookie",
            "refreshToken",
        ] {
            let value = "sid=9f86d081884c7d659a2f";
            assert_eq!(
                credential(name, value),
                Some(CredentialSign::Name),
                "{name}"
            );
        }
    }

    #[test]
    fn what_may_be_anything_else_is_no_credential() {
        for (name, value) in [
            ("auth.method", "oauth2-client-credentials"),
            ("user.password", "[redacted]"),
            ("user.password", "***************1abcd"),
            ("user.password", "too short"),
            ("gen_ai.usage.input_tokens", "123"),
            ("next_page_token", "9f86d081884c7d659a2f"),
            ("partition.key", "9f86d081884c7d659a2f"),
            ("lexer.token", "9f86d081884c7d659a2f"),
            ("trace_id", "4bf92f3577b34da6a3ce929d0e0e4736"),
            ("url.full", "http://orders:8080/pay?id=9f86d081884c7d659a2f"),
            ("url.full", "http://ann@orders:8080/"),
            ("db.connection_string", "postgres://shop:****@db/shop"),
            ("db.statement", "SELECT password FROM users WHERE token = ?"),
            ("messaging.kafka.message.key", "9f86d081884c7d659a2f"),
        ] {
            assert_eq!(credential(name, value), None, "{name}={value}");
        }
    }
}
