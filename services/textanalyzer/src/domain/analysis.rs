//! Everything found out about one text.

use serde::Serialize;

use super::keywords::{self, Keyword};
use super::language::Language;
use super::reading_ease::ReadingEase;
use super::segmentation::Segments;
use super::sentiment::Sentiment;
use super::tags;

/// The analysis of a text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Analysis {
    /// The language; none for a text without letters.
    pub language: Option<Language>,
    /// Words, by Unicode's rules.
    pub words: usize,
    /// Sentences; a line break ends one too.
    pub sentences: usize,
    /// Reading ease; none for languages without a formula of their own.
    pub reading_ease: Option<ReadingEase>,
    /// Sentiment; English only.
    pub sentiment: Option<Sentiment>,
    /// What the text is about, most telling first.
    pub keywords: Vec<Keyword>,
    /// What to file it under.
    pub tags: Vec<String>,
}

impl Analysis {
    /// Analyses `text`, with a span for each step. Takes a moment for long texts: call it off the runtime's workers.
    pub fn of(text: &str, title: Option<&str>) -> Self {
        let language =
            telemetry::start_span("detect language", &[]).in_scope(|| Language::detect(text));
        let segments = telemetry::start_span("segment text", &[]).in_scope(|| Segments::of(text));
        let reading_ease = telemetry::start_span("score reading ease", &[]).in_scope(|| {
            language
                .as_ref()
                .and_then(|language| ReadingEase::of(&segments, language.lang()))
        });
        let sentiment =
            telemetry::start_span("score sentiment", &[]).in_scope(|| match &language {
                Some(language) if language.lang() == whatlang::Lang::Eng => {
                    Sentiment::of_english(&segments.sentences)
                }
                Some(_) | None => None,
            });
        let keywords = telemetry::start_span("extract keywords", &[])
            .in_scope(|| keywords::extract(&segments, title, language.as_ref()));
        let tags = tags::of(&keywords);
        Self {
            language,
            words: segments.words.len(),
            sentences: segments.sentences.len(),
            reading_ease,
            sentiment,
            keywords,
            tags,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_english_text_gets_everything() {
        let analysis = Analysis::of(
            "Gardens need water. A garden without water is a sad garden, but a good gardener loves the work.",
            Some("Gardens"),
        );
        assert_eq!(analysis.language.map(|language| language.code), Some("eng"));
        assert_eq!((analysis.words, analysis.sentences), (18, 2));
        assert!(analysis.reading_ease.is_some() && analysis.sentiment.is_some());
        assert_eq!(analysis.tags.first().map(String::as_str), Some("garden"));
    }

    #[test]
    fn a_language_without_formula_or_lexicon_gets_none_instead_of_a_wrong_number() {
        let analysis = Analysis::of(
            "Kissa istui pehmeällä matolla ja katseli ikkunasta hiljaista pihaa koko pitkän päivän.",
            None,
        );
        assert_eq!(analysis.language.map(|language| language.code), Some("fin"));
        assert_eq!((analysis.reading_ease, analysis.sentiment), (None, None));
    }

    proptest! {
        #[test]
        fn any_text_can_be_analysed(text in any::<String>(), title in any::<Option<String>>()) {
            let analysis = Analysis::of(&text, title.as_deref());
            prop_assert!(analysis.tags.len() <= tags::MOST);
        }
    }
}
