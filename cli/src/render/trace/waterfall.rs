//! The spans of a trace as a tree beside bars to scale.

use std::{collections::HashMap, ops::Range};

use anstyle::{AnsiColor, Style};
use ptctl_diagnosis::trace::{
    CriticalPath, Fold, Folding, Row, RowKind, Rows, Span, SpanId, Trace,
};

use super::{
    about::{Said, within},
    bar::Scale,
    branches::{Below, Branches},
    overview::NO_SERVICE,
    shown::{Detail, Findings},
};
use crate::render::{Glyphs, Page, length::length, page::UNKNOWN, service_colour::ServiceColours};

/// The column of lengths.
const LENGTH: usize = 8;
/// Of a text that belongs to a span, so many characters are shown; JSON has all.
const TEXT: usize = 600;

/// A waterfall under construction.
pub(super) struct Waterfall<'w> {
    page: &'w mut Page,
    trace: &'w Trace,
    path: &'w CriticalPath,
    stretches: Vec<Vec<Range<u64>>>,
    said: Said<'w>,
    colours: HashMap<Option<&'w str>, AnsiColor>,
    scale: Scale,
    label: usize,
    branches: Branches,
}

impl<'w> Waterfall<'w> {
    /// On a page, with what was worked out of the trace.
    pub(super) fn new(
        page: &'w mut Page,
        trace: &'w Trace,
        findings: &'w Findings,
        details: &'w [Detail],
    ) -> Self {
        let width = page.width();
        let bar = (width * 2 / 5).clamp(12, 60);
        let label = width.saturating_sub(bar + LENGTH + 4).max(8);
        let mut colours = HashMap::new();
        let mut free = ServiceColours::new();
        for span in trace.spans() {
            let service = span.service();
            colours
                .entry(service)
                .or_insert_with(|| free.next(service.unwrap_or(NO_SERVICE)));
        }
        Self {
            scale: Scale::new(trace.extent(), bar, page.glyphs()),
            branches: Branches::new(label, page.glyphs()),
            label,
            path: &findings.path,
            stretches: findings.stretches(trace),
            said: Said::new(details),
            page,
            trace,
            colours,
        }
    }

    /// Draws the rows that are to be seen, and counts the others.
    pub(super) fn draw(&mut self, folding: Folding) {
        let rows = Rows::of(self.trace, self.path, folding);
        self.ruler();
        for (number, row) in rows.rows.iter().enumerate() {
            self.branches.come_to(row);
            let below = match rows.rows.get(number + 1) {
                Some(next) if next.depth > row.depth => Below::Rows,
                Some(_) | None => Below::Nothing,
            };
            match &row.kind {
                RowKind::Span(span) => self.span(row, *span, below),
                RowKind::Missing(parent, orphans) => self.missing(row, *parent, *orphans),
                RowKind::Folded(fold) => self.folded(row, *fold),
            }
            self.branches.leave(row);
        }
        if rows.left_out.spans > 0 {
            let failed = match rows.left_out.errors {
                0 => String::new(),
                errors => format!(", {errors} of them failed"),
            };
            let text = format!(
                "… {} more spans are not shown{failed}: `--all` shows them",
                rows.left_out.spans
            );
            self.page.line([(Style::new().dimmed(), text.as_str())]);
        }
    }

    /// Where the bars begin and end.
    fn ruler(&mut self) {
        let extent = self.trace.extent();
        let total = length(extent.end - extent.start, self.page.glyphs());
        let left = self.label + LENGTH + 4;
        let room = self.page.width().saturating_sub(left);
        let line = format!(
            "{}0{total:>room$}",
            " ".repeat(left),
            room = room.saturating_sub(1)
        );
        self.page.line([(Style::new().dimmed(), line.as_str())]);
    }

    fn span(&mut self, row: &Row, number: usize, below: Below) {
        let trace = self.trace;
        let span = &trace.spans()[number];
        let service = span.service();
        let parent = trace
            .parent(number)
            .map(|parent| trace.spans()[parent].service());
        let colour = self.colours.get(&service).copied();
        let colour = colour.map_or_else(Style::new, AnsiColor::on_default);
        let guides = self.branches.guides(row);
        let room = self.label.saturating_sub(width(&guides));
        let mut pieces = Vec::new();
        if parent == Some(service) {
            pieces.push((Style::new(), self.page.cut(&span.name, room)));
        } else {
            let name = service.unwrap_or(NO_SERVICE);
            let name = self.page.cut(name, room.saturating_sub(4).max(4));
            let left = room.saturating_sub(width(&name) + 1);
            pieces.push((colour.bold(), name));
            if left > 0 {
                pieces.push((
                    Style::new(),
                    format!(" {}", self.page.cut(&span.name, left)),
                ));
            }
        }
        let (took, bar) = if span.is_timed() {
            let time = span.start..span.end;
            (
                length(span.duration(), self.page.glyphs()),
                self.scale.bar(&time, &self.stretches[number]),
            )
        } else {
            (UNKNOWN.to_owned(), String::new())
        };
        self.row(
            &guides,
            &pieces,
            &took,
            &Bar {
                text: bar,
                style: colour,
                has_failed: span.has_failed(),
            },
        );
        self.about(row, span, below);
    }

    fn missing(&mut self, row: &Row, parent: SpanId, orphans: usize) {
        let guides = self.branches.guides(row);
        let spans = match orphans {
            1 => "one span names".to_owned(),
            orphans => format!("{orphans} spans name"),
        };
        let room = self.page.width().saturating_sub(width(&guides) + 2);
        let text = self
            .page
            .cut(&format!("(missing: {spans} the parent {parent})"), room);
        let doubtful = AnsiColor::Yellow.on_default();
        self.page.line([
            (doubtful, "? "),
            (Style::new().dimmed(), &guides),
            (doubtful, &text),
        ]);
    }

    fn folded(&mut self, row: &Row, fold: Fold) {
        let span = &self.trace.spans()[fold.example];
        let guides = self.branches.guides(row);
        let glyphs = self.page.glyphs();
        let times = match glyphs {
            Glyphs::Unicode => '×',
            Glyphs::Ascii => 'x',
        };
        let below = match fold.spans - fold.siblings {
            0 => String::new(),
            below => format!(", {below} spans below"),
        };
        let failed = match fold.errors {
            0 => String::new(),
            errors => format!(", {errors} failed"),
        };
        let text = format!(
            "{} more {times} {} ({} to {}{below}{failed})",
            fold.siblings,
            span.name,
            length(fold.shortest, glyphs),
            length(fold.longest, glyphs),
        );
        let room = self.page.width().saturating_sub(width(&guides) + 2);
        let text = self.page.cut(&text, room);
        let faint = Style::new().dimmed();
        self.page
            .line([(faint, "  "), (faint, &guides), (faint, &text)]);
    }

    fn row(&mut self, guides: &str, pieces: &[(Style, String)], length: &str, bar: &Bar) {
        let used: usize = width(guides) + pieces.iter().map(|(_, text)| width(text)).sum::<usize>();
        let padding = " ".repeat(self.label.saturating_sub(used) + 1);
        let length = format!("{length:>LENGTH$} ");
        let faint = Style::new().dimmed();
        let bad = AnsiColor::Red.on_default().bold();
        let sign = match (bar.has_failed, self.page.glyphs()) {
            (false, _) => "  ",
            (true, Glyphs::Unicode) => "✗ ",
            (true, Glyphs::Ascii) => "x ",
        };
        let mut line = vec![(bad, sign), (faint, guides)];
        line.extend(pieces.iter().map(|(style, text)| (*style, text.as_str())));
        line.extend([
            (Style::new(), padding.as_str()),
            (Style::new(), length.as_str()),
            (bar.style, bar.text.as_str()),
        ]);
        self.page.line(line);
    }

    /// What else is said of a span, beneath it.
    fn about(&mut self, row: &Row, span: &'w Span, below: Below) {
        let texts = self.said.of(span, self.page.glyphs());
        if texts.is_empty() {
            return;
        }
        let indent = self.branches.indent(row, below);
        let faint = Style::new().dimmed();
        let room = self.page.width().saturating_sub(width(&indent) + 4).max(20);
        for (style, text) in texts {
            let shown = within(self.page.spelt(&text), TEXT);
            for (number, line) in textwrap::wrap(&shown, room).iter().enumerate() {
                let hang = if number == 0 { "  " } else { "    " };
                self.page.line([
                    (Style::new(), "  "),
                    (faint, &indent),
                    (style, hang),
                    (style, line),
                ]);
            }
        }
    }
}

/// The end of a row.
struct Bar {
    text: String,
    style: Style,
    has_failed: bool,
}

fn width(text: &str) -> usize {
    textwrap::core::display_width(text)
}
