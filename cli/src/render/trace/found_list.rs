//! Traces that a search found, for people.

use anstyle::{AnsiColor, Style};

use super::found::{FoundTraces, TraceRow};
use crate::render::{Dates, Page, Tone, length::length, time::second};

/// With fewer columns a trace takes two lines.
const ONE_LINE: usize = 92;

/// Writes down what was found.
pub(crate) fn found_traces(page: &mut Page, found: &FoundTraces) {
    let document = found.document();
    let several = found.from.len() > 1;
    if document.traces.is_empty() {
        page.paragraph(Tone::Plain, &format!("no trace matches {}", found.query));
    } else {
        let dates = Dates::among(document.traces.iter().filter_map(|row| row.started_at));
        heading(page, dates);
        for row in &document.traces {
            trace(page, row, dates, several.then(|| row.tempos.join(", ")));
        }
    }
    page.blank();
    let asked: Vec<String> = found
        .from
        .iter()
        .map(|from| format!("`{}` at {}", from.tempo, from.reached))
        .collect();
    page.paragraph(
        Tone::Faint,
        &format!(
            "{} with spans between {} and {}, by {}; asked: Tempo {}",
            match document.traces.len() {
                1 => "one trace".to_owned(),
                traces => format!("{traces} traces"),
            },
            second(found.range.since),
            second(found.range.until),
            found.query,
            asked.join(", ")
        ),
    );
    for note in &document.notes {
        let label = format!("{} ", page.sign(Tone::Doubtful));
        page.entry(&label, Tone::Doubtful, note);
    }
}

fn format(dates: Dates) -> &'static str {
    match dates {
        Dates::Left => "%H:%M:%S",
        Dates::Shown => "%m-%d %H:%M:%S",
    }
}

fn width(dates: Dates) -> usize {
    match dates {
        Dates::Left => 8,
        Dates::Shown => 14,
    }
}

fn heading(page: &mut Page, dates: Dates) {
    let started = format!("{:<width$}", "UTC", width = width(dates));
    let id = if is_narrow(page) {
        String::new()
    } else {
        format!("{:<32}  ", "trace")
    };
    let text = format!(
        "{started}  {id}{:>8} {:>6} {:>6}  root",
        "took", "spans", "failed"
    );
    page.line([(Style::new().dimmed(), text.as_str())]);
}

fn is_narrow(page: &Page) -> bool {
    page.width() < ONE_LINE
}

fn trace(page: &mut Page, row: &TraceRow<'_>, dates: Dates, tempos: Option<String>) {
    let started = row.started_at.map_or_else(
        || "?".to_owned(),
        |at| at.strftime(format(dates)).to_string(),
    );
    let started = format!("{started:<width$}  ", width = width(dates));
    let id = format!("{}  ", row.trace_id);
    let count =
        |count: Option<usize>| count.map_or_else(|| "?".to_owned(), |count| count.to_string());
    let took = match row.duration_ms {
        0 => "< 1 ms".to_owned(),
        milliseconds => length(milliseconds.saturating_mul(1_000_000), page.glyphs()),
    };
    let figures = format!("{took:>8} {:>6} ", count(row.spans));
    let failed = format!("{:>6}  ", count(row.errors));
    let failed_style = if row.errors.unwrap_or_default() > 0 {
        AnsiColor::Red.on_default().bold()
    } else {
        Style::new()
    };
    let narrow = is_narrow(page);
    let before = started.len() + figures.len() + failed.len() + if narrow { 0 } else { id.len() };
    let mut root = row.root();
    if let Some(tempos) = tempos {
        root = format!("[{tempos}] {root}");
    }
    let root = page.cut(&root, page.width().saturating_sub(before).max(8));
    let bold = Style::new().bold();
    if narrow {
        page.line([(bold, id.as_str())]);
        page.line([
            (Style::new(), started.as_str()),
            (Style::new(), &figures),
            (failed_style, &failed),
            (Style::new(), &root),
        ]);
    } else {
        page.line([
            (Style::new(), started.as_str()),
            (bold, &id),
            (Style::new(), &figures),
            (failed_style, &failed),
            (Style::new(), &root),
        ]);
    }
}
