//! The configuration, read from `TEMPO_ENDPOINT` and the standard `OTEL_*` variables.

mod variable;

pub(crate) use variable::Lookup;
pub use variable::MalformedValue;
