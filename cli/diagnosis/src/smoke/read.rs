//! From `smoke.yml` to a plan. Everything that is wrong with the file is told at once, each with its place and what to do.

mod check;
mod expect;
mod fields;
mod request;
mod variables;

use std::{cell::RefCell, fmt};

use self::fields::Fields;
use super::{filled::Filled, plan::Plan};
use crate::{document::Document, finding::Location};

/// Something that is wrong with a file of smoke checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where it stands.
    pub place: Location,
    /// What is wrong there.
    pub problem: String,
    /// What to do about it.
    pub remedy: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}: {}; {}",
            self.place, self.problem, self.remedy
        )
    }
}

/// The keys of each part of the file; the published schema names the same.
const FILE_KEYS: &[&str] = &["within", "settle", "checks"];

/// Reads a file. `variable` gives the environment's value for `${NAME}`.
pub fn read(
    file: &str,
    text: &str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Plan, Vec<Problem>> {
    let document = Document::read_whole(file, text).map_err(|error| {
        vec![Problem {
            place: Location::new(file, error.line, error.column),
            problem: format!("this cannot be read as YAML: {}", error.reason),
            remedy: "compare it with the example in docs/ci.md".to_owned(),
        }]
    })?;
    let filled = RefCell::new(Filled::default());
    let noted = |name: &str| {
        let value = variable(name)?;
        filled.borrow_mut().note(name, &value);
        Some(value)
    };
    let mut fields = Fields::new(&document, &noted);
    let checks = check::checks(&mut fields, &document.root);
    match (checks, fields.problems()) {
        (Some(checks), problems) if problems.is_empty() => Ok(Plan {
            checks,
            filled: filled.take(),
        }),
        (_, problems) => Err(problems),
    }
}

#[cfg(test)]
mod tests;
