//! Text from a stack made fit for Markdown: it can hold no link, image, tag or mention of anybody.

use ptctl_diagnosis::printable::printable;

/// A sentence of ours, in which values stand between backticks: what stands outside of them is plain text.
pub(super) fn prose(text: &str) -> String {
    let shown = printable(text);
    let parts: Vec<&str> = shown.split('`').collect();
    let mut markdown = String::new();
    for (number, part) in parts.iter().enumerate() {
        let is_value = number % 2 == 1 && number + 1 < parts.len();
        if is_value {
            markdown.push_str(&code(part));
        } else {
            // A backtick without a partner is a letter.
            if number % 2 == 1 {
                markdown.push_str("\\`");
            }
            plain(&mut markdown, part);
        }
    }
    markdown
}

fn plain(markdown: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '<' => markdown.push_str("&lt;"),
            '>' => markdown.push_str("&gt;"),
            '&' => markdown.push_str("&amp;"),
            // A mention would call somebody.
            '@' => markdown.push_str("&#64;"),
            '\\' | '*' | '_' | '[' | ']' | '!' | '~' | '#' | '$' => {
                markdown.push('\\');
                markdown.push(character);
            }
            plain => markdown.push(plain),
        }
    }
}

/// A value as code, whatever stands in it.
pub(super) fn code(text: &str) -> String {
    let shown = printable(text);
    if shown.is_empty() {
        return "` `".to_owned();
    }
    let longest = shown
        .split(|character| character != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let space = if shown.starts_with('`') || shown.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{space}{shown}{space}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_code_and_the_rest_is_plain() {
        assert_eq!(
            prose("`a<b>` says <img src=x> to @all"),
            "`a<b>` says &lt;img src=x&gt; to &#64;all"
        );
        assert_eq!(prose("one ` alone [x](y)"), "one \\` alone \\[x\\](y)");
    }

    #[test]
    fn a_value_with_backticks_does_not_end_its_code() {
        assert_eq!(code("a``b"), "```a``b```");
        assert_eq!(code("`x`"), "`` `x` ``");
        assert_eq!(code("a\nb"), "`a\\nb`");
        assert_eq!(code(""), "` `");
    }
}
