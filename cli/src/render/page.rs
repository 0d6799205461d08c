//! A text for a terminal of a given width, coloured or not.

use anstyle::{AnsiColor, Style};
use comfy_table::{Cell, ContentArrangement, Table, TableStyle};
use ptctl_diagnosis::printable;

/// The narrowest width that is laid out for; a narrower terminal wraps by itself.
const NARROWEST: usize = 40;

/// The sign for what nothing tells.
pub(super) const UNKNOWN: &str = "?";

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

/// Whether a page has ANSI colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// It has.
    On,
    /// It is plain text.
    Off,
}

/// What a page is written on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    /// A terminal, of which a person sees so many lines at once.
    Terminal,
    /// A file or a pipe, which has no end.
    File,
}

/// A piece of text that is not broken between lines: a sign in its tone, then words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// The sign, perhaps none.
    pub sign: &'static str,
    /// The tone of the sign.
    pub tone: Tone,
    /// The words.
    pub text: String,
}

impl Unit {
    /// The unit, or its words one by one where it is wider than `room`.
    fn within(&self, room: usize) -> Vec<Self> {
        if self.width() <= room {
            return vec![self.clone()];
        }
        let mut sign = self.sign;
        self.text
            .split(' ')
            .map(|word| Self {
                sign: std::mem::take(&mut sign),
                tone: self.tone,
                text: word.to_owned(),
            })
            .collect()
    }

    /// The columns that it takes.
    pub fn width(&self) -> usize {
        textwrap::core::display_width(self.sign)
            + textwrap::core::display_width(&self.text)
            + usize::from(!self.sign.is_empty() && !self.text.is_empty())
    }
}

/// A text under construction.
#[derive(Debug)]
pub struct Page {
    text: String,
    width: usize,
    colour: Colour,
    glyphs: Glyphs,
    medium: Medium,
}

impl Page {
    /// A page of `width` columns without colours, for a file.
    pub fn new(width: usize, glyphs: Glyphs) -> Self {
        Self {
            text: String::new(),
            width: width.max(NARROWEST),
            colour: Colour::Off,
            glyphs,
            medium: Medium::File,
        }
    }

    /// The same page for another medium.
    #[must_use]
    pub fn on(mut self, medium: Medium) -> Self {
        self.medium = medium;
        self
    }

    /// What it is written on.
    pub fn medium(&self) -> Medium {
        self.medium
    }

    /// The same page with or without ANSI colours.
    #[must_use]
    pub fn coloured(mut self, colour: Colour) -> Self {
        self.colour = colour;
        self
    }

    /// An empty page of the same width, colours, letters and medium.
    #[must_use]
    pub fn empty(&self) -> Self {
        Self {
            text: String::new(),
            width: self.width,
            colour: self.colour,
            glyphs: self.glyphs,
            medium: self.medium,
        }
    }

    /// How many lines it has.
    pub fn lines(&self) -> usize {
        self.text.lines().count()
    }

    /// Another page's text after this one's.
    pub fn append(&mut self, other: &Self) {
        self.text.push_str(&other.text);
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

    /// The signs that it may use.
    pub fn glyphs(&self) -> Glyphs {
        self.glyphs
    }

    /// The columns that a text beside a label of `label_width` columns has.
    pub fn room_beside(&self, label_width: usize) -> usize {
        self.width.saturating_sub(label_width).max(20)
    }

    /// An empty line.
    pub fn blank(&mut self) {
        self.text.push('\n');
    }

    /// `label` in `tone`, then `text` wrapped beside it; both escaped, so that nothing from a container gets through.
    pub fn entry(&mut self, label: &str, tone: Tone, text: &str) {
        let label_width = textwrap::core::display_width(label);
        let indent = " ".repeat(label_width);
        let shown = self.spelt(text);
        let lines = textwrap::wrap(&shown, self.room_beside(label_width));
        for (number, line) in lines.iter().enumerate() {
            if number == 0 {
                self.text
                    .push_str(&paint(&self.spelt(label), tone, self.colour));
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
        for line in textwrap::wrap(&self.spelt(text), self.width) {
            self.text.push_str(&paint(&line, tone, self.colour));
            self.text.push('\n');
        }
    }

    /// `label`, then units beside it, a blank between two; a line only ever ends between units.
    pub fn units(&mut self, label: &str, units: &[Unit]) {
        let label_width = textwrap::core::display_width(label);
        let room = self.room_beside(label_width);
        let mut used = 0;
        self.text
            .push_str(&paint(&self.spelt(label), Tone::Faint, self.colour));
        let narrow: Vec<Unit> = units.iter().flat_map(|unit| unit.within(room)).collect();
        for unit in &narrow {
            let sign = self.spelt(unit.sign);
            let text = self.spelt(&unit.text);
            let width = textwrap::core::display_width(&sign)
                + textwrap::core::display_width(&text)
                + usize::from(!sign.is_empty() && !text.is_empty());
            if used > 0 && used + 1 + width > room {
                self.text.push('\n');
                self.text.push_str(&" ".repeat(label_width));
                used = 0;
            } else if used > 0 {
                self.text.push(' ');
                used += 1;
            }
            self.text.push_str(&paint(&sign, unit.tone, self.colour));
            if !sign.is_empty() && !text.is_empty() {
                self.text.push(' ');
            }
            self.text.push_str(&text);
            used += width;
        }
        self.text.push('\n');
    }

    /// The columns that a line has.
    pub fn width(&self) -> usize {
        self.width
    }

    /// A line of pieces that is never wrapped; every piece is escaped.
    pub fn line<'p>(&mut self, pieces: impl IntoIterator<Item = (Style, &'p str)>) {
        let mut line = String::new();
        for (style, piece) in pieces {
            let shown = self.spelt(piece);
            match self.colour {
                Colour::On if style != Style::new() && !shown.trim().is_empty() => {
                    let painted = format!("{style}{shown}{style:#}");
                    line.push_str(&painted);
                }
                Colour::On | Colour::Off => line.push_str(&shown),
            }
        }
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// As much of a text as so many columns hold, escaped; a sign at its end says that there is more.
    pub fn cut(&self, text: &str, columns: usize) -> String {
        let shown = self.spelt(text);
        if textwrap::core::display_width(&shown) <= columns {
            return shown;
        }
        let sign = match self.glyphs {
            Glyphs::Unicode => "…",
            Glyphs::Ascii => "...",
        };
        let room = columns.saturating_sub(textwrap::core::display_width(sign));
        let mut cut = String::new();
        let mut used = 0;
        for character in shown.chars() {
            used += textwrap::core::display_width(character.encode_utf8(&mut [0; 4]));
            if used > room {
                break;
            }
            cut.push(character);
        }
        cut.push_str(sign);
        cut
    }

    /// The text escaped, and in letters of any terminal where those were asked for.
    pub fn spelt(&self, text: &str) -> String {
        let shown = printable::printable(text);
        match self.glyphs {
            Glyphs::Unicode => shown.into_owned(),
            Glyphs::Ascii => shown
                .replace('→', "->")
                .replace('·', "-")
                .replace('…', "...")
                .replace('✓', "+")
                .replace('✗', "x")
                .replace('▲', "!"),
        }
    }

    /// A line that is never wrapped, such as a command to paste.
    pub fn verbatim(&mut self, label: &str, tone: Tone, text: &str) {
        self.text.push_str(label);
        self.text
            .push_str(&paint(&printable::printable(text), tone, self.colour));
        self.text.push('\n');
    }

    /// A line that is never wrapped: a text, a word in `tone`, a text.
    pub fn labelled(&mut self, before: &str, tone: Tone, word: &str, text: &str) {
        self.text.push_str(before);
        self.text
            .push_str(&paint(&self.spelt(word), tone, self.colour));
        self.text.push(' ');
        self.text.push_str(self.spelt(text).trim_end());
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
        match self.colour {
            Colour::On => table.enforce_styling(),
            Colour::Off => table.force_no_tty(),
        };
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

fn paint(text: &str, tone: Tone, colour: Colour) -> String {
    let style = match tone {
        Tone::Plain => return text.to_owned(),
        Tone::Strong => Style::new().bold(),
        Tone::Faint => Style::new().dimmed(),
        Tone::Good => AnsiColor::Green.on_default().bold(),
        Tone::Doubtful => AnsiColor::Yellow.on_default().bold(),
        Tone::Bad => AnsiColor::Red.on_default().bold(),
    };
    match colour {
        Colour::On => format!("{style}{text}{style:#}"),
        Colour::Off => text.to_owned(),
    }
}
