//! How many syllables a word has, estimated from its letters.
//!
//! Exact counts need a pronouncing dictionary. Counting groups of vowels, with a correction for the silent endings
//! of English, is what readability formulae are customarily computed with.

/// How the vowels of a language make syllables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vowels {
    /// A final `e`, `es` or `ed` is mostly silent.
    English,
    /// Each group of vowels is a syllable.
    German,
    /// Two strong vowels together (`a`, `e`, `o`, or an accented `í`, `ú`) are two syllables.
    Spanish,
}

/// The syllables of `word`, at least one.
pub fn count(word: &str, vowels: Vowels) -> usize {
    let letters: Vec<char> = word
        .chars()
        .flat_map(char::to_lowercase)
        .filter(|c| c.is_alphabetic())
        .collect();
    let groups = match vowels {
        Vowels::English => groups(&letters, is_vowel).saturating_sub(silent_ending(&letters)),
        Vowels::German => groups(&letters, is_vowel),
        Vowels::Spanish => groups(&letters, is_spanish_vowel) + hiatuses(&letters),
    };
    groups.max(1)
}

fn groups(letters: &[char], is_vowel: fn(char) -> bool) -> usize {
    let mut previous = false;
    letters
        .iter()
        .filter(|letter| {
            let vowel = is_vowel(**letter);
            let begins = vowel && !previous;
            previous = vowel;
            begins
        })
        .count()
}

fn is_vowel(letter: char) -> bool {
    matches!(
        letter,
        'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'ä' | 'ö' | 'ü' | 'é' | 'è' | 'ê' | 'ï' | 'à'
    )
}

fn is_spanish_vowel(letter: char) -> bool {
    matches!(
        letter,
        'a' | 'e' | 'i' | 'o' | 'u' | 'á' | 'é' | 'í' | 'ó' | 'ú' | 'ü'
    )
}

/// 1 where an English word's last vowel group is silent: `make`, `makes`, `baked`, but `table`, `boxes`, `wanted`.
fn silent_ending(letters: &[char]) -> usize {
    let silent = match letters {
        [.., before, 'l', 'e'] if !is_vowel(*before) => false,
        [.., before, 'e'] => !is_vowel(*before),
        [.., before, 'e', 's'] => {
            !is_vowel(*before) && !matches!(before, 's' | 'z' | 'x' | 'c' | 'g' | 'h' | 'l')
        }
        [.., before, 'e', 'd'] => !is_vowel(*before) && !matches!(before, 't' | 'd'),
        _ => false,
    };
    usize::from(silent)
}

fn hiatuses(letters: &[char]) -> usize {
    let strong = |letter: char| matches!(letter, 'a' | 'e' | 'o' | 'á' | 'é' | 'ó' | 'í' | 'ú');
    letters
        .windows(2)
        .filter(|pair| strong(pair[0]) && strong(pair[1]))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_words_have_their_spoken_syllables() {
        let cases = [
            ("cat", 1),
            ("make", 1),
            ("makes", 1),
            ("baked", 1),
            ("wanted", 2),
            ("boxes", 2),
            ("table", 2),
            ("readability", 5),
            ("the", 1),
            ("idea", 2),
            ("hmm", 1),
            ("agreed", 2),
        ];
        for (word, syllables) in cases {
            assert_eq!(count(word, Vowels::English), syllables, "{word}");
        }
    }

    #[test]
    fn german_vowel_groups_are_syllables() {
        for (word, syllables) in [
            ("Haus", 1),
            ("Häuser", 2),
            ("Geschwindigkeit", 4),
            ("Lesbarkeit", 3),
        ] {
            assert_eq!(count(word, Vowels::German), syllables, "{word}");
        }
    }

    #[test]
    fn spanish_strong_vowels_stand_apart() {
        for (word, syllables) in [
            ("ciudad", 2),
            ("leer", 2),
            ("país", 2),
            ("perezoso", 4),
            ("que", 1),
        ] {
            assert_eq!(count(word, Vowels::Spanish), syllables, "{word}");
        }
    }
}
