//! Files of `NAME=value`: `.env` of the project and the files of `env_file`.

use ptctl_diagnosis::finding::Location;

/// What a file says of its variables; of several lines with one name the last counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Variables {
    lines: Vec<Variable>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) value: VariableValue,
    pub(super) location: Location,
}

/// What stands behind the name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum VariableValue {
    /// This.
    Written(String),
    /// Nothing: the shell's value is passed on.
    FromShell,
    /// Something with variables in it, which the generations of Compose replace differently.
    Computed,
}

impl Variables {
    /// Reads a file. No text is refused: a line that is no assignment is left out.
    pub(super) fn read(file: &str, text: &str) -> Self {
        let mut lines = Vec::new();
        let mut rest = text.trim_start_matches('\u{feff}');
        let mut number = 1_u32;
        while !rest.is_empty() {
            let end = rest.find('\n').unwrap_or(rest.len());
            let (variable, length) = line(&rest[..end], &rest[end..]);
            if let Some((name, value)) = variable {
                let column = rest.find(|c: char| !c.is_whitespace()).unwrap_or(0) + 1;
                lines.push(Variable {
                    name,
                    value,
                    location: Location::new(
                        file,
                        number,
                        u32::try_from(column).unwrap_or(u32::MAX),
                    ),
                });
            }
            // What stands behind a closing quote is left out.
            let after = end + length;
            let taken = rest[after..]
                .find('\n')
                .map_or(rest.len(), |line_end| after + line_end + 1);
            let breaks = rest[..taken].matches('\n').count();
            number = number.saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX));
            rest = &rest[taken..];
        }
        Self { lines }
    }

    /// These variables and, stronger, those of another file.
    pub(super) fn and(mut self, later: Self) -> Self {
        self.lines.extend(later.lines);
        self
    }

    /// The last line with this name.
    pub(super) fn get(&self, name: &str) -> Option<&Variable> {
        self.lines.iter().rfind(|line| line.name == name)
    }

    /// Every name once, with its last line.
    pub(super) fn last_of_each(&self) -> impl Iterator<Item = &Variable> {
        self.lines.iter().enumerate().filter_map(|(at, line)| {
            let again = self.lines[at + 1..]
                .iter()
                .any(|later| later.name == line.name);
            (!again).then_some(line)
        })
    }
}

/// The assignment of a line, and how many bytes of the following lines its quoted value takes.
fn line(text: &str, following: &str) -> (Option<(String, VariableValue)>, usize) {
    let text = text.trim_end_matches('\r');
    let trimmed = text.trim_start();
    let trimmed = trimmed
        .strip_prefix("export ")
        .map_or(trimmed, str::trim_start);
    if trimmed.is_empty() || trimmed.starts_with('#') {
        return (None, 0);
    }
    let Some((name, value)) = trimmed.split_once('=') else {
        let name = trimmed.trim();
        let is_name = name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c));
        return (
            is_name.then(|| (name.to_owned(), VariableValue::FromShell)),
            0,
        );
    };
    let name = name.trim();
    if name.is_empty() || name.contains(char::is_whitespace) {
        return (None, 0);
    }
    let value = value.trim_start_matches([' ', '\t']);
    let (value, length) = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => match quoted(quote, &value[1..], following) {
            Some(found) => found,
            None => (unquoted(value), 0),
        },
        Some(_) | None => (unquoted(value), 0),
    };
    (Some((name.to_owned(), value)), length)
}

/// A value up to a comment, which needs a blank before it.
fn unquoted(value: &str) -> VariableValue {
    let end = value
        .char_indices()
        .find(|(at, character)| {
            *character == '#' && (*at == 0 || value[..*at].ends_with(char::is_whitespace))
        })
        .map_or(value.len(), |(at, _)| at);
    written(value[..end].trim_end().to_owned())
}

fn written(value: String) -> VariableValue {
    if value.contains('$') {
        VariableValue::Computed
    } else {
        VariableValue::Written(value)
    }
}

/// A value in quotes, which may go on over the following lines; `None` where no quote ends it.
fn quoted(quote: char, line: &str, following: &str) -> Option<(VariableValue, usize)> {
    let mut value = String::new();
    let mut escaped = false;
    let mut at = 0;
    for character in line.chars().chain(following.chars()) {
        at += character.len_utf8();
        if escaped {
            escaped = false;
            value.push(match character {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                other => other,
            });
        } else if character == '\\' && quote == '"' {
            escaped = true;
        } else if character == quote {
            let value = if quote == '\'' {
                VariableValue::Written(value)
            } else {
                written(value)
            };
            return Some((value, at.saturating_sub(line.len())));
        } else {
            value.push(character);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn value(text: &str) -> VariableValue {
        let variables = Variables::read(".env", text);
        variables.get("A").unwrap().value.clone()
    }

    #[test]
    fn quotes_comments_and_blanks_follow_compose() {
        for (text, expected) in [
            ("A=b", "b"),
            ("export A = b ", "b"),
            ("A=b # comment", "b"),
            ("A=b#c", "b#c"),
            ("A='b # c' # d", "b # c"),
            ("A='$b'", "$b"),
            ("A=\"b\\nc\"", "b\nc"),
            ("A=\"b\nc\"", "b\nc"),
            ("A=", ""),
            ("A='it", "'it"),
            ("A=http://tempo:4318\r\n", "http://tempo:4318"),
            ("A=1\nA=2\n", "2"),
        ] {
            assert_eq!(
                value(text),
                VariableValue::Written(expected.to_owned()),
                "{text}"
            );
        }
        assert_eq!(value("A"), VariableValue::FromShell);
        assert_eq!(value("A=$B"), VariableValue::Computed);
        assert_eq!(value("A=\"${B}\""), VariableValue::Computed);
    }

    #[test]
    fn a_line_knows_its_place_after_a_value_of_several_lines() {
        let variables = Variables::read(".env", "# c\nA=\"x\ny\"\n\n  B=2\n");
        let place = |name| variables.get(name).unwrap().location.to_string();
        assert_eq!(place("A"), ".env:2:1");
        assert_eq!(place("B"), ".env:5:3");
    }

    proptest! {
        #[test]
        fn no_text_panics_and_every_line_ends(text in "[A-Z='\"\\\\\n\r #$é]{0,200}") {
            let variables = Variables::read(".env", &text);
            prop_assert!(variables.lines.len() <= text.len());
        }
    }
}
