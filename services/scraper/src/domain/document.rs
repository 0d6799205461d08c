//! Parsing within bounds.
//!
//! The standard's tree construction takes time quadratic in the depth of nesting, so a page of a few megabytes can
//! keep a parser busy for minutes. The page is therefore fed in pieces, and given up when its time is over.

use std::time::{Duration, Instant};

use html::{Html, HtmlTreeSink};
use html5ever::driver::{ParseOpts, parse_document};
use html5ever::tendril::TendrilSink;
use thiserror::Error;

/// How long parsing may take. A page of 5 MiB takes a fraction of it.
pub const PARSE_TIME: Duration = Duration::from_secs(3);

/// The piece after which the time is looked at, in bytes.
const PIECE: usize = 4 * 1024;

/// The page is built to keep a parser busy.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("the page could not be parsed within {} s", PARSE_TIME.as_secs())]
pub struct TooComplex;

/// Parses `text`. The document cannot leave its thread: extract from it there.
pub fn parse(text: &str) -> Result<Html, TooComplex> {
    let deadline = Instant::now() + PARSE_TIME;
    let mut parser = parse_document(
        HtmlTreeSink::new(Html::new_document()),
        ParseOpts::default(),
    );
    let mut rest = text;
    while !rest.is_empty() {
        if Instant::now() > deadline {
            return Err(TooComplex);
        }
        let (piece, after) = rest.split_at(rest.floor_char_boundary(PIECE));
        parser.process(piece.into());
        rest = after;
    }
    Ok(parser.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_page_of_nothing_but_nesting_is_given_up_in_time() {
        let started = Instant::now();
        assert_eq!(
            parse(&"<div><p>".repeat(600_000)).map(|_| ()),
            Err(TooComplex)
        );
        assert!(
            started.elapsed() < PARSE_TIME * 3,
            "{:?}",
            started.elapsed()
        );
    }

    proptest! {
        #[test]
        fn any_text_parses_as_it_does_in_one_piece(text in "([<>a-z/ =\"'é&;]{0,40}){0,200}") {
            prop_assert_eq!(parse(&text).unwrap().html(), Html::parse_document(&text).html());
        }
    }
}
