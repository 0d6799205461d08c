//! Bytes of an unknown protocol, fit to be shown.

use ptctl_diagnosis::printable::printable;

/// So much of a greeting tells who it is.
const SHOWN: usize = 60;

/// The beginning of the first line.
pub(crate) fn beginning(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let line = text.lines().next().unwrap_or_default().trim_end();
    let short: String = line.chars().take(SHOWN).collect();
    printable(&short).into_owned()
}
