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

/// Reads a format. The variable is one for all commands, so it may name a format that only reports have: then the
/// result is a table. A flag is for its own command, and a word that is no format at all is refused wherever it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct FormatParser;

impl TypedValueParser for FormatParser {
    type Value = Format;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Format, Error> {
        EnumValueParser::<Format>::new().parse_ref(command, argument, value)
    }

    fn parse_ref_(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
        source: ValueSource,
    ) -> Result<Format, Error> {
        self.parse_ref(command, argument, value).or_else(|error| {
            let is_of_reports = value
                .to_str()
                .is_some_and(|name| ReportFormat::from_str(name, false).is_ok());
            if source == ValueSource::EnvVariable && is_of_reports {
                Ok(Format::Table)
            } else {
                Err(error)
            }
        })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let values = Format::value_variants().iter();
        Some(Box::new(values.filter_map(ValueEnum::to_possible_value)))
    }
}
