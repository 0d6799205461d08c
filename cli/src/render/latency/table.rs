//! What was measured, for people.

use anstyle::Style;
use ptctl_diagnosis::trace::SpanKind;

use super::{
    bar::{bar, signs},
    measured::{Counted, Latency, LatencyFrom, Measured},
};
use crate::render::{
    Page, Tone,
    figures::{self, Often, cells, heading},
    length::length,
    time::second,
    trace::NO_SERVICE,
};

/// With fewer columns an operation takes two lines.
const ONE_LINE: usize = 76;
/// The shortest and the longest bar for the longest time.
const BAR: (usize, usize) = (10, 40);
/// Before the name of an operation.
const INDENT: &str = "  ";

/// Writes down what was measured.
pub(crate) fn latency(page: &mut Page, latency: &Latency) {
    for (number, from) in latency.from.iter().enumerate() {
        if number > 0 {
            page.blank();
        }
        let (shown, left_out) = from.shown(latency.sort, latency.limit);
        if shown.is_empty() {
            page.paragraph(Tone::Plain, &format!("no span matches {}", latency.filter));
        } else {
            Table::new(page, from, &shown).write(page, &shown);
        }
        page.blank();
        origin(page, latency, from);
        let mut notes = from.notes();
        if left_out > 0 {
            notes.push(format!(
                "{left_out} more operations: `--limit {}` shows all",
                from.operations.len()
            ));
        }
        for note in notes {
            let label = format!("{} ", page.sign(Tone::Doubtful));
            page.entry(&label, Tone::Doubtful, &note);
        }
    }
}

/// Who counted what, and what the figures are worth.
fn origin(page: &mut Page, latency: &Latency, from: &LatencyFrom) {
    let tempo = format!("`{}` at {}", from.tempo, from.reached);
    let [half, most, rest] = signs(page.glyphs());
    let bars = format!("{half} to p50, {most} to p95, {rest} to p99");
    let counted = match &from.counted {
        Counted::Metrics { range, .. } => format!(
            "counted by Tempo {tempo} with TraceQL metrics: {} spans, {} to {}. Its percentiles are estimates between \
             powers of two.",
            from.spans(),
            second(range.since),
            second(range.until)
        ),
        Counted::Traces { sample, because } => {
            let because = because.as_ref().map_or_else(String::new, |because| {
                format!(" TraceQL metrics were not used: {because}.")
            });
            format!(
                "counted in {}. Percentiles are those of this sample.{because}",
                sample.said(&tempo)
            )
        }
    };
    page.paragraph(Tone::Faint, &bars);
    let spans = match latency.filter.as_str() {
        "{ }" => String::new(),
        filter => format!("spans that match {filter}, "),
    };
    page.paragraph(Tone::Faint, &format!("{spans}{counted}"));
}

/// Where what stands.
struct Table {
    /// The columns of a name; `None` where figures stand below it.
    name: Option<usize>,
    bar: usize,
    longest: u64,
    often: Often,
}

impl Table {
    fn new(page: &Page, from: &LatencyFrom, shown: &[Measured<'_>]) -> Self {
        let times = shown.iter().filter_map(|(_, figures)| figures.percentiles);
        let longest = times.map(|of| of.p99_ns).max().unwrap_or_default();
        let most = shown.iter().map(|(_, figures)| figures.count).max();
        let most = most.unwrap_or_default();
        let names = shown.iter().map(|(operation, _)| {
            let name = page.spelt(called(&operation.name));
            let kind = side(operation.kind).map_or(0, |kind| kind.len() + 1);
            textwrap::core::display_width(&name) + kind
        });
        let widest = INDENT.len() + names.max().unwrap_or_default();
        let (shortest, widest_bar) = BAR;
        // One blank before the figures, two after them.
        let room = page.width().saturating_sub(figures::WIDTH + 3);
        let name = (page.width() >= ONE_LINE).then(|| widest.min(room.saturating_sub(shortest)));
        let room = match name {
            Some(name) => room.saturating_sub(name),
            None => room,
        };
        Self {
            name,
            bar: if room < 4 { 0 } else { room.min(widest_bar) },
            longest,
            often: Often::of(most, from.counted.seconds()),
        }
    }

    fn write(&self, page: &mut Page, shown: &[Measured<'_>]) {
        self.heading(page);
        let mut service = None;
        for (operation, figures) in shown {
            if service.replace(&operation.service) != Some(&operation.service) {
                let name = operation.service.as_deref().unwrap_or(NO_SERVICE);
                page.line([(Style::new().bold(), page.cut(name, page.width()).as_str())]);
            }
            self.row(page, (operation, figures));
        }
    }

    fn heading(&self, page: &mut Page) {
        let name = " ".repeat(self.name.unwrap_or_default());
        let figures = heading(self.often, "spans");
        let longest = length(self.longest, page.glyphs());
        let scale = match self.bar {
            0 => String::new(),
            bar => format!("0{longest:>width$}", width = bar - 1),
        };
        page.line([(
            Style::new().dimmed(),
            format!("{name} {figures}  {scale}").as_str(),
        )]);
    }

    fn row(&self, page: &mut Page, (operation, figures): Measured<'_>) {
        let width = self.name.unwrap_or(page.width());
        let kind = side(operation.kind).unwrap_or_default();
        let kind_width = if kind.is_empty() { 0 } else { kind.len() + 1 };
        let name_room = width.saturating_sub(INDENT.len());
        // The side of the call is left out before a part of the name is.
        let called = called(&operation.name);
        let spelt = textwrap::core::display_width(&page.spelt(called));
        let kind = if spelt + kind_width <= name_room {
            format!(" {kind}")
        } else {
            String::new()
        };
        let name = page.cut(called, name_room);
        let used = INDENT.len() + textwrap::core::display_width(&name) + kind.len();
        let kind = format!("{kind}{}", " ".repeat(width.saturating_sub(used)));
        let (often, (style, errors), times) = cells(figures, self.often, page.glyphs());
        let often = format!(" {often}");
        let bar = match figures.percentiles {
            Some(of) if self.bar > 0 => {
                format!("  {}", bar(&of, self.longest, self.bar, page.glyphs()))
            }
            Some(_) | None => String::new(),
        };
        let name = [
            (Style::new(), INDENT),
            (Style::new(), &name),
            (Style::new().dimmed(), &kind),
        ];
        let figures = [
            (Style::new(), often.as_str()),
            (style, &errors),
            (Style::new(), &times),
            (Style::new(), &bar),
        ];
        if self.name.is_some() {
            page.line(name.into_iter().chain(figures));
        } else {
            page.line(name);
            page.line(figures);
        }
    }
}

/// The name of an operation.
fn called(name: &str) -> &str {
    if name.is_empty() { "(no name)" } else { name }
}

/// A side of a call in one word.
fn side(kind: SpanKind) -> Option<&'static str> {
    match kind {
        SpanKind::Server => Some("server"),
        SpanKind::Client => Some("client"),
        SpanKind::Producer => Some("producer"),
        SpanKind::Consumer => Some("consumer"),
        SpanKind::Internal | SpanKind::Unspecified => None,
    }
}
