//! A picture on a terminal that is drawn over in place, with a line beneath it that says how the watch goes.
//!
//! The picture stands in the terminal's own text, each time written at once and whole: no other screen, no hidden cursor.
//! Whatever ends the program, nothing has to be put back but the last line, which is wiped.

use std::io::{self, Write};

use crate::render::Glyphs;

/// Goes to the beginning of the line and clears it.
const WIPE: &str = "\r\u{1b}[K";

/// The columns and rows of a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    /// Its columns.
    pub(crate) columns: usize,
    /// Its rows.
    pub(crate) rows: usize,
}

/// The picture; when it is dropped, it stays and the line beneath it goes.
#[derive(Debug)]
pub(crate) struct Canvas<W: Write> {
    terminal: W,
    glyphs: Glyphs,
    drawn: Option<Drawn>,
}

#[derive(Debug)]
struct Drawn {
    picture: String,
    size: Size,
    rows: usize,
}

impl<W: Write> Canvas<W> {
    /// Nothing is drawn yet.
    pub(crate) fn new(terminal: W, glyphs: Glyphs) -> Self {
        Self {
            terminal,
            glyphs,
            drawn: None,
        }
    }

    /// Draws a picture over the last one, where it is another, and the line beneath it.
    pub(crate) fn draw(&mut self, picture: &str, line: &str, size: Size) -> io::Result<()> {
        let line = cut(line, size.columns);
        let written = match &self.drawn {
            Some(drawn) if drawn.picture == picture && drawn.size == size => {
                format!("{WIPE}{line}")
            }
            drawn => {
                let shown = self.within(picture, size);
                let rows = shown.lines().map(|line| rows_of(line, size.columns)).sum();
                // A terminal of another width has laid out anew what stood there: where it begins is not known.
                let over = match drawn {
                    Some(drawn) if drawn.size.columns == size.columns && drawn.rows > 0 => {
                        format!("\r\u{1b}[{}A\u{1b}[J", drawn.rows)
                    }
                    Some(_) => WIPE.to_owned(),
                    None => String::new(),
                };
                self.drawn = Some(Drawn {
                    picture: picture.to_owned(),
                    size,
                    rows,
                });
                format!("{over}{shown}{line}")
            }
        };
        self.terminal.write_all(written.as_bytes())?;
        self.terminal.flush()
    }

    /// Writes another line beneath the picture.
    pub(crate) fn say(&mut self, line: &str) -> io::Result<()> {
        let Some(drawn) = &self.drawn else {
            return Ok(());
        };
        let line = cut(line, drawn.size.columns);
        self.terminal
            .write_all(format!("{WIPE}{line}").as_bytes())?;
        self.terminal.flush()
    }

    /// As much of a picture as the terminal shows at once above the line, and how much more there is.
    fn within(&self, picture: &str, size: Size) -> String {
        let room = size.rows.saturating_sub(1).max(1);
        let rows = |line: &str| rows_of(line, size.columns);
        if picture.lines().map(rows).sum::<usize>() <= room {
            return picture.to_owned();
        }
        let mut shown = String::new();
        let (mut used, mut lines) = (0, 0);
        for line in picture.lines() {
            used += rows(line);
            if used >= room {
                break;
            }
            shown.push_str(line);
            shown.push('\n');
            lines += 1;
        }
        let more = picture.lines().count() - lines;
        let text = format!(
            "{} {more} more lines, `ptctl doctor` shows all",
            self.dots()
        );
        shown.push_str(&cut(&text, size.columns));
        shown.push('\n');
        shown
    }

    fn dots(&self) -> &'static str {
        match self.glyphs {
            Glyphs::Unicode => "…",
            Glyphs::Ascii => "...",
        }
    }
}

impl<W: Write> Drop for Canvas<W> {
    fn drop(&mut self) {
        if self.drawn.is_some() {
            // A terminal that went away needs no wiping.
            drop(
                self.terminal
                    .write_all(WIPE.as_bytes())
                    .and_then(|()| self.terminal.flush()),
            );
        }
    }
}

/// A line that never wraps, since a wrapped one could not be wiped: not even with the `^C` of the terminal behind it.
fn cut(text: &str, columns: usize) -> String {
    let room = columns.saturating_sub(3);
    let mut shown = String::new();
    let mut used = 0;
    for character in text.chars() {
        used += textwrap::core::display_width(character.encode_utf8(&mut [0; 4]));
        if used > room {
            break;
        }
        shown.push(character);
    }
    shown
}

/// The rows that a line takes, its colours not counted.
fn rows_of(line: &str, columns: usize) -> usize {
    textwrap::core::display_width(line)
        .div_ceil(columns.max(1))
        .max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size {
        columns: 20,
        rows: 6,
    };

    /// What is written for each picture, and at the end.
    fn written(pictures: &[(&str, &str, Size)]) -> Vec<String> {
        let mut bytes = Vec::new();
        let mut ends = Vec::new();
        {
            let mut canvas = Canvas::new(&mut bytes, Glyphs::Unicode);
            for (picture, line, size) in pictures {
                canvas.draw(picture, line, *size).unwrap();
                ends.push(canvas.terminal.len());
            }
        }
        ends.push(bytes.len());
        let mut begin = 0;
        ends.into_iter()
            .map(|end| {
                let part = String::from_utf8(bytes[begin..end].to_vec()).unwrap();
                begin = end;
                part
            })
            .collect()
    }

    #[test]
    fn a_picture_is_drawn_over_the_last_one_and_stays_at_the_end() {
        let written = written(&[("a\nb\n", "one", SIZE), ("c\n", "two", SIZE)]);
        assert_eq!(
            written,
            ["a\nb\none", "\r\u{1b}[2A\u{1b}[Jc\ntwo", "\r\u{1b}[K"]
        );
    }

    #[test]
    fn of_an_equal_picture_only_the_line_is_written() {
        let written = written(&[("a\n", "one", SIZE), ("a\n", "two", SIZE)]);
        assert_eq!(written[1], "\r\u{1b}[Ktwo");
    }

    #[test]
    fn a_line_that_the_terminal_wraps_counts_as_the_rows_that_it_takes() {
        let long = format!("\u{1b}[1m{}\u{1b}[0m\nb\n", "x".repeat(41));
        let written = written(&[(&long, "", SIZE), ("c\n", "", SIZE)]);
        assert!(written[1].starts_with("\r\u{1b}[4A"), "{written:?}");
    }

    #[test]
    fn a_picture_that_is_too_high_is_cut_and_says_so() {
        let written = written(&[("1\n2\n3\n4\n5\n6\n7\n", "end", SIZE)]);
        assert_eq!(written[0], "1\n2\n3\n4\n… 3 more lines, `\nend");
        let fits = "1\n2\n3\n4\n5\n";
        assert_eq!(
            super::tests::written(&[(fits, "end", SIZE)])[0],
            format!("{fits}end")
        );
    }

    #[test]
    fn on_a_terminal_of_another_width_the_picture_is_drawn_anew_beneath() {
        let narrow = Size {
            columns: 10,
            ..SIZE
        };
        let written = written(&[("a\n", "one", SIZE), ("a\n", "one", narrow)]);
        assert_eq!(written[1], "\r\u{1b}[Ka\none");
    }

    #[test]
    fn nothing_is_wiped_where_nothing_was_drawn() {
        assert_eq!(written(&[]), [""]);
    }
}
