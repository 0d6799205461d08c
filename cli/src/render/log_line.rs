//! Lines of logs as people and programs read them.

use anstyle::{AnsiColor, Style};
use jiff::{Timestamp, tz::TimeZone};
use ptctl_diagnosis::export_errors::{ErrorKind, Loss, Outcome, Signal, Verdict};
use serde::Serialize;

use super::{Colour, Glyphs, service_colour::ServiceColours};
use crate::{
    feed::FeedLine,
    logs::{Level, cleaned},
};

/// Whether the times of lines need their dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dates {
    /// All are of about the same day.
    Left,
    /// They may be of several days.
    Shown,
}

impl Dates {
    /// Shown where these times are of several days.
    pub(crate) fn among(times: impl IntoIterator<Item = Timestamp>) -> Self {
        let mut days = times
            .into_iter()
            .map(|at| at.to_zoned(TimeZone::UTC).date());
        let first = days.next();
        if days.any(|day| Some(day) != first) {
            Self::Shown
        } else {
            Self::Left
        }
    }
}

/// A log as its lines name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogName {
    /// The service, or the container where several share that.
    pub(crate) label: String,
    /// The container.
    pub(crate) container: String,
}

/// How lines are written for people.
#[derive(Debug)]
pub(crate) struct LogRows {
    labels: Vec<(String, Style)>,
    colour: Colour,
    glyphs: Glyphs,
    dates: Dates,
}

impl LogRows {
    /// Rows of these logs.
    pub(crate) fn new(names: &[LogName], colour: Colour, glyphs: Glyphs, dates: Dates) -> Self {
        let width = names
            .iter()
            .map(|name| textwrap::core::display_width(&name.label))
            .max()
            .unwrap_or_default();
        let mut colours = ServiceColours::new();
        let labels = names
            .iter()
            .map(|name| {
                let missing = width - textwrap::core::display_width(&name.label);
                let label = ptctl_diagnosis::printable::printable(&name.label);
                (
                    format!("{label}{}", " ".repeat(missing)),
                    colours.next(&name.label).on_default(),
                )
            })
            .collect();
        Self {
            labels,
            colour,
            glyphs,
            dates,
        }
    }

    /// One line of a log.
    pub(crate) fn row(&self, log: usize, line: &FeedLine) -> String {
        let time = line.at.map_or_else(|| "?".to_owned(), |at| self.time(at));
        let (sign, style) = self.sign(line);
        let (label, label_style) = &self.labels[log];
        let text = cleaned(&line.bytes);
        let meaning = line.told.verdict.map(meaning);
        let meaning = meaning.map_or_else(String::new, |meaning| format!("  ({meaning})"));
        match self.colour {
            Colour::Off => format!("{time} {label} {sign} {text}{meaning}\n"),
            Colour::On => {
                let faint = Style::new().dimmed();
                format!(
                    "{faint}{time}{faint:#} {label_style}{label}{label_style:#} {style}{sign} {text}{style:#}{faint}{meaning}{faint:#}\n"
                )
            }
        }
    }

    fn time(&self, at: Timestamp) -> String {
        let at = at.to_zoned(TimeZone::UTC);
        let format = match self.dates {
            Dates::Left => "%H:%M:%S.%3f",
            Dates::Shown => "%Y-%m-%d %H:%M:%S.%3f",
        };
        at.strftime(format).to_string()
    }

    fn sign(&self, line: &FeedLine) -> (&'static str, Style) {
        let failed = line
            .told
            .verdict
            .is_some_and(|verdict| verdict.outcome != Outcome::Recovered);
        let level = if failed {
            Some(Level::Error)
        } else {
            line.told.level
        };
        let is_ascii = self.glyphs == Glyphs::Ascii;
        match level {
            Some(Level::Error) => (
                if is_ascii { "x" } else { "✗" },
                AnsiColor::Red.on_default(),
            ),
            Some(Level::Warn) => (
                if is_ascii { "!" } else { "▲" },
                AnsiColor::Yellow.on_default(),
            ),
            Some(Level::Info) | None => (" ", Style::new()),
            Some(Level::Debug | Level::Trace) => (" ", Style::new().dimmed()),
        }
    }
}

/// What a line means, in a few words.
fn meaning(verdict: Verdict) -> String {
    let kind = match verdict.outcome {
        Outcome::Recovered => return "exporting works again".to_owned(),
        Outcome::Failed if verdict.likeliest == ErrorKind::Unspecified => {
            "a failed export".to_owned()
        }
        Outcome::Failed | Outcome::Misconfigured => verdict.likeliest.describe().to_owned(),
    };
    match verdict.lost {
        Loss::Yes => format!("{kind}; lost"),
        Loss::No => format!("{kind}; will be tried again"),
        Loss::Unknown => kind,
    }
}

/// A line as a program reads it.
#[derive(Debug, Serialize)]
pub(crate) struct LogObject<'l> {
    /// When the engine received it.
    time: Option<Timestamp>,
    service: &'l str,
    container: &'l str,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<Level>,
    /// Secrets out, terminal sequences off, control characters escaped.
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    export: Option<ExportObject>,
}

/// What a line tells of exporting.
#[derive(Debug, Serialize)]
struct ExportObject {
    outcome: Outcome,
    /// The cause that it names, or the commonest that it does not rule out.
    kind: ErrorKind,
    signal: Signal,
    lost: Loss,
}

impl<'l> LogObject<'l> {
    /// One line of a log.
    pub(crate) fn of(name: &'l LogName, line: &FeedLine) -> Self {
        Self {
            time: line.at,
            service: &name.label,
            container: &name.container,
            level: line.told.level,
            text: cleaned(&line.bytes),
            export: line.told.verdict.map(|verdict| ExportObject {
                outcome: verdict.outcome,
                kind: verdict.likeliest,
                signal: verdict.signal,
                lost: verdict.lost,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::Told;

    fn names(labels: &[&str]) -> Vec<LogName> {
        let name = |label: &&str| LogName {
            label: (*label).to_owned(),
            container: format!("shop_{label}_1"),
        };
        labels.iter().map(name).collect()
    }

    fn line(text: &[u8], level: Option<Level>) -> FeedLine {
        FeedLine {
            at: Some("2026-11-22T08:39:49.904182227Z".parse().unwrap()),
            bytes: text.to_vec(),
            told: Told {
                level,
                verdict: None,
            },
        }
    }

    #[test]
    fn a_row_lets_nothing_of_a_container_through() {
        let rows = LogRows::new(
            &names(&["web", "worker"]),
            Colour::Off,
            Glyphs::Unicode,
            Dates::Left,
        );
        let text = b"\x1b]0;title\x07 password=hunter2 \x1b[31mred\x1b[0m \xff";
        let row = rows.row(0, &line(text, Some(Level::Error)));
        assert!(row.starts_with("08:39:49.904 web    ✗ "), "{row}");
        assert!(!row.contains("hunter2"), "{row}");
        assert!(!row.trim_end().chars().any(char::is_control), "{row}");
    }

    #[test]
    fn an_object_says_who_when_and_what() {
        let names = names(&["web"]);
        let object = LogObject::of(&names[0], &line(b"done", Some(Level::Info)));
        assert_eq!(
            serde_json::to_string(&object).unwrap(),
            r#"{"time":"2026-11-22T08:39:49.904182227Z","service":"web","container":"shop_web_1","level":"info","text":"done"}"#
        );
    }
}
