//! How many traces are wanted.

use std::fmt;

/// A finite number of traces per second above 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct TracesPerSecond(f64);

impl TracesPerSecond {
    /// What is wanted unless told otherwise.
    pub(crate) const DEFAULT: Self = Self(10.0);

    /// A target, if it is a finite number above 0.
    pub(crate) fn new(number: f64) -> Option<Self> {
        (number.is_finite() && number > 0.0).then_some(Self(number))
    }

    /// The number itself.
    pub(super) fn get(self) -> f64 {
        self.0
    }
}

impl fmt::Display for TracesPerSecond {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}
