//! `${NAME}` and `${NAME:-default}` in the texts of a file; `$${` stands for `${`.

/// Replaces the variables of a text, or names one that has no value.
pub(super) fn filled(
    text: &str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<String, NotFilled> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, hole) = rest.split_at(at);
        if let Some(before) = before.strip_suffix('$') {
            filled.push_str(before);
            filled.push_str("${");
            rest = &hole[2..];
            continue;
        }
        filled.push_str(before);
        let (inside, after) = hole[2..].split_once('}').ok_or(NotFilled::Open)?;
        let (name, default) = match inside.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (inside, None),
        };
        let value = variable(name).filter(|value| !value.is_empty() || default.is_none());
        match (value, default) {
            (Some(value), _) => filled.push_str(&value),
            (None, Some(default)) => filled.push_str(default),
            (None, None) => return Err(NotFilled::Unset(name.to_owned())),
        }
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// Why a text could not be filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NotFilled {
    /// A `${` without its `}`.
    Open,
    /// A variable that is not set.
    Unset(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(name: &str) -> Option<String> {
        match name {
            "PORT" => Some("9080".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        }
    }

    #[test]
    fn variables_defaults_and_escapes_are_told_apart() {
        for (text, expected) in [
            ("http://localhost:${PORT}/x", "http://localhost:9080/x"),
            ("${NONE:-80}${PORT:-1}", "809080"),
            ("${EMPTY:-x}|${EMPTY}|", "x||"),
            ("$5 $${PORT} {$}", "$5 ${PORT} {$}"),
        ] {
            assert_eq!(filled(text, &one), Ok(expected.to_owned()), "{text}");
        }
        assert_eq!(
            filled("${NONE}", &one),
            Err(NotFilled::Unset("NONE".to_owned()))
        );
        assert_eq!(filled("a ${PORT", &one), Err(NotFilled::Open));
    }
}
