//! Tempo's log lines: `level=info ts=… caller=… msg="…" key=value …` on stderr.

use std::fmt::{self, Write as _};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// Formats events as Tempo formats its own.
#[derive(Debug, Clone, Copy, Default)]
pub struct Logfmt;

impl<S, N> FormatEvent<S, N> for Logfmt
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
    N: for<'writer> FormatFields<'writer> + 'static,
{
    fn format_event(
        &self,
        _context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let metadata = event.metadata();
        let level = match *metadata.level() {
            Level::ERROR => "error",
            Level::WARN => "warn",
            Level::INFO => "info",
            Level::DEBUG | Level::TRACE => "debug",
        };
        let mut fields = Fields::default();
        event.record(&mut fields);
        write!(writer, "level={level} ts={:.9}", jiff::Timestamp::now())?;
        if let (Some(file), Some(line)) = (metadata.file(), metadata.line()) {
            let name = file.rsplit('/').next().unwrap_or(file);
            write!(writer, " caller={name}:{line}")?;
        }
        write!(writer, " msg=")?;
        write_value(&mut writer, &fields.message)?;
        writeln!(writer, "{}", fields.rest)
    }
}

#[derive(Default)]
struct Fields {
    message: String,
    rest: String,
}

impl Fields {
    fn push(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            value.clone_into(&mut self.message);
            return;
        }
        // Writing to a String cannot fail.
        if write!(self.rest, " {}=", field.name()).is_ok() {
            self.rest.push_str(&quoted(value));
        }
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.push(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.push(field, &format!("{value:?}"));
    }
}

fn write_value(writer: &mut Writer<'_>, value: &str) -> fmt::Result {
    writer.write_str(&quoted(value))
}

/// The value as logfmt has it: in quotes if it holds a space, a quote, an equals sign or a control character.
fn quoted(value: &str) -> String {
    let needs_quotes = value.is_empty()
        || value
            .chars()
            .any(|c| c <= ' ' || c == '"' || c == '=' || c.is_control());
    if !needs_quotes {
        return value.to_owned();
    }
    let mut text = String::with_capacity(value.len() + 2);
    text.push('"');
    for character in value.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            other if other.is_control() => {
                text.extend(other.escape_unicode());
            }
            other => text.push(other),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn values_are_quoted_only_where_logfmt_needs_it() {
        assert_eq!(quoted("0.0.0.0:4317"), "0.0.0.0:4317");
        assert_eq!(quoted("Tempo started"), "\"Tempo started\"");
        assert_eq!(quoted("a \"b\"\nc"), "\"a \\\"b\\\"\\nc\"");
    }
}
