//! Text from containers made fit for a terminal: nothing in it can move the cursor, colour the screen, or reorder words.

use std::borrow::Cow;

/// The text with every control character, terminal sequence and direction override written as an escape (`\u{1b}`).
/// Tabs become blanks; line ends are escaped too, so one line stays one line.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_harmful) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\t' => shown.push(' '),
            harmful if is_harmful(harmful) => shown.extend(harmful.escape_default()),
            plain => shown.push(plain),
        }
    }
    Cow::Owned(shown)
}

/// Controls (C0, C1, DEL), line and paragraph separators, and invisible characters that change the order of words or
/// hide text.
fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{61c}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use proptest::prelude::*;

    use super::{is_harmful, printable};

    #[test]
    fn a_terminal_sequence_is_shown_and_not_obeyed() {
        assert_eq!(printable("a\u{1b}[31mb\r\n"), "a\\u{1b}[31mb\\r\\n");
        assert_eq!(printable("\u{202e}txt\u{9b}2J"), "\\u{202e}txt\\u{9b}2J");
    }

    #[test]
    fn letters_of_any_language_are_borrowed_as_they_are() {
        assert!(matches!(printable("Größe 東京 🙂"), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn nothing_harmful_is_left(text in any::<String>()) {
            let shown = printable(&text).into_owned();
            prop_assert!(!shown.contains(is_harmful));
            prop_assert_eq!(printable(&shown).into_owned(), shown.clone());
        }
    }
}
