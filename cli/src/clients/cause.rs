//! The innermost cause of an error, in words.

use std::{error::Error, io};

/// The innermost I/O error of a chain, where there is one.
pub(crate) fn io_cause<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e io::Error> {
    let mut current = Some(error);
    let mut found = None;
    while let Some(error) = current {
        if let Some(io) = error.downcast_ref::<io::Error>() {
            found = Some(io);
            // An I/O error hides the chain of what it wraps.
            if let Some(inner) = io.get_ref() {
                current = Some(inner);
                continue;
            }
        }
        current = error.source();
    }
    found
}

/// The innermost cause of a chain as a short fragment: `connection refused`, `no such host`.
pub fn innermost(error: &(dyn Error + 'static)) -> String {
    if let Some(io) = io_cause(error) {
        let known = match io.kind() {
            io::ErrorKind::ConnectionRefused => Some("connection refused"),
            io::ErrorKind::ConnectionReset => Some("connection reset"),
            io::ErrorKind::HostUnreachable => Some("host unreachable"),
            io::ErrorKind::NetworkUnreachable => Some("network unreachable"),
            io::ErrorKind::TimedOut => Some("timed out"),
            io::ErrorKind::NotFound => Some("no such file"),
            io::ErrorKind::PermissionDenied => Some("permission denied"),
            io::ErrorKind::UnexpectedEof => Some("the connection was closed early"),
            _ => None,
        };
        if let Some(words) = known {
            return words.to_owned();
        }
    }
    let mut last = error;
    while let Some(inner) = last.source() {
        last = inner;
    }
    let text = last.to_string();
    if text.starts_with("failed to lookup address information") {
        return "no such host".to_owned();
    }
    text
}

/// A chain on one line, each cause once: `could not list the networks: no answer within 2 s`.
pub fn on_one_line(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut current = error.source();
    while let Some(error) = current {
        let part = error.to_string();
        // Some libraries repeat their cause in their own text.
        if !text.contains(&part) {
            text.push_str(": ");
            text.push_str(&part);
        }
        current = error.source();
    }
    text
}
