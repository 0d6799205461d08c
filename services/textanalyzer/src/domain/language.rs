//! Which language a text is in.

use rust_stemmers::Algorithm;
use serde::Serialize;
use whatlang::Lang;

/// The language found, with the finder's own confidence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Language {
    /// ISO 639-3 code, such as `eng`.
    pub code: &'static str,
    /// English name, such as `English`.
    pub name: &'static str,
    /// From 0 to 1.
    pub confidence: f64,
    /// Whether the confidence is high enough to rely on. Short texts rarely are.
    pub reliable: bool,
    #[serde(skip)]
    lang: Lang,
}

impl Language {
    /// The language of `text`, or nothing where it has no letters.
    pub fn detect(text: &str) -> Option<Self> {
        let found = whatlang::detect(text)?;
        let lang = found.lang();
        Some(Self {
            code: lang.code(),
            name: lang.eng_name(),
            confidence: found.confidence(),
            reliable: found.is_reliable(),
            lang,
        })
    }

    /// The language as the detector knows it.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// The Snowball stemmer of this language, where there is one.
    pub fn stemmer(&self) -> Option<Algorithm> {
        Some(match self.lang {
            Lang::Ara => Algorithm::Arabic,
            Lang::Dan => Algorithm::Danish,
            Lang::Nld => Algorithm::Dutch,
            Lang::Eng => Algorithm::English,
            Lang::Fin => Algorithm::Finnish,
            Lang::Fra => Algorithm::French,
            Lang::Deu => Algorithm::German,
            Lang::Ell => Algorithm::Greek,
            Lang::Hun => Algorithm::Hungarian,
            Lang::Ita => Algorithm::Italian,
            Lang::Nob => Algorithm::Norwegian,
            Lang::Por => Algorithm::Portuguese,
            Lang::Ron => Algorithm::Romanian,
            Lang::Rus => Algorithm::Russian,
            Lang::Spa => Algorithm::Spanish,
            Lang::Swe => Algorithm::Swedish,
            Lang::Tam => Algorithm::Tamil,
            Lang::Tur => Algorithm::Turkish,
            _ => return None,
        })
    }

    /// The words of this language that say nothing about a text's subject; none where the list has not the language.
    pub fn stop_words(&self) -> &'static [&'static str] {
        two_letter_code(self.lang)
            .and_then(stop_words::lookup)
            .unwrap_or(&[])
    }
}

/// The ISO 639-1 code, for the languages that have a stop-word list.
fn two_letter_code(lang: Lang) -> Option<&'static str> {
    Some(match lang {
        Lang::Afr => "af",
        Lang::Ara => "ar",
        Lang::Bul => "bg",
        Lang::Cat => "ca",
        Lang::Ces => "cs",
        Lang::Cmn => "zh",
        Lang::Dan => "da",
        Lang::Deu => "de",
        Lang::Ell => "el",
        Lang::Eng => "en",
        Lang::Epo => "eo",
        Lang::Est => "et",
        Lang::Fin => "fi",
        Lang::Fra => "fr",
        Lang::Heb => "he",
        Lang::Hin => "hi",
        Lang::Hrv => "hr",
        Lang::Hun => "hu",
        Lang::Hye => "hy",
        Lang::Ind => "id",
        Lang::Ita => "it",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Lat => "la",
        Lang::Lav => "lv",
        Lang::Lit => "lt",
        Lang::Nld => "nl",
        Lang::Nob => "no",
        Lang::Pes => "fa",
        Lang::Pol => "pl",
        Lang::Por => "pt",
        Lang::Ron => "ro",
        Lang::Rus => "ru",
        Lang::Slk => "sk",
        Lang::Slv => "sl",
        Lang::Spa => "es",
        Lang::Swe => "sv",
        Lang::Tha => "th",
        Lang::Tur => "tr",
        Lang::Ukr => "uk",
        Lang::Urd => "ur",
        Lang::Vie => "vi",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_tells_its_language() {
        let cases = [
            (
                "eng",
                "The quick brown fox jumps over the lazy dog while the farmer watches from the old wooden gate.",
            ),
            (
                "deu",
                "Der schnelle braune Fuchs springt über den faulen Hund, während der Bauer vom Tor aus zusieht.",
            ),
            (
                "spa",
                "El rápido zorro marrón salta sobre el perro perezoso mientras el granjero mira desde la puerta.",
            ),
            (
                "rus",
                "Быстрая коричневая лиса прыгает через ленивую собаку, пока фермер смотрит от старых ворот.",
            ),
        ];
        for (code, text) in cases {
            assert_eq!(
                Language::detect(text).map(|language| language.code),
                Some(code),
                "{text}"
            );
        }
    }

    #[test]
    fn digits_alone_have_no_language() {
        assert_eq!(Language::detect("123 456 7890"), None);
    }

    #[test]
    fn every_language_code_with_stop_words_is_known_to_the_list() {
        for lang in Lang::all() {
            if let Some(code) = two_letter_code(*lang) {
                assert!(stop_words::lookup(code).is_some(), "{code}");
            }
        }
    }
}
