//! From bytes to text: which character encoding a page is in.
//!
//! The order is that of browsers: a byte order mark, the `charset` of the content type, a `<meta>` in the first
//! 1024 bytes, and without any of these UTF-8 where the bytes are, else Windows-1252.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// How far into the page a `<meta>` may declare the encoding, in bytes.
const PRESCAN: usize = 1024;

/// A decoded page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded<'body> {
    /// The text; bytes that are none in the encoding are replaced by U+FFFD.
    pub text: Cow<'body, str>,
    /// The encoding's name, such as `UTF-8`.
    pub charset: &'static str,
}

/// Decodes `body`, which came with this content type.
pub fn decode<'body>(body: &'body [u8], content_type: Option<&str>) -> Decoded<'body> {
    let declared = content_type
        .and_then(declared_in)
        .or_else(|| prescanned(body));
    let guess = || {
        if std::str::from_utf8(body).is_ok() {
            UTF_8
        } else {
            WINDOWS_1252
        }
    };
    // A byte order mark overrides what is given here.
    let (text, encoding, _replaced) = declared.unwrap_or_else(guess).decode(body);
    Decoded {
        text,
        charset: encoding.name(),
    }
}

/// The encoding that `charset=` names in a content type or in a `<meta>`.
fn declared_in(text: &str) -> Option<&'static Encoding> {
    let lower = text.to_ascii_lowercase();
    let (_before, after) = lower.split_once("charset")?;
    let label = after
        .trim_start()
        .strip_prefix('=')?
        .trim_start()
        .trim_start_matches(['"', '\'']);
    let end = label.find(|letter: char| {
        matches!(letter, '"' | '\'' | ';' | '>' | '/') || letter.is_ascii_whitespace()
    });
    Encoding::for_label(&label.as_bytes()[..end.unwrap_or(label.len())])
}

fn prescanned(body: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&body[..body.len().min(PRESCAN)]).to_ascii_lowercase();
    let declared = head
        .split("<meta")
        .skip(1)
        .find_map(|rest| declared_in(rest.split('>').next()?))?;
    // A page whose ASCII could be read to find the declaration is not in UTF-16, whatever it says.
    if declared.is_ascii_compatible() {
        Some(declared)
    } else {
        Some(UTF_8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_type_wins_over_the_page() {
        let body = b"<meta charset=\"utf-8\">caf\xe9";
        assert_eq!(
            decode(body, Some("text/html; charset=\"ISO-8859-1\"")).charset,
            "windows-1252"
        );
        assert!(
            decode(body, Some("text/html; charset=latin1"))
                .text
                .ends_with("café")
        );
    }

    #[test]
    fn a_meta_declares_the_encoding_in_both_forms() {
        for meta in [
            "<meta charset=windows-1251>",
            "<META http-equiv='Content-Type' content='text/html; charset=windows-1251'/>",
        ] {
            let mut body = meta.as_bytes().to_vec();
            body.extend([0xcc, 0xe8, 0xf0]);
            let decoded = decode(&body, Some("text/html"));
            assert!(
                decoded.text.ends_with("Мир") && decoded.charset == "windows-1251",
                "{decoded:?}"
            );
        }
    }

    #[test]
    fn a_byte_order_mark_wins_over_all() {
        let decoded = decode(
            b"\xef\xbb\xbfgr\xc3\xbcn",
            Some("text/html; charset=latin1"),
        );
        assert_eq!((decoded.text.as_ref(), decoded.charset), ("grün", "UTF-8"));
    }

    #[test]
    fn undeclared_bytes_are_utf_8_where_they_can_be_and_else_windows_1252() {
        assert_eq!(decode("grün".as_bytes(), None).text, "grün");
        assert_eq!(decode(b"gr\xfcn", None).text, "grün");
    }

    #[test]
    fn an_unknown_label_is_as_good_as_none() {
        assert_eq!(
            decode("grün".as_bytes(), Some("text/html; charset=nonsense")).charset,
            "UTF-8"
        );
    }
}
