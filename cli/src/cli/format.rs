//! The formats of commands that write no report of findings.

use std::ffi::OsStr;

use clap::{
    Arg, Command, Error, ValueEnum,
    builder::{EnumValueParser, PossibleValue, TypedValueParser},
    parser::ValueSource,
};

use super::ReportFormat;

/// How a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Table,
    /// For programs
    Json,
}

/// How a graph is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// For people
    Table,
    /// For Graphviz: `ptctl map -o dot | dot -Tsvg`
    Dot,
    /// For Mermaid, as Markdown has it
    Mermaid,
    /// For programs
    Json,
}

/// Reads a format. The variable is one for all commands, so it may name a format that only others have: then the
/// result is a table. A flag is for its own command, and a word that is no format at all is refused wherever it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct FormatParser<F> {
    table: F,
}

impl<F> FormatParser<F> {
    /// A parser of formats of which this one is the table.
    pub(super) const fn or(table: F) -> Self {
        Self { table }
    }
}

impl<F: ValueEnum + Copy + Send + Sync + 'static> TypedValueParser for FormatParser<F> {
    type Value = F;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<F, Error> {
        EnumValueParser::<F>::new().parse_ref(command, argument, value)
    }

    fn parse_ref_(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
        source: ValueSource,
    ) -> Result<F, Error> {
        self.parse_ref(command, argument, value).or_else(|error| {
            let is_of_others = value.to_str().is_some_and(|name| {
                ReportFormat::from_str(name, false).is_ok()
                    || GraphFormat::from_str(name, false).is_ok()
            });
            if source == ValueSource::EnvVariable && is_of_others {
                Ok(self.table)
            } else {
                Err(error)
            }
        })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let values = F::value_variants().iter();
        Some(Box::new(values.filter_map(ValueEnum::to_possible_value)))
    }
}
