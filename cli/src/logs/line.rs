//! A line as it is shown: colours off, secrets out, control characters escaped, cut at a length.

use ptctl_diagnosis::{
    export_errors::strip_terminal_sequences, printable::printable, redact, snapshot::LogLine,
};

use super::framing::RawLine;

/// More of a line is not quoted.
const SHOWN_LIMIT: usize = 2048;

/// The line, fit to be kept in a snapshot.
pub(super) fn shown(line: RawLine<'_>) -> LogLine {
    LogLine {
        at: line.at,
        text: quoted(line.bytes),
    }
}

/// The whole text of a line, fit to be shown.
pub(crate) fn cleaned(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    let text = redact::text(&strip_terminal_sequences(&text));
    printable(text.trim_end()).into_owned()
}

/// The text of a line, fit to be quoted.
pub(crate) fn quoted(line: &[u8]) -> String {
    // What is cut off is cut after the secrets are out, so that none is halved and missed; but a megabyte of one line
    // is not worth reading for that.
    let head = &line[..line.len().min(4 * SHOWN_LIMIT)];
    let text = String::from_utf8_lossy(head);
    let text = redact::text(&strip_terminal_sequences(&text));
    let text = printable(text.trim_end());
    let is_whole = text.len() <= SHOWN_LIMIT && head.len() == line.len();
    if is_whole {
        text.into_owned()
    } else {
        let end = text.floor_char_boundary(SHOWN_LIMIT);
        format!("{} … ({} bytes)", &text[..end], line.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> String {
        shown(RawLine { at: None, bytes }).text
    }

    #[test]
    fn a_line_is_shown_without_colours_secrets_and_control_characters() {
        let line = b"\x1b[2mINFO\x1b[0m Authorization: Bearer abc.def.ghi \x07 \xff";
        let shown = text(line);
        assert!(shown.starts_with("INFO"), "{shown}");
        assert!(!shown.contains("abc.def.ghi"), "{shown}");
        assert!(!shown.chars().any(char::is_control), "{shown}");
    }

    #[test]
    fn a_long_line_says_how_long_it_was() {
        let shown = text("ä".repeat(3000).as_bytes());
        assert!(shown.ends_with(" … (6000 bytes)"), "{shown}");
        assert!(shown.len() < SHOWN_LIMIT + 32);
    }
}
