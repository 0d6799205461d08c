//! A text for a terminal of a given width, coloured or not.

use anstyle::{AnsiColor, Style};
use comfy_table::{Cell, ContentArrangement, Table, TableStyle};
use ptctl_diagnosis::printable;

/// The narrowest width that is laid out for; a narrower terminal wraps by itself.
const NARROWEST: usize = 40;

/// What a piece of text is, so that its colour is decided in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As it is.
    Plain,
    /// A heading or a name to catch the eye.
    Strong,
    /// Less important.
    Faint,
    /// All is well.
    Good,
    /// A warning or an unknown.
    Doubtful,
    /// An error.
    Bad,
}

/// The signs in front of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyphs {
    /// ✓ ✗ ▲ ?
    Unicode,
    /// Letters of any terminal.
    Ascii,
}

/// A text under construction.
#[derive(Debug)]
pub struct Page {
    text: String,
    width: usize,
    colour: bool,
    glyphs: Glyphs,
}

impl Page {
    /// A page of `width` columns without colours.
    pub fn new(width: usize, glyphs: Glyphs) -> Self {
        Self {
            text: String::new(),
            width: width.max(NARROWEST),
            colour: false,
            glyphs,
        }
    }

    /// The same page with ANSI colours.
    #[must_use]
    pub fn coloured(mut self) -> Self {
        self.colour = true;
        self
    }

    /// The whole text; it ends with a line end unless empty.
    pub fn into_text(self) -> String {
        self.text
    }

    /// The sign for a tone.
    pub fn sign(&self, tone: Tone) -> &'static str {
        match (self.glyphs, tone) {
            (Glyphs::Unicode, Tone::Good) => "✓",
            (Glyphs::Unicode, Tone::Bad) => "✗",
            (Glyphs::Unicode, Tone::Doubtful) => "▲",
            (Glyphs::Unicode, Tone::Plain | Tone::Strong | Tone::Faint) => "·",
            (Glyphs::Ascii, Tone::Good) => "+",
            (Glyphs::Ascii, Tone::Bad) => "x",
            (Glyphs::Ascii, Tone::Doubtful) => "!",
            (Glyphs::Ascii, Tone::Plain | Tone::Strong | Tone::Faint) => "-",
        }
    }

    /// An empty line.
    pub fn blank(&mut self) {
        self.text.push('\n');
    }

    /// `label` in `tone`, then `text` wrapped beside it; both escaped, so that nothing from a container gets through.
    pub fn entry(&mut self, label: &str, tone: Tone, text: &str) {
        let label_width = textwrap::core::display_width(label);
        let indent = " ".repeat(label_width);
        let shown = printable::printable(text);
        let lines = textwrap::wrap(&shown, self.width.saturating_sub(label_width).max(20));
        for (number, line) in lines.iter().enumerate() {
            if number == 0 {
                self.text
                    .push_str(&paint(&printable::printable(label), tone, self.colour));
            } else {
                self.text.push_str(&indent);
            }
            self.text.push_str(line.trim_end());
            self.text.push('\n');
        }
        if lines.is_empty() {
            self.text.push_str(label.trim_end());
            self.text.push('\n');
        }
    }

    /// A paragraph in one tone.
    pub fn paragraph(&mut self, tone: Tone, text: &str) {
        for line in textwrap::wrap(&printable::printable(text), self.width) {
            self.text.push_str(&paint(&line, tone, self.colour));
            self.text.push('\n');
        }
    }

    /// A line that is never wrapped, such as a command to paste.
    pub fn verbatim(&mut self, label: &str, tone: Tone, text: &str) {
        self.text.push_str(label);
        self.text
            .push_str(&paint(&printable::printable(text), tone, self.colour));
        self.text.push('\n');
    }

    /// A table without lines, two blanks between its columns.
    pub fn table<const COLUMNS: usize>(
        &mut self,
        header: [&str; COLUMNS],
        rows: &[[(String, Tone); COLUMNS]],
    ) {
        let mut table = Table::new();
        table
            .load_style(TableStyle::new())
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(u16::try_from(self.width).unwrap_or(u16::MAX));
        if self.colour {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        table.set_header(header.map(|title| cell(title, Tone::Faint)));
        for row in rows {
            table.add_row(row.each_ref().map(|(text, tone)| cell(text, *tone)));
        }
        for index in 0..COLUMNS {
            if let Some(column) = table.column_mut(index) {
                column.set_padding((0, 2));
            }
        }
        for line in table.lines() {
            self.text.push_str("  ");
            self.text.push_str(line.trim_end());
            self.text.push('\n');
        }
    }
}

fn cell(text: &str, tone: Tone) -> Cell {
    use comfy_table::{Attribute, Color};
    let cell = Cell::new(printable::printable(text));
    match tone {
        Tone::Plain => cell,
        Tone::Strong => cell.add_attribute(Attribute::Bold),
        Tone::Faint => cell.add_attribute(Attribute::Dim),
        Tone::Good => cell.fg(Color::Green),
        Tone::Doubtful => cell.fg(Color::Yellow),
        Tone::Bad => cell.fg(Color::Red),
    }
}

fn paint(text: &str, tone: Tone, colour: bool) -> String {
    let style = match tone {
        Tone::Plain => return text.to_owned(),
        Tone::Strong => Style::new().bold(),
        Tone::Faint => Style::new().dimmed(),
        Tone::Good => AnsiColor::Green.on_default().bold(),
        Tone::Doubtful => AnsiColor::Yellow.on_default().bold(),
        Tone::Bad => AnsiColor::Red.on_default().bold(),
    };
    if colour {
        format!("{style}{text}{style:#}")
    } else {
        text.to_owned()
    }
}
