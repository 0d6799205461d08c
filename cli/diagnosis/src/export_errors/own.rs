//! The tracing library of this repository's own services: one JSON object a line, on stdout.

use super::{
    Component, Language, Loss, Outcome, Program,
    envelope::{Form, Record},
    reading::Reading,
};

const LIBRARY: Component = Component {
    program: Program::Telemetry,
    language: Some(Language::Rust),
};

pub(super) fn read(record: &Record<'_>) -> Option<Reading> {
    if record.form != Form::Json
        || record.field("service").is_none()
        || record.field("level").is_none()
    {
        return None;
    }
    let message = record.field("msg").or_else(|| record.field("message"))?;
    if message.starts_with("export recovered") {
        return Some(Reading {
            outcome: Outcome::Recovered,
            ..Reading::failed(LIBRARY, Loss::No)
        });
    }
    message
        .starts_with("export failed")
        .then(|| Reading::failed(LIBRARY, Loss::Unknown))
}
