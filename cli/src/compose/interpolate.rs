//! `${NAME:-default}` and its relatives, from the `.env` of the project alone:
//! <https://docs.docker.com/reference/compose-file/interpolation/>.

use ptctl_diagnosis::{finding::Location, redact, snapshot::ComposeText};

use super::variables::{VariableValue, Variables};

/// Defaults inside of defaults, deeper than anybody writes.
const DEEPEST: usize = 16;

/// A text with its variables replaced as far as files can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filled {
    value: Option<String>,
    around: Vec<String>,
    places: Vec<Location>,
    open: Vec<String>,
}

/// What stands in the place of a variable.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Hole {
    value: Option<String>,
    place: Option<Location>,
    open: Vec<String>,
}

impl Filled {
    /// Replaces the variables of a text.
    pub(super) fn of(text: &str, variables: &Variables) -> Self {
        let mut filled = Self::empty();
        filled.take(text, variables, 0);
        filled
    }

    /// The value that only a shell or a file may give, such as `NAME` without `=`.
    pub(super) fn passed_on(name: &str, variables: &Variables) -> Self {
        let mut filled = Self::empty();
        filled.hole(lookup(name, variables));
        filled
    }

    /// A value that cannot be told from here.
    pub(super) fn unknown() -> Self {
        Self {
            value: None,
            around: vec![String::new(), String::new()],
            places: Vec::new(),
            open: Vec::new(),
        }
    }

    /// A value that cannot be told from here, whatever becomes of the text.
    pub(super) fn hidden(self) -> Self {
        Self {
            open: self.open,
            ..Self::unknown()
        }
    }

    fn empty() -> Self {
        Self {
            value: Some(String::new()),
            around: vec![String::new()],
            places: Vec::new(),
            open: Vec::new(),
        }
    }

    /// The value; `None` where only a shell knows it.
    pub(super) fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }

    /// Whether it has variables.
    pub(super) fn has_holes(&self) -> bool {
        self.around.len() > 1
    }

    /// The text as a fact: the value of `name`, without what is secret in it.
    pub(super) fn redacted(self, name: &str, location: Location) -> ComposeText {
        let shown = self
            .value
            .as_deref()
            .map(|value| redact::value(name, value));
        let skeleton = self.around.join(" ");
        let hides = shown != self.value || redact::value(name, &skeleton) != skeleton;
        let around = match (self.has_holes(), hides) {
            (false, _) => None,
            // Of a text with secrets not even its form is kept: it may be anything.
            (true, true) => Some(vec![String::new(), String::new()]),
            (true, false) => Some(self.around),
        };
        ComposeText {
            value: shown,
            around,
            filled_by: self.places,
            open: self.open,
            location,
        }
    }

    fn literal(&mut self, text: &str) {
        if let Some(value) = &mut self.value {
            value.push_str(text);
        }
        if let Some(last) = self.around.last_mut() {
            last.push_str(text);
        }
    }

    fn hole(&mut self, hole: Hole) {
        self.around.push(String::new());
        self.places.extend(hole.place);
        for name in hole.open {
            if !self.open.contains(&name) {
                self.open.push(name);
            }
        }
        match (&mut self.value, hole.value) {
            (Some(whole), Some(value)) => whole.push_str(&value),
            (whole, None) => *whole = None,
            (None, Some(_)) => {}
        }
    }

    fn take(&mut self, text: &str, variables: &Variables, depth: usize) {
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            self.literal(before);
            rest = if let Some(after) = after.strip_prefix('$') {
                self.literal("$");
                after
            } else if let Some(braced) = after.strip_prefix('{') {
                let end = closing(braced);
                self.hole(match end {
                    Some(end) if depth < DEEPEST => braces(&braced[..end], variables, depth),
                    Some(_) | None => Hole::default(),
                });
                end.map_or("", |end| &braced[end + 1..])
            } else {
                let length = name_length(after);
                if length == 0 {
                    // Compose refuses it; whatever becomes of it is unknown.
                    self.hole(Hole::default());
                } else {
                    self.hole(lookup(&after[..length], variables));
                }
                &after[length..]
            };
        }
        self.literal(rest);
    }
}

/// Where the brace that is open here is closed.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, character) in text.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn name_length(text: &str) -> usize {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return 0;
    }
    text.find(|c| !is_name(c)).unwrap_or(text.len())
}

/// What stands between braces.
fn braces(inside: &str, variables: &Variables, depth: usize) -> Hole {
    let (name, operator) = inside.split_at(name_length(inside));
    if name.is_empty() {
        return Hole::default();
    }
    let found = lookup(name, variables);
    let is_set = found.place.is_some();
    let has_text = found.value.as_deref().is_none_or(|value| !value.is_empty());
    let word = |text: &str, place: Option<Location>| {
        let mut filled = Filled::of("", variables);
        filled.take(text, variables, depth + 1);
        Hole {
            value: filled.value,
            place,
            open: filled.open,
        }
    };
    let nothing = || Hole {
        value: Some(String::new()),
        ..Hole::default()
    };
    if let Some(default) = operator.strip_prefix(":-") {
        return if is_set && has_text {
            found
        } else {
            word(default, None)
        };
    }
    if let Some(default) = operator.strip_prefix('-') {
        return if is_set { found } else { word(default, None) };
    }
    if let Some(other) = operator.strip_prefix(":+") {
        return if is_set && has_text {
            word(other, found.place)
        } else {
            nothing()
        };
    }
    if let Some(other) = operator.strip_prefix('+') {
        return if is_set {
            word(other, found.place)
        } else {
            nothing()
        };
    }
    if operator.starts_with(":?") {
        return if is_set && has_text {
            found
        } else {
            Hole::open(name)
        };
    }
    if operator.is_empty() || operator.starts_with('?') {
        return found;
    }
    Hole::default()
}

/// The value that the files give a variable, and where.
fn lookup(name: &str, variables: &Variables) -> Hole {
    let Some(variable) = variables.get(name) else {
        return Hole::open(name);
    };
    let value = match &variable.value {
        VariableValue::Written(value) => Some(value.clone()),
        VariableValue::FromShell => return Hole::open(name),
        VariableValue::Computed => None,
    };
    Hole {
        value,
        place: Some(variable.location.clone()),
        open: Vec::new(),
    }
}

impl Hole {
    /// One that no file fills.
    fn open(name: &str) -> Self {
        Self {
            open: vec![name.to_owned()],
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filled(text: &str) -> Filled {
        let variables = Variables::read(".env", "HOST=tempo\nEMPTY=\nPORT=4317\n");
        Filled::of(text, &variables)
    }

    #[test]
    fn every_form_is_replaced_as_compose_does_it() {
        for (text, expected) in [
            ("plain", Some("plain")),
            ("$HOST:$PORT", Some("tempo:4317")),
            ("${HOST}", Some("tempo")),
            ("$$HOST", Some("$HOST")),
            ("cost: 5$$", Some("cost: 5$")),
            ("${HOST:-other}", Some("tempo")),
            ("${EMPTY:-other}", Some("other")),
            ("${EMPTY-other}", Some("")),
            ("${NONE:-other}", Some("other")),
            ("${NONE-other}", Some("other")),
            ("${NONE:-${HOST}:1}", Some("tempo:1")),
            ("${NONE:-}", Some("")),
            ("${HOST:?needed}", Some("tempo")),
            ("${EMPTY:?needed}", None),
            ("${NONE?needed}", None),
            ("${HOST:+set}", Some("set")),
            ("${EMPTY:+set}", Some("")),
            ("${EMPTY+set}", Some("set")),
            ("${NONE:+set}", Some("")),
            ("$NONE", None),
            ("${NONE}", None),
            ("${HOST", None),
            ("${1}", None),
            ("$", None),
        ] {
            assert_eq!(filled(text).value(), expected, "{text}");
        }
    }

    #[test]
    fn a_shell_could_fill_every_hole_otherwise() {
        let text =
            filled("http://${HOST}:${NONE:-4318}/v1").redacted("X", Location::new("f", 1, 1));
        assert_eq!(text.value.as_deref(), Some("http://tempo:4318/v1"));
        assert!(text.may_be("http://collector:4318/v1"));
        assert!(!text.may_be("grpc://tempo:4318/v1"));
        assert_eq!(text.filled_by, [Location::new(".env", 1, 1)]);
    }

    #[test]
    fn what_no_file_fills_is_named() {
        for (text, open) in [
            ("$HOST:$PORT", &[][..]),
            ("$NONE:${NONE}:${MORE:?set it}", &["NONE", "MORE"]),
            ("${NONE:-a}${MORE:+b}${EMPTY:-$LAST}", &["LAST"]),
        ] {
            assert_eq!(filled(text).open, open, "{text}");
        }
        let passed_on = Filled::passed_on("NONE", &Variables::read(".env", ""));
        assert_eq!(passed_on.open, ["NONE"]);
    }

    #[test]
    fn secrets_do_not_become_facts_not_even_around_a_hole() {
        let secret = filled("http://ann:hunter2@${NONE}").redacted("URL", Location::new("f", 1, 1));
        assert_eq!(secret.value, None);
        assert!(!format!("{secret:?}").contains("hunter2"));
        let named = filled("hunter2").redacted("DB_PASSWORD", Location::new("f", 1, 1));
        assert_eq!(named.value.as_deref(), Some(redact::REDACTED));
    }

    proptest! {
        #[test]
        fn no_text_panics_and_its_own_value_fits_it(text in "[$A-Z{}:?+é-]{0,120}") {
            let text = filled(&text).redacted("X", Location::new("f", 1, 1));
            let own = text.value.clone().unwrap_or_default();
            prop_assert!(text.value.is_none() || text.may_be(&own));
        }
    }
}
