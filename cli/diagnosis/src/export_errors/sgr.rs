//! Terminal control sequences inside a line: Rust's `tracing` puts colours between every two words.

use std::borrow::Cow;

const ESCAPE: char = '\u{1b}';

/// The text without its control sequences (ECMA-48 CSI and OSC) and without other escapes.
pub fn strip(text: &str) -> Cow<'_, str> {
    if !text.contains(ESCAPE) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != ESCAPE {
            plain.push(character);
            continue;
        }
        match characters.next() {
            // CSI ends at its first byte of `@` to `~`.
            Some('[') => {
                for part in characters.by_ref() {
                    if ('@'..='~').contains(&part) {
                        break;
                    }
                }
            }
            // OSC ends at BEL or at the string terminator, whose backslash is its second half.
            Some(']') => {
                for part in characters.by_ref() {
                    if matches!(part, '\u{7}' | '\\') {
                        break;
                    }
                }
            }
            Some(_) | None => {}
        }
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::strip;

    #[test]
    fn colours_between_words_disappear() {
        assert_eq!(
            strip("\u{1b}[3mname\u{1b}[0m\u{1b}[2m=\u{1b}[0m\"X\""),
            "name=\"X\""
        );
    }

    #[test]
    fn a_sequence_that_never_ends_swallows_the_rest() {
        assert_eq!(strip("a\u{1b}[31"), "a");
        assert_eq!(strip("a\u{1b}"), "a");
    }
}
