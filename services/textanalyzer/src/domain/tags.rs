//! Tags: the keywords that are sure enough to file a text under, in a form that fits a URL.

use super::keywords::Keyword;

/// The most tags given.
pub const MOST: usize = 5;

/// The longest tag, in characters.
const LONGEST: usize = 40;

/// The tags of a text with these keywords: those that occur more than once or stand in the title, or the three
/// first where none do.
pub fn of(keywords: &[Keyword]) -> Vec<String> {
    let sure: Vec<&Keyword> = keywords
        .iter()
        .filter(|keyword| keyword.count > 1 || keyword.in_title)
        .collect();
    let chosen = if sure.is_empty() {
        keywords.iter().take(3).collect()
    } else {
        sure
    };
    let mut tags = Vec::new();
    for keyword in chosen {
        let tag = slug(&keyword.text);
        if !tag.is_empty() && !tags.contains(&tag) {
            tags.push(tag);
        }
        if tags.len() == MOST {
            break;
        }
    }
    tags
}

/// Letters and digits in lower case, with single hyphens between the words.
fn slug(text: &str) -> String {
    let words: Vec<String> = text
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("-").chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keyword(text: &str, count: usize) -> Keyword {
        Keyword {
            text: text.to_owned(),
            score: 1.0,
            count,
            in_title: false,
        }
    }

    #[test]
    fn repeated_keywords_become_tags() {
        assert_eq!(
            of(&[keyword("distributed tracing", 2), keyword("pond", 1)]),
            ["distributed-tracing"]
        );
    }

    #[test]
    fn a_short_text_is_tagged_by_its_first_keywords() {
        assert_eq!(
            of(&[keyword("pond", 1), keyword("bench", 1)]),
            ["pond", "bench"]
        );
    }

    #[test]
    fn a_tag_is_given_once() {
        assert_eq!(
            of(&[keyword("e-mail", 2), keyword("e mail", 2)]),
            ["e-mail"]
        );
    }

    proptest! {
        #[test]
        fn a_slug_fits_a_url_path_segment(text in any::<String>()) {
            let slug = slug(&text);
            prop_assert!(slug.chars().count() <= LONGEST);
            prop_assert!(slug.chars().all(|letter| letter == '-' || letter.is_alphanumeric() || !letter.is_ascii()));
        }
    }
}
