//! Which lines of a log are shown.

use ptctl_diagnosis::{
    export_errors::{Outcome, Verdict, classify, is_continuation, strip_terminal_sequences},
    notices::{self, notice},
    snapshot::Role,
};

use super::{
    Anchors, Endpoints, RawLine,
    candidate::is_candidate,
    fatal::Fatal,
    level::{Level, level},
};

/// What a person wants to see.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// Only lines that tell something of exporting, or why a process ended.
    pub(crate) errors: Option<Endpoints>,
    /// Only lines of this level or worse.
    pub(crate) level: Option<Level>,
    /// Only lines with this trace id, in lower case.
    pub(crate) trace: Option<String>,
}

/// The lines of one log that are wanted.
#[derive(Debug)]
pub(crate) struct Sieve {
    wanted: Wanted,
    role: Role,
    anchors: Option<Anchors>,
    /// The last line was shown, so that those which continue it are too.
    is_open: bool,
}

/// What a line that is shown tells besides its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Told {
    /// How bad it says that it is.
    pub(crate) level: Option<Level>,
    /// What it proves about exporting, where that was asked for.
    pub(crate) verdict: Option<Verdict>,
}

impl Sieve {
    /// A sieve for the log of a container of this role.
    pub(crate) fn new(wanted: Wanted, role: Role) -> Self {
        let anchors = match (&wanted.trace, &wanted.errors) {
            (Some(id), _) => Some(Anchors::of_texts(&spellings(id))),
            (None, Some(endpoints)) => Some(Anchors::of_role(role, endpoints.names())),
            (None, None) => None,
        };
        Self {
            wanted,
            role,
            anchors,
            is_open: false,
        }
    }

    /// What every line that is wanted holds, unless the next line may continue one.
    pub(crate) fn anchors(&self) -> Option<&Anchors> {
        self.anchors.as_ref().filter(|_| !self.is_open)
    }

    /// Whether a line is shown, and what it tells.
    pub(crate) fn take(&mut self, line: RawLine<'_>) -> Option<Told> {
        // Most lines of a log that the engine streams end here.
        let holds_none = |anchors: &Anchors| !anchors.are_in(line.bytes);
        if self.anchors().is_some_and(holds_none) {
            return None;
        }
        let decoded = String::from_utf8_lossy(line.bytes);
        let text = strip_terminal_sequences(&decoded);
        let told = Told {
            level: level(&text),
            verdict: self.verdict(line.bytes),
        };
        let is_wanted = self.is_of_trace(&text)
            && self.is_bad_enough(told)
            && self.is_telling(line.bytes, &text, told);
        self.is_open = is_wanted || self.is_open && is_continuation(&text);
        self.is_open.then_some(told)
    }

    fn verdict(&self, bytes: &[u8]) -> Option<Verdict> {
        let endpoints = self.wanted.errors.as_ref()?;
        is_candidate(bytes, endpoints)
            .then(|| classify(bytes, endpoints.context()))
            .flatten()
    }

    fn is_of_trace(&self, text: &str) -> bool {
        self.wanted
            .trace
            .as_ref()
            .is_none_or(|id| spellings(id).iter().any(|id| text.contains(id)))
    }

    fn is_bad_enough(&self, told: Told) -> bool {
        self.wanted
            .level
            .is_none_or(|least| told.level >= Some(least))
    }

    fn is_telling(&self, bytes: &[u8], text: &str, told: Told) -> bool {
        if self.wanted.errors.is_none() {
            return true;
        }
        let of_export = told.verdict.is_some_and(|verdict| match verdict.outcome {
            Outcome::Failed | Outcome::Misconfigured | Outcome::Recovered => true,
        });
        of_export
            || Fatal::may_tell(bytes)
            || notices::is_candidate(bytes) && notice(self.role, text).is_some()
    }
}

/// A trace id as lines have it.
fn spellings(id: &str) -> [String; 2] {
    [id.to_owned(), id.to_ascii_uppercase()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(wanted: Wanted, lines: &[&str]) -> Vec<String> {
        let mut sieve = Sieve::new(wanted, Role::Service);
        lines
            .iter()
            .filter(|line| {
                let line = RawLine {
                    at: None,
                    bytes: line.as_bytes(),
                };
                sieve.take(line).is_some()
            })
            .map(|line| (*line).to_owned())
            .collect()
    }

    const REFUSED: &str =
        "Failed to export traces to tempo:4317, error code: StatusCode.UNAVAILABLE";

    #[test]
    fn lines_that_continue_a_line_that_is_shown_are_shown() {
        let lines = [
            "INFO one",
            REFUSED,
            "    at frame (file:1)",
            "Caused by: x",
            "INFO two",
            "    at frame (file:2)",
        ];
        let errors = Wanted {
            errors: Some(Endpoints::default()),
            ..Wanted::default()
        };
        assert_eq!(shown(errors, &lines), lines[1..4]);
    }

    #[test]
    fn a_level_leaves_out_what_is_less_bad_and_what_has_none() {
        let warnings = Wanted {
            level: Some(Level::Warn),
            ..Wanted::default()
        };
        let lines = ["INFO one", "WARN two", "three", "ERROR four"];
        assert_eq!(shown(warnings, &lines), ["WARN two", "ERROR four"]);
    }

    #[test]
    fn every_line_that_is_wanted_holds_an_anchor() {
        let sieve = Sieve::new(
            Wanted {
                trace: Some("0af7651916cd43dd8448eb211c80319c".to_owned()),
                ..Wanted::default()
            },
            Role::Service,
        );
        assert!(sieve.anchors().is_some());
        assert!(
            Sieve::new(Wanted::default(), Role::Service)
                .anchors()
                .is_none()
        );
    }
}
