//! Every check there is, in the order of their codes.

use crate::{check::Check, checks, code::Code};

/// Every check, in the order of their codes.
pub static CATALOGUE: &[&Check] = checks::ALL;

/// Codes that were given up, with the version that last had them. They are never used again.
pub static RETIRED: &[(Code, &str)] = &[];

/// The check with this code.
pub fn by_code(code: Code) -> Option<&'static Check> {
    CATALOGUE.iter().copied().find(|check| check.code == code)
}
