//! How positive or negative an English text sounds, by VADER (Hutto and Gilbert, 2014).
//!
//! VADER rates sentences; its score of a long text saturates. So a text's score is the mean over its sentences.

use std::sync::LazyLock;

use serde::Serialize;
use vader_parity::SentimentIntensityAnalyzer;

/// VADER's own bound between neutral and the rest.
const NEUTRAL: f64 = 0.05;

static ANALYZER: LazyLock<SentimentIntensityAnalyzer> =
    LazyLock::new(SentimentIntensityAnalyzer::new);

/// The sentiment of a text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sentiment {
    /// The mean over all sentences, from −1 (negative) to 1 (positive), rounded to three decimals.
    pub score: f64,
    /// What the number means.
    pub label: Label,
    /// Sentences that sound positive.
    pub positive_sentences: usize,
    /// Sentences that sound negative.
    pub negative_sentences: usize,
}

/// Which way a text leans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// 0.05 and above.
    Positive,
    /// Between −0.05 and 0.05.
    Neutral,
    /// −0.05 and below.
    Negative,
}

impl Label {
    fn of(score: f64) -> Self {
        if score >= NEUTRAL {
            Self::Positive
        } else if score <= -NEUTRAL {
            Self::Negative
        } else {
            Self::Neutral
        }
    }
}

impl Sentiment {
    /// The sentiment of English sentences; none without sentences.
    pub fn of_english(sentences: &[&str]) -> Option<Self> {
        if sentences.is_empty() {
            return None;
        }
        let scores: Vec<f64> = sentences
            .iter()
            .map(|sentence| ANALYZER.polarity_scores(sentence).compound)
            .collect();
        let count = |label: Label| {
            scores
                .iter()
                .filter(|score| Label::of(**score) == label)
                .count()
        };
        #[expect(
            clippy::cast_precision_loss,
            reason = "counts of sentences in one text are far below 2^53"
        )]
        let mean = scores.iter().sum::<f64>() / scores.len() as f64;
        let score = (mean * 1000.0).round() / 1000.0;
        Some(Self {
            score,
            label: Label::of(score),
            positive_sentences: count(Label::Positive),
            negative_sentences: count(Label::Negative),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(text: &str) -> Label {
        Sentiment::of_english(&[text]).unwrap().label
    }

    #[test]
    fn praise_is_positive_and_a_complaint_negative() {
        assert_eq!(
            label("The staff were wonderful and the food was excellent!"),
            Label::Positive
        );
        assert_eq!(
            label("The food was terrible and the waiter was rude."),
            Label::Negative
        );
        assert_eq!(label("The restaurant is in Main Street."), Label::Neutral);
    }

    #[test]
    fn a_negation_turns_the_sentiment() {
        assert_eq!(label("The food was not good."), Label::Negative);
    }

    #[test]
    fn a_text_is_the_mean_of_its_sentences() {
        let sentiment = Sentiment::of_english(&["I love it!", "I hate it!"]).unwrap();
        assert_eq!(
            (sentiment.positive_sentences, sentiment.negative_sentences),
            (1, 1)
        );
        assert!(sentiment.score.abs() < 0.1, "{sentiment:?}");
    }

    #[test]
    fn no_sentences_have_no_sentiment() {
        assert_eq!(Sentiment::of_english(&[]), None);
    }
}
