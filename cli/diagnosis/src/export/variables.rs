//! How OpenTelemetry's variables are read: the signal's own before the general one, an empty value as none.
//!
//! (<https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/>)

use crate::snapshot::Container;

/// A variable that has a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting<'c> {
    /// Its name.
    pub name: &'static str,
    /// Its value as it stands.
    pub raw: &'c str,
}

impl<'c> Setting<'c> {
    /// The first of these variables that has a value; blanks alone are none.
    pub fn first(container: &'c Container, names: &[&'static str]) -> Option<Self> {
        names.iter().find_map(|name| {
            let raw = container.setting(name)?;
            let setting = Self { name, raw };
            (!setting.bare().is_empty()).then_some(setting)
        })
    }

    /// This variable, if it has a value.
    pub fn of(container: &'c Container, name: &'static str) -> Option<Self> {
        Self::first(container, &[name])
    }

    /// The value as it was meant, without blanks and quotes around it.
    pub fn bare(&self) -> &'c str {
        bare(self.raw)
    }

    /// The value as a list, without empty items.
    pub fn items(&self) -> impl Iterator<Item = &'c str> {
        self.bare()
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
    }

    /// As it stands in the environment: `OTEL_TRACES_EXPORTER=none`.
    pub fn shown(&self) -> String {
        format!("{}={}", self.name, self.raw)
    }
}

/// A value without blanks around it and without one pair of quotes.
fn bare(value: &str) -> &str {
    let value = value.trim();
    ['"', '\'']
        .iter()
        .find_map(|quote| {
            value
                .strip_prefix(*quote)
                .and_then(|rest| rest.strip_suffix(*quote))
        })
        .map_or(value, str::trim)
}

/// The protocol of the traces' exporter.
pub const PROTOCOL: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
    "OTEL_EXPORTER_OTLP_PROTOCOL",
];
/// How long an export may take.
pub const TIMEOUT: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT",
    "OTEL_EXPORTER_OTLP_TIMEOUT",
];
/// What is sent along with each export.
pub const HEADERS: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
    "OTEL_EXPORTER_OTLP_HEADERS",
];
/// Whether exports are compressed.
pub const COMPRESSION: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION",
    "OTEL_EXPORTER_OTLP_COMPRESSION",
];
/// Whether gRPC goes without TLS where the endpoint has no scheme.
pub const INSECURE: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_TRACES_INSECURE",
    "OTEL_EXPORTER_OTLP_INSECURE",
];
/// The file with the authorities that are trusted.
pub const CERTIFICATE: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE",
    "OTEL_EXPORTER_OTLP_CERTIFICATE",
];
/// Which exporters the traces go to.
pub const EXPORTER: &str = "OTEL_TRACES_EXPORTER";
/// Which traces are kept.
pub const SAMPLER: &str = "OTEL_TRACES_SAMPLER";
/// The sampler's argument.
pub const SAMPLER_ARGUMENT: &str = "OTEL_TRACES_SAMPLER_ARG";
/// In which formats a trace's context is passed on.
pub const PROPAGATORS: &str = "OTEL_PROPAGATORS";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quotes_and_blanks_are_taken_off_in_pairs_only() {
        for (value, meant) in [
            ("\"otlp\"", "otlp"),
            (" otlp ", "otlp"),
            ("' otlp '", "otlp"),
            ("\"otlp", "\"otlp"),
            ("\"", "\""),
            ("\"\"", ""),
        ] {
            assert_eq!(bare(value), meant, "{value}");
        }
    }

    proptest! {
        #[test]
        fn a_bare_value_is_a_part_of_the_value(value in ".{0,40}") {
            prop_assert!(value.contains(bare(&value)));
        }
    }
}
