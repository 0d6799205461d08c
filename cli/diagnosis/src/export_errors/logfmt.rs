//! `key=value` lines as go-kit and dskit write them (Tempo, Loki, Alloy, Prometheus).

use super::envelope::Field;

/// Keys of which at least one stands in every line of these programs.
const MARKS: [&str; 6] = ["msg", "level", "lvl", "caller", "ts", "t"];

/// The pairs of a line; `None` where the line is not logfmt.
pub(super) fn parse(text: &str, limit: usize) -> Option<Vec<Field>> {
    let mut fields = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() && fields.len() < limit {
        let end = rest.find(['=', ' ', '"'])?;
        if end == 0 || !rest[end..].starts_with('=') {
            // A bare word at the start is no logfmt; behind pairs it is an unquoted value with blanks: left out.
            if fields.is_empty() {
                return None;
            }
            rest = rest[end..]
                .trim_start_matches(|c: char| c != ' ')
                .trim_start();
            continue;
        }
        let name = rest[..end].to_ascii_lowercase();
        let (value, after) = value(&rest[end + 1..]);
        fields.push(Field {
            name,
            value,
            string: true,
        });
        rest = after.trim_start();
    }
    let marked = fields
        .iter()
        .any(|field| MARKS.contains(&field.name.as_str()));
    (marked && fields.len() > 1).then_some(fields)
}

/// A quoted or bare value, and what follows it.
fn value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(' ').unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => match characters.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, 't')) => value.push('\t'),
                Some((_, escaped)) => value.push(escaped),
                None => {}
            },
            plain => value.push(plain),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn quoted_values_lose_their_quotes_and_escapes() {
        let fields = parse(r#"level=warn msg="a \"b\" c" err=x"#, 8).expect("logfmt");
        let pairs: Vec<_> = fields
            .iter()
            .map(|f| (f.name.as_str(), f.value.as_str()))
            .collect();
        assert_eq!(
            pairs,
            [("level", "warn"), ("msg", "a \"b\" c"), ("err", "x")]
        );
    }

    #[test]
    fn prose_is_not_logfmt() {
        assert!(parse("Set tempo=120 bpm", 8).is_none());
        assert!(parse("OTEL_EXPORTER=otlp", 8).is_none());
    }
}
