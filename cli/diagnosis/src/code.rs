//! The permanent code of a check: `PT0203`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize, de};
use thiserror::Error;

/// A check's code: `PT`, two digits of area, two digits of number. Permanent and never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(u16);

/// The page of all checks, relative to the repository.
const CHECKS_PAGE: &str = "docs/checks.md";

impl Code {
    /// The code with these four digits, `Code::new(203)` for `PT0203`.
    ///
    /// # Panics
    ///
    /// At compile time in a constant, when the number has more than four digits.
    pub const fn new(number: u16) -> Self {
        assert!(number < 10_000, "a code has four digits");
        Self(number)
    }

    /// Its section in the page of all checks, relative to the repository.
    pub fn page(self) -> String {
        format!("{CHECKS_PAGE}#pt{:04}", self.0)
    }

    /// The area that its first two digits name.
    pub fn area(self) -> Option<Area> {
        AREAS
            .iter()
            .copied()
            .find(|area| *area as u16 == self.0 / 100)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PT{:04}", self.0)
    }
}

/// What is not a code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not a code; codes look like `PT0203`")]
pub struct NotACode(String);

impl FromStr for Code {
    type Err = NotACode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || NotACode(text.to_owned());
        let digits = text
            .strip_prefix("PT")
            .or_else(|| text.strip_prefix("pt"))
            .unwrap_or(text);
        if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(refused());
        }
        digits.parse().map(Self).map_err(|_| refused())
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// The parts of the way of a trace that checks are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// The stack and its containers.
    Stack = 1,
    /// Tempo itself.
    Tempo = 2,
    /// Configuration and environment of the services.
    Configuration = 3,
    /// The network path.
    Network = 4,
    /// Export errors in logs.
    ExportErrors = 5,
    /// Canary and end to end.
    EndToEnd = 6,
    /// Trace quality and propagation.
    Quality = 7,
    /// Storage and retention.
    Storage = 8,
    /// Trace and log correlation.
    Correlation = 9,
    /// Grafana, Loki, Prometheus, metrics generator.
    Surroundings = 10,
}

/// Every area in order.
pub const AREAS: [Area; 10] = [
    Area::Stack,
    Area::Tempo,
    Area::Configuration,
    Area::Network,
    Area::ExportErrors,
    Area::EndToEnd,
    Area::Quality,
    Area::Storage,
    Area::Correlation,
    Area::Surroundings,
];

impl Area {
    /// The folder that holds its checks.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Stack => "stack",
            Self::Tempo => "tempo",
            Self::Configuration => "configuration",
            Self::Network => "network",
            Self::ExportErrors => "export_errors",
            Self::EndToEnd => "end_to_end",
            Self::Quality => "quality",
            Self::Storage => "storage",
            Self::Correlation => "correlation",
            Self::Surroundings => "surroundings",
        }
    }

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Stack => "Stack and containers",
            Self::Tempo => "Tempo",
            Self::Configuration => "Configuration and environment",
            Self::Network => "Network path",
            Self::ExportErrors => "Export errors in logs",
            Self::EndToEnd => "Canary and end to end",
            Self::Quality => "Trace quality and propagation",
            Self::Storage => "Storage and retention",
            Self::Correlation => "Trace and log correlation",
            Self::Surroundings => "Grafana, Loki, Prometheus, metrics generator",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_reads_back_what_it_prints() {
        let code = Code::new(203);
        assert_eq!(code.to_string(), "PT0203");
        assert_eq!("PT0203".parse(), Ok(code));
        assert_eq!("pt0203".parse(), Ok(code));
        assert_eq!("0203".parse(), Ok(code));
        assert_eq!(code.area(), Some(Area::Tempo));
    }

    #[test]
    fn what_is_not_a_code_is_refused_by_name() {
        for text in ["", "PT203", "PT02034", "PT02x3", "tempo"] {
            assert_eq!(text.parse::<Code>(), Err(NotACode(text.to_owned())));
        }
    }
}
