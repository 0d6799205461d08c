//! The parts of a very long text in which something can stand.

use super::anchors;

/// Longer texts are not given to the rules as they are.
const MAX_TEXT: usize = 64 * 1024;
/// How much is kept of the beginning of a longer text.
const HEAD: usize = 32 * 1024;
/// How much is kept from shortly before an anchor on.
const AROUND: usize = 8 * 1024;
/// What is kept before an anchor.
const BEFORE: usize = 512;
/// So many anchors behind the beginning are looked at.
const MAX_PLACES: usize = 3;

/// The beginning of a long text and what follows each of the next anchors; `None` where the text is not long.
pub(super) fn of(text: &str) -> Option<String> {
    if text.len() <= MAX_TEXT {
        return None;
    }
    let head = text.floor_char_boundary(HEAD);
    let mut kept = text[..head].to_owned();
    let mut from = head;
    for _ in 0..MAX_PLACES {
        let Some(at) = anchors::first_in(&text.as_bytes()[from..]) else {
            break;
        };
        let start = text.floor_char_boundary((from + at).saturating_sub(BEFORE).max(head));
        let end = text.floor_char_boundary(start + AROUND);
        kept.push('\n');
        kept.push_str(&text[start..end]);
        from = end.max(from + at);
    }
    Some(kept)
}
