//! Reading one environment variable, and saying what is wrong with it.

use std::ffi::OsString;
use std::str::FromStr;
use std::time::Duration;

/// A variable holds something that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{variable} is `{value}`: expected {expected}")]
pub struct MalformedValue {
    variable: &'static str,
    value: String,
    expected: String,
}

impl MalformedValue {
    /// `variable` holds `value`, which is not what is `expected`.
    pub(crate) fn new(variable: &'static str, value: &str, expected: impl Into<String>) -> Self {
        Self {
            variable,
            value: value.to_owned(),
            expected: expected.into(),
        }
    }

    /// `variable` holds a secret, which is not what is `expected`.
    pub(crate) fn secret(variable: &'static str, expected: impl Into<String>) -> Self {
        Self::new(variable, "(not shown)", expected)
    }

    /// The variable.
    pub fn variable(&self) -> &'static str {
        self.variable
    }
}

/// Where variables are looked up: the process's environment, or a table in a test.
pub(crate) struct Lookup<'a> {
    find: &'a dyn Fn(&str) -> Option<OsString>,
}

impl<'a> Lookup<'a> {
    /// Looks variables up with `find`.
    pub(crate) fn new(find: &'a dyn Fn(&str) -> Option<OsString>) -> Self {
        Self { find }
    }

    /// The value of `variable`, without blanks around it. An empty value is none, by the
    /// OpenTelemetry specification.
    pub(crate) fn text(&self, variable: &'static str) -> Result<Option<String>, MalformedValue> {
        let Some(value) = (self.find)(variable) else {
            return Ok(None);
        };
        match value.to_str() {
            Some(text) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
            None => Err(MalformedValue::new(
                variable,
                &value.to_string_lossy(),
                "UTF-8 text",
            )),
        }
    }

    /// The first of `variables` that has a value, with that value.
    pub(crate) fn first(
        &self,
        variables: &[&'static str],
    ) -> Result<Option<(&'static str, String)>, MalformedValue> {
        for &variable in variables {
            if let Some(value) = self.text(variable)? {
                return Ok(Some((variable, value)));
            }
        }
        Ok(None)
    }

    /// The value of the first of `variables` that has one, parsed, or else `default`.
    pub(crate) fn parsed<T>(
        &self,
        variables: &[&'static str],
        expected: &'static str,
        default: T,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, MalformedValue> {
        match self.first(variables)? {
            Some((variable, value)) => {
                parse(&value).ok_or_else(|| MalformedValue::new(variable, &value, expected))
            }
            None => Ok(default),
        }
    }

    /// A time in milliseconds, the unit of all times in the OpenTelemetry specification.
    pub(crate) fn milliseconds(
        &self,
        variables: &[&'static str],
        default: Duration,
    ) -> Result<Duration, MalformedValue> {
        self.parsed(
            variables,
            "a whole number of milliseconds above 0, such as `5000`",
            default,
            |value| positive::<u64>(value).map(Duration::from_millis),
        )
    }

    /// A number of spans.
    pub(crate) fn count(
        &self,
        variable: &'static str,
        default: usize,
    ) -> Result<usize, MalformedValue> {
        self.parsed(
            &[variable],
            "a whole number above 0, such as `512`",
            default,
            positive,
        )
    }

    /// A size in bytes.
    pub(crate) fn bytes(
        &self,
        variable: &'static str,
        default: usize,
    ) -> Result<usize, MalformedValue> {
        self.parsed(
            &[variable],
            "a whole number of bytes above 0, such as `67108864`",
            default,
            positive,
        )
    }
}

/// A whole number above 0.
fn positive<T>(value: &str) -> Option<T>
where
    T: FromStr + PartialOrd + Default,
{
    value.parse().ok().filter(|number| *number > T::default())
}
