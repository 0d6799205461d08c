//! Taking secrets out of what was gathered, by name and by value.

/// What stands where a secret stood.
pub const REDACTED: &str = "[redacted]";
