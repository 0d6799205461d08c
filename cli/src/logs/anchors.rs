//! Byte strings without one of which no line of a log tells anything, searched for before a line is decoded.

use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, MatchKind, packed};
use ptctl_diagnosis::{export_errors, notices, snapshot::Role};

use super::{announcements, fatal};

/// The vectorised search takes so many strings, and is many times faster than an automaton of all.
const PACKED: usize = 64;

/// What is searched for.
#[derive(Debug)]
pub(crate) struct Anchors {
    searchers: Vec<Searcher>,
}

#[derive(Debug)]
enum Searcher {
    Packed(packed::Searcher),
    /// Where this processor has no vectors that fit.
    Automaton(AhoCorasick),
}

impl Anchors {
    /// All that the log of a container of this role may tell. `endpoints` are named in lines of any form.
    pub(crate) fn of_role(role: Role, endpoints: &[String]) -> Self {
        let mut texts: Vec<&str> = endpoints.iter().map(String::as_str).collect();
        texts.extend_from_slice(export_errors::Anchors.patterns());
        notices::anchors(role).for_each(|text| texts.push(text));
        for known in fatal::ANCHORS {
            texts.extend_from_slice(known);
        }
        texts.extend_from_slice(&announcements::ANCHORS);
        Self::new(texts.into_iter().map(as_stored))
    }

    /// Texts such as the id of a trace.
    pub(crate) fn of_texts(texts: &[String]) -> Self {
        Self::new(texts.iter().map(|text| as_stored(text)))
    }

    fn new<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let all: BTreeSet<&str> = texts.into_iter().filter(|text| !text.is_empty()).collect();
        // A text that holds another one is found with it.
        let needed: Vec<&str> = all
            .iter()
            .filter(|text| {
                !all.iter()
                    .any(|other| other != *text && text.contains(other))
            })
            .copied()
            .collect();
        // Equal shares; in order, so that those which begin alike are searched for together.
        let shares = needed.len().div_ceil(PACKED).max(1);
        let searchers = needed
            .chunks(needed.len().div_ceil(shares).max(1))
            .filter_map(Searcher::of)
            .collect();
        Self { searchers }
    }

    /// Whether these bytes hold one.
    pub(crate) fn are_in(&self, bytes: &[u8]) -> bool {
        self.searchers
            .iter()
            .any(|searcher| searcher.find(bytes, 0).is_some())
    }
}

impl Searcher {
    fn of(texts: &[&str]) -> Option<Self> {
        let packed = packed::Config::new()
            .match_kind(packed::MatchKind::LeftmostFirst)
            .builder()
            .extend(texts)
            .build();
        match packed {
            Some(searcher) => Some(Self::Packed(searcher)),
            // The default kind of match is several times slower. No text can fail to become an automaton.
            None => AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostFirst)
                .build(texts)
                .ok()
                .map(Self::Automaton),
        }
    }

    fn find(&self, bytes: &[u8], from: usize) -> Option<usize> {
        let found = match self {
            Self::Packed(searcher) => searcher.find(&bytes[from..])?.start(),
            Self::Automaton(automaton) => automaton.find(&bytes[from..])?.start(),
        };
        Some(from + found)
    }
}

/// The longest part of a text that stands in a log's file as it is, whatever is escaped there.
fn as_stored(text: &str) -> &str {
    let is_changed = |character: char| {
        !character.is_ascii()
            || character.is_ascii_control()
            || matches!(character, '"' | '\\' | '<' | '>' | '&')
    };
    text.split(is_changed)
        .max_by_key(|part| part.len())
        .unwrap_or(text)
}

/// The next hit of each search in one block of bytes.
#[derive(Debug, Default)]
pub(super) struct Hits {
    next: Vec<Option<usize>>,
}

impl Hits {
    /// The bytes are others now.
    pub(super) fn forget(&mut self) {
        self.next.clear();
    }

    /// The first hit at a place or behind it. Places only grow until the bytes are forgotten.
    pub(super) fn next(&mut self, anchors: &Anchors, bytes: &[u8], at: usize) -> Option<usize> {
        if self.next.is_empty() {
            self.next = anchors
                .searchers
                .iter()
                .map(|searcher| searcher.find(bytes, at))
                .collect();
        }
        for (next, searcher) in self.next.iter_mut().zip(&anchors.searchers) {
            if next.is_some_and(|hit| hit < at) {
                *next = searcher.find(bytes, at);
            }
        }
        self.next.iter().copied().flatten().min()
    }
}
