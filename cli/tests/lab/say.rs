//! What the lab tells its user.

use std::io::Write;

/// One line of the result.
pub(crate) fn line(text: &str) {
    write_to(std::io::stdout().lock(), text);
}

/// Something that the user should know and that is no result.
pub(crate) fn warn(text: &str) {
    write_to(std::io::stderr().lock(), &format!("lab: {text}"));
}

/// A reader that went away is no reason to end: what was made must still be removed.
fn write_to(mut stream: impl Write, text: &str) {
    if writeln!(stream, "{text}").is_err() {
        drop(stream);
    }
}
