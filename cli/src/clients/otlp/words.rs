//! A receiver's own words, fit to be written down: whoever refuses a token may well repeat it.

use std::collections::HashSet;

use ptctl_diagnosis::redact;

use crate::secret::Secret;

/// So many characters are kept.
const LIMIT: usize = 300;
/// Shorter parts of a header's value are too common in any text to be taken out of it.
const SHORTEST: usize = 4;
/// So long a piece out of the middle of a part is no chance: receivers shorten what they repeat.
const PIECE: usize = 8;
/// What stands where something secret stood.
const HIDDEN: char = '…';
/// How `Authorization` says what follows, which hides nothing.
const SCHEMES: [&str; 6] = ["apikey", "basic", "bearer", "digest", "negotiate", "token"];

/// Writes words down: on one line, short, and without any part of the headers that were sent.
pub(super) struct Words {
    parts: Vec<Vec<char>>,
}

impl Words {
    /// Hides every part of these values.
    pub(super) fn hiding<'s>(secrets: impl Iterator<Item = &'s Secret>) -> Self {
        let parts: HashSet<Vec<char>> = secrets
            .flat_map(|secret| parts(secret.reveal()))
            .map(|part| lower(&part))
            .filter(|part| part.len() >= SHORTEST)
            .collect();
        Self {
            parts: parts.into_iter().collect(),
        }
    }

    pub(super) fn of(&self, text: &str) -> String {
        let shown = self.hide(&one_line(text));
        redact::text(&shown).chars().take(LIMIT).collect()
    }

    fn hide(&self, text: &str) -> String {
        let pieces: HashSet<&[char]> = self
            .parts
            .iter()
            .flat_map(|part| part.windows(part.len().min(PIECE)))
            .collect();
        let lowered = lower(text);
        let mut is_secret = vec![false; lowered.len()];
        for length in SHORTEST..=PIECE {
            for (at, window) in lowered.windows(length).enumerate() {
                if pieces.contains(window) {
                    is_secret[at..at + length].fill(true);
                }
            }
        }
        let mut shown = String::with_capacity(text.len());
        let mut after_secret = false;
        for (character, is_secret) in text.chars().zip(is_secret) {
            match (is_secret, after_secret) {
                (false, _) => shown.push(character),
                (true, false) => shown.push(HIDDEN),
                (true, true) => {}
            }
            after_secret = is_secret;
        }
        shown
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// One for each of the text's own characters.
fn lower(text: &str) -> Vec<char> {
    text.chars().map(|c| c.to_ascii_lowercase()).collect()
}

/// A value without its scheme, each of its words, the value of `name="value"`, and what `Basic` encodes. A name is no
/// secret, and nothing tells it from one.
fn parts(value: &str) -> Vec<String> {
    let words: Vec<&str> = value.split_whitespace().collect();
    let is_scheme = |word: &str| SCHEMES.iter().any(|name| word.eq_ignore_ascii_case(name));
    let scheme = words.first().copied().filter(|word| is_scheme(word));
    let words = words.get(usize::from(scheme.is_some())..).unwrap_or(&[]);
    let mut parts = Vec::new();
    if !value.contains('=') {
        parts.push(words.join(" "));
    }
    for piece in words.iter().flat_map(|word| word.split([',', ';'])) {
        // Equals signs at the end belong to base64.
        let bare = piece.trim_end_matches('=');
        let named = bare.split_once('=').map(|(_, value)| value);
        parts.push(bare.to_owned());
        parts.extend(named.map(|value| value.trim_matches('"').to_owned()));
    }
    let encoded = words.iter().filter_map(|word| decoded(word));
    if scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("basic")) {
        for credentials in encoded {
            let (user, password) = credentials.split_once(':').unwrap_or_default();
            parts.extend([one_line(user), one_line(password), one_line(&credentials)]);
        }
    }
    parts
}

/// Text in base64 (RFC 4648), of either alphabet and with or without padding.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text.trim_end_matches('=').bytes() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(six);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.extend(u8::try_from(bits >> count & 0xff));
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(value: &str) -> Words {
        Words::hiding(std::iter::once(&Secret::new(value)))
    }

    #[test]
    fn a_token_is_hidden_without_the_scheme_in_front_of_it_too() {
        for value in [
            "tok-8f2a",
            "Bearer tok-8f2a",
            "bearer  tok-8f2a",
            "ApiKey tok-8f2a=",
        ] {
            let words = words(value);
            assert_eq!(words.of("bad\n token tok-8f2a"), "bad token …", "{value}");
            assert_eq!(words.of("TOK-8F2A, a bearer token"), "…, a bearer token");
        }
    }

    #[test]
    fn what_basic_encodes_is_hidden_as_a_whole_and_in_halves() {
        // `tempo-writer:hunter two`
        for value in [
            "Basic dGVtcG8td3JpdGVyOmh1bnRlciB0d28=",
            "basic dGVtcG8td3JpdGVyOmh1bnRlciB0d28",
        ] {
            let words = words(value);
            assert_eq!(words.of("no user tempo-writer"), "no user …");
            assert_eq!(words.of("`hunter  two` is wrong"), "`…` is wrong");
            assert_eq!(words.of("tempo-writer:hunter two"), "…");
            assert_eq!(words.of("got dGVtcG8td3JpdGVyOmh1bnRlciB0d28="), "got …=");
        }
    }

    #[test]
    fn a_part_of_a_token_is_hidden_as_well() {
        let words = words("Bearer 5e1f00c9a1b2c3d4e5f6");
        assert_eq!(words.of("invalid key 5e1f00c9a1…"), "invalid key ……");
        assert_eq!(words.of("5e1f"), "5e1f");
    }

    #[test]
    fn values_of_named_parts_are_hidden() {
        let words = words("Digest username=\"ann-of-shop\", response=\"6629fae4\"; sid=abcd1");
        assert_eq!(
            words.of("username ann-of-shop, 6629fae4, abcd1"),
            "… …, …, …"
        );
    }

    #[test]
    fn nothing_is_hidden_of_what_is_too_short_or_was_not_sent() {
        let words = words("Basic YTpi");
        assert_eq!(words.of("a:b wants basic"), "a:b wants basic");
        assert_eq!(Words::hiding(std::iter::empty()).of(" ok "), "ok");
    }

    #[test]
    fn what_would_be_cut_in_two_is_hidden_before() {
        let text = format!("{} tok-8f2a", "x".repeat(LIMIT - 5));
        let shown = words("Bearer tok-8f2a").of(&text);
        assert!(!shown.contains("tok") && shown.ends_with('…'), "{shown}");
    }
}
