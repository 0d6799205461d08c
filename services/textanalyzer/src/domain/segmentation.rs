//! Words and sentences, by Unicode Standard Annex 29.

use unicode_segmentation::UnicodeSegmentation;

/// A text cut into sentences and words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segments<'text> {
    /// The sentences that hold at least one word, without surrounding white space.
    pub sentences: Vec<&'text str>,
    /// The words, without punctuation, in the order of the text.
    pub words: Vec<&'text str>,
}

impl<'text> Segments<'text> {
    /// Cuts `text`. A line break ends a sentence too, since headings and list items have no full stop.
    pub fn of(text: &'text str) -> Self {
        let sentences = text
            .lines()
            .flat_map(UnicodeSegmentation::unicode_sentences)
            .map(str::trim)
            .filter(|sentence| sentence.unicode_words().next().is_some())
            .collect();
        Self {
            sentences,
            words: text.unicode_words().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sentences_end_at_full_stops_and_line_breaks() {
        let segments = Segments::of("A heading\nIt can't rain forever. Can it? 3.14 is no end.");
        assert_eq!(
            segments.sentences,
            [
                "A heading",
                "It can't rain forever.",
                "Can it?",
                "3.14 is no end."
            ]
        );
    }

    #[test]
    fn words_keep_apostrophes_and_lose_punctuation() {
        assert_eq!(
            Segments::of("\"It can't!\" - she said.").words,
            ["It", "can't", "she", "said"]
        );
    }

    proptest! {
        #[test]
        fn a_text_has_sentences_exactly_when_it_has_words(text in any::<String>()) {
            let segments = Segments::of(&text);
            prop_assert_eq!(segments.words.is_empty(), segments.sentences.is_empty());
            prop_assert!(segments.sentences.len() <= segments.words.len().max(text.lines().count() * 2 + segments.words.len()));
        }
    }
}
