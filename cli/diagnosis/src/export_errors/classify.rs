//! From a line to a verdict: envelope off, rules in order, cause last.

use super::{
    Context, ErrorKind, Program, Signal, Verdict, alternatives, anyone, cause, collector,
    continuation::is_continuation,
    endpoint,
    envelope::{self, Record},
    go, java, node, other_sdks, own, proxy, python,
    reading::{Reading, signal_of},
    rust, shippers, tempo,
};

/// What a line proves about exporting; `None` where it proves nothing.
///
/// A line is what one call of a log API gives, with or without its newline, in whatever envelope. At most its first
/// two mebibytes are looked at.
pub fn classify(line: &[u8], context: &Context) -> Option<Verdict> {
    classify_record(&envelope::open(line), context)
}

/// The same of a line whose envelopes are off.
pub(super) fn classify_record(record: &Record<'_>, context: &Context) -> Option<Verdict> {
    let reading = read(record, context)?;
    let named = reading
        .kind
        .or_else(|| cause::of(without_frames(&record.text).as_ref()));
    let kind = named.unwrap_or(ErrorKind::Unspecified);
    Some(Verdict {
        outcome: reading.outcome,
        signal: match (signal_of(record), reading.component.program) {
            // Tempo takes nothing else.
            (Signal::Unknown, Program::Tempo) => Signal::Traces,
            (signal, _) => signal,
        },
        lost: reading.lost,
        kind,
        likeliest: named.unwrap_or_else(|| endpoint::refine(reading.likeliest, &record.text)),
        alternatives: alternatives::of(kind),
        component: reading.component,
        continues: is_continuation(&record.text),
    })
}

/// The first rule that knows the line; a program's own messages before what any program could say.
fn read(record: &Record<'_>, context: &Context) -> Option<Reading> {
    own::read(record)
        .or_else(|| collector::read(record, context))
        .or_else(|| tempo::read(record))
        .or_else(|| node::read(record))
        .or_else(|| rust::read(record))
        .or_else(|| python::read(record))
        .or_else(|| java::read(record))
        .or_else(|| go::read(record))
        .or_else(|| other_sdks::read(record))
        .or_else(|| shippers::read(record))
        .or_else(|| proxy::read(record))
        .or_else(|| anyone::read(record, context))
}

/// The text without the frames of a stack, whose paths and function names are no causes.
fn without_frames(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.contains("\n    at ") {
        return text.into();
    }
    text.lines()
        .filter(|line| !line.starts_with("    at "))
        .collect::<Vec<_>>()
        .join("\n")
        .into()
}
