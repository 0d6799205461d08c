//! How easy a text is to read, by Flesch's formula and its published adaptations.
//!
//! English: Flesch (1948). German: Amstad (1978). Spanish: Fernández Huerta (1959). The scale is the same: about 0
//! (very hard) to 100 (very easy), not clamped. A language without its own formula here gets none, since Flesch's
//! weights mean nothing in another language.

use serde::Serialize;
use whatlang::Lang;

use super::segmentation::Segments;
use super::syllables::{self, Vowels};

/// The result of one formula.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReadingEase {
    /// Which formula was used.
    pub formula: Formula,
    /// The formula's number, rounded to one decimal; higher is easier.
    pub score: f64,
    /// What the number means.
    pub level: Level,
    /// Mean length of a sentence, in words.
    pub words_per_sentence: f64,
    /// Mean length of a word, in syllables.
    pub syllables_per_word: f64,
}

/// A published reading-ease formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Formula {
    /// English: 206.835 − 1.015 × words per sentence − 84.6 × syllables per word.
    Flesch,
    /// German: 180 − words per sentence − 58.5 × syllables per word.
    Amstad,
    /// Spanish: 206.84 − 1.02 × words per sentence − 60 × syllables per word.
    FernandezHuerta,
}

/// Flesch's own classes, with the bounds 90, 80, 70, 60, 50 and 30.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 90 and above.
    VeryEasy,
    /// 80 to 90.
    Easy,
    /// 70 to 80.
    FairlyEasy,
    /// 60 to 70.
    Standard,
    /// 50 to 60.
    FairlyDifficult,
    /// 30 to 50.
    Difficult,
    /// Under 30.
    VeryDifficult,
}

impl Formula {
    /// The formula for a language, where there is one.
    pub fn of(lang: Lang) -> Option<Self> {
        match lang {
            Lang::Eng => Some(Self::Flesch),
            Lang::Deu => Some(Self::Amstad),
            Lang::Spa => Some(Self::FernandezHuerta),
            _ => None,
        }
    }

    fn vowels(self) -> Vowels {
        match self {
            Self::Flesch => Vowels::English,
            Self::Amstad => Vowels::German,
            Self::FernandezHuerta => Vowels::Spanish,
        }
    }

    fn score(self, words_per_sentence: f64, syllables_per_word: f64) -> f64 {
        let (base, sentence_weight, word_weight) = match self {
            Self::Flesch => (206.835, 1.015, 84.6),
            Self::Amstad => (180.0, 1.0, 58.5),
            Self::FernandezHuerta => (206.84, 1.02, 60.0),
        };
        base - sentence_weight * words_per_sentence - word_weight * syllables_per_word
    }
}

impl ReadingEase {
    /// The reading ease of a text in `lang`; none without words or without a formula for the language.
    pub fn of(segments: &Segments<'_>, lang: Lang) -> Option<Self> {
        let formula = Formula::of(lang)?;
        if segments.words.is_empty() || segments.sentences.is_empty() {
            return None;
        }
        let syllables: usize = segments
            .words
            .iter()
            .map(|word| syllables::count(word, formula.vowels()))
            .sum();
        let words_per_sentence = ratio(segments.words.len(), segments.sentences.len());
        let syllables_per_word = ratio(syllables, segments.words.len());
        let score = round(formula.score(words_per_sentence, syllables_per_word), 10.0);
        Some(Self {
            formula,
            score,
            level: Level::of(score),
            words_per_sentence: round(words_per_sentence, 100.0),
            syllables_per_word: round(syllables_per_word, 100.0),
        })
    }
}

impl Level {
    fn of(score: f64) -> Self {
        match score {
            s if s >= 90.0 => Self::VeryEasy,
            s if s >= 80.0 => Self::Easy,
            s if s >= 70.0 => Self::FairlyEasy,
            s if s >= 60.0 => Self::Standard,
            s if s >= 50.0 => Self::FairlyDifficult,
            s if s >= 30.0 => Self::Difficult,
            _ => Self::VeryDifficult,
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of words in one text are far below 2^53"
)]
fn ratio(count: usize, of: usize) -> f64 {
    count as f64 / of as f64
}

fn round(value: f64, steps: f64) -> f64 {
    (value * steps).round() / steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_childrens_sentence_is_very_easy() {
        let ease = ReadingEase::of(&Segments::of("The cat sat on the mat."), Lang::Eng).unwrap();
        // 206.835 - 1.015 * 6 - 84.6 * 1 = 116.145
        assert_eq!((ease.score, ease.level), (116.1, Level::VeryEasy));
    }

    #[test]
    fn officialese_is_harder_than_plain_speech() {
        let plain = ReadingEase::of(
            &Segments::of("We will help you. Call us at any time."),
            Lang::Eng,
        )
        .unwrap();
        let official = ReadingEase::of(
            &Segments::of(
                "Organisational representatives facilitate continuous telephonic availability.",
            ),
            Lang::Eng,
        )
        .unwrap();
        assert!(official.score < plain.score);
        assert_eq!(official.level, Level::VeryDifficult);
    }

    #[test]
    fn german_uses_amstads_weights() {
        let ease = ReadingEase::of(&Segments::of("Der Hund schläft im Haus."), Lang::Deu).unwrap();
        // 180 - 5 - 58.5 * 1 = 116.5
        assert_eq!((ease.formula, ease.score), (Formula::Amstad, 116.5));
    }

    #[test]
    fn a_language_without_a_formula_gets_no_score() {
        assert_eq!(
            ReadingEase::of(&Segments::of("Kissa istui matolla."), Lang::Fin),
            None
        );
    }

    #[test]
    fn a_text_without_words_gets_no_score() {
        assert_eq!(ReadingEase::of(&Segments::of("..."), Lang::Eng), None);
    }
}
