//! What a text is about: its most telling words and two-word phrases.
//!
//! Words are grouped by stem, stop words are left out, and what is left is weighed by how often it occurs, how early,
//! and whether the title has it. Languages without a stemmer group by the word itself; scripts that put no spaces
//! between words give no keywords.

use std::collections::{HashMap, HashSet};

use rust_stemmers::Stemmer;
use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation;

use super::language::Language;
use super::segmentation::Segments;

/// The most keywords given.
pub const MOST: usize = 10;

/// The shortest word that can be a keyword, in letters.
const SHORTEST: usize = 3;

/// A word or phrase that tells what the text is about.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Keyword {
    /// Its most frequent form, in lower case.
    pub text: String,
    /// How telling it is, relative to the first keyword's 1.
    pub score: f64,
    /// How often it occurs in text and title.
    pub count: usize,
    /// Whether the title has it.
    #[serde(skip)]
    pub in_title: bool,
}

/// The keywords of a text, most telling first, at most [`MOST`].
pub fn extract(
    segments: &Segments<'_>,
    title: Option<&str>,
    language: Option<&Language>,
) -> Vec<Keyword> {
    let vocabulary = Vocabulary::of(language);
    let mut terms = Terms::default();
    if let Some(title) = title {
        terms.read(title, &vocabulary, Part::Title);
    }
    for sentence in &segments.sentences {
        terms.read(sentence, &vocabulary, Part::Text);
    }
    terms.ranked()
}

/// What a language's words are reduced to.
struct Vocabulary {
    stop_words: HashSet<&'static str>,
    stemmer: Option<Stemmer>,
}

impl Vocabulary {
    fn of(language: Option<&Language>) -> Self {
        let stop_words = language
            .map_or(&[][..], Language::stop_words)
            .iter()
            .copied()
            .collect();
        Self {
            stop_words,
            stemmer: language.and_then(Language::stemmer).map(Stemmer::create),
        }
    }

    /// The lower-case word, unless it can be no keyword.
    fn word(&self, raw: &str) -> Option<String> {
        let lower = raw.to_lowercase();
        let word = lower
            .strip_suffix("'s")
            .or_else(|| lower.strip_suffix("’s"))
            .unwrap_or(&lower);
        let letters = word.chars().filter(|letter| letter.is_alphabetic()).count();
        let telling = letters >= SHORTEST
            && !self.stop_words.contains(word)
            && !self.stop_words.contains(lower.as_str());
        telling.then(|| word.to_owned())
    }

    fn stem(&self, word: &str) -> String {
        match &self.stemmer {
            Some(stemmer) => stemmer.stem(word).into_owned(),
            None => word.to_owned(),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Title,
    Text,
}

/// A stem, or two stems that follow each other.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    Word(String),
    Phrase(String, String),
}

#[derive(Default)]
struct Term {
    forms: HashMap<String, usize>,
    count: usize,
    first: usize,
    in_title: bool,
}

#[derive(Default)]
struct Terms {
    by_key: HashMap<Key, Term>,
    words: usize,
}

impl Terms {
    fn read(&mut self, sentence: &str, vocabulary: &Vocabulary, part: Part) {
        let mut previous: Option<(String, String)> = None;
        for raw in sentence.unicode_words() {
            self.words += 1;
            let current = vocabulary
                .word(raw)
                .map(|word| (vocabulary.stem(&word), word));
            if let Some((stem, word)) = &current {
                self.add(Key::Word(stem.clone()), word.clone(), part);
                if let Some((before_stem, before)) = &previous
                    && before_stem != stem
                {
                    self.add(
                        Key::Phrase(before_stem.clone(), stem.clone()),
                        format!("{before} {word}"),
                        part,
                    );
                }
            }
            previous = current;
        }
    }

    fn add(&mut self, key: Key, form: String, part: Part) {
        let position = self.words;
        let term = self.by_key.entry(key).or_insert_with(|| Term {
            first: position,
            ..Term::default()
        });
        *term.forms.entry(form).or_default() += 1;
        term.count += 1;
        term.in_title |= part == Part::Title;
    }

    fn ranked(mut self) -> Vec<Keyword> {
        self.settle_phrases();
        let length = self.words.max(1);
        let mut ranked: Vec<(f64, usize, Keyword)> = self
            .by_key
            .into_iter()
            .map(|(key, term)| (weight(&key, &term, length), term.first, keyword(term)))
            .collect();
        ranked.sort_by(|a, b| {
            b.0.total_cmp(&a.0)
                .then(a.1.cmp(&b.1))
                .then_with(|| a.2.text.cmp(&b.2.text))
        });
        ranked.truncate(MOST);
        let top = ranked.first().map_or(1.0, |(weight, ..)| *weight);
        ranked
            .into_iter()
            .map(|(weight, _, keyword)| Keyword {
                score: (weight / top * 1000.0).round() / 1000.0,
                ..keyword
            })
            .collect()
    }

    /// Keeps the phrases that occur at least twice, and of their words those that also occur outside of them.
    fn settle_phrases(&mut self) {
        self.by_key
            .retain(|key, term| matches!(key, Key::Word(_)) || term.count >= 2);
        let mut inside: HashMap<String, usize> = HashMap::new();
        for (key, term) in &self.by_key {
            if let Key::Phrase(first, second) = key {
                for stem in [first, second] {
                    let most = inside.entry(stem.clone()).or_default();
                    *most = term.count.max(*most);
                }
            }
        }
        self.by_key.retain(|key, term| match key {
            Key::Word(stem) => inside.get(stem).is_none_or(|count| term.count > *count),
            Key::Phrase(..) => true,
        });
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of words in one text are far below 2^53"
)]
fn weight(key: &Key, term: &Term, length: usize) -> f64 {
    let earliness = 1.0 - term.first as f64 / (length + 1) as f64;
    let title = if term.in_title { 2.0 } else { 1.0 };
    let phrase = if matches!(key, Key::Phrase(..)) {
        1.5
    } else {
        1.0
    };
    term.count as f64 * (1.0 + earliness / 2.0) * title * phrase
}

fn keyword(term: Term) -> Keyword {
    let most_frequent = term
        .forms
        .into_iter()
        .max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(&a.0)));
    let text = most_frequent.map_or_else(String::new, |(form, _count)| form);
    Keyword {
        text,
        score: 0.0,
        count: term.count,
        in_title: term.in_title,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keywords(text: &str, title: Option<&str>) -> Vec<Keyword> {
        extract(&Segments::of(text), title, Language::detect(text).as_ref())
    }

    #[test]
    fn forms_of_one_word_count_together() {
        let found = keywords(
            "The engine of the ship failed. Both engines of this ship had been repaired before the engine failed.",
            None,
        );
        assert_eq!(
            (found[0].text.as_str(), found[0].count),
            ("engine", 3),
            "{found:?}"
        );
    }

    #[test]
    fn a_repeated_phrase_replaces_the_words_that_occur_only_in_it() {
        let found = keywords(
            "Distributed tracing shows where a request went. With distributed tracing you see each service.",
            None,
        );
        let texts: Vec<&str> = found.iter().map(|keyword| keyword.text.as_str()).collect();
        assert_eq!(texts[0], "distributed tracing");
        assert!(
            !texts.contains(&"tracing") && !texts.contains(&"distributed"),
            "{texts:?}"
        );
    }

    #[test]
    fn a_word_of_the_title_comes_first() {
        let text = "The garden has a pond and a bench. People like the bench near that pond.";
        assert_eq!(keywords(text, Some("The bench"))[0].text, "bench");
    }

    #[test]
    fn stop_words_and_numbers_are_no_keywords() {
        assert_eq!(
            keywords(
                "It was there and then they had 2024 of these, because of that.",
                None
            ),
            []
        );
    }

    #[test]
    fn possessives_count_as_the_word() {
        let found = keywords(
            "Tempo's storage and Tempo's queries belong together in Tempo.",
            None,
        );
        assert_eq!((found[0].text.as_str(), found[0].count), ("tempo", 3));
    }

    proptest! {
        #[test]
        fn keywords_are_few_ordered_and_the_same_each_time(text in "([a-f]{3,5}[ .]){0,60}") {
            let found = keywords(&text, None);
            prop_assert!(found.len() <= MOST);
            prop_assert!(found.windows(2).all(|pair| pair[0].score >= pair[1].score));
            prop_assert_eq!(found, keywords(&text, None));
        }
    }
}
