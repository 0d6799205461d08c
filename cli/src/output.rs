//! Where results and progress go: the answer to stdout, everything else to stderr.

use std::{
    error::Error as _,
    io::{self, IsTerminal, Write},
    os::fd::AsFd,
};

use crate::{
    canvas::{Canvas, Size},
    cli::{ColorChoice, Global},
    error::CommandError,
    progress::Spinner,
    render::{Colour, Dates, Glyphs, LogName, LogRows, Medium, Page},
    thread::apart,
};

/// The width of text that is not read on a terminal.
const WIDTH_OF_A_FILE: usize = 100;
/// The width of a terminal that does not tell its own.
const NARROWEST: usize = 40;
/// The rows of a terminal that does not tell its own.
const LOWEST: usize = 24;
/// Wider lines are hard to read.
const WIDEST: usize = 120;

/// The two streams and how they are written.
#[derive(Debug)]
pub struct Output {
    medium: Medium,
    colour: Colour,
    glyphs: Glyphs,
    progress: Progress,
    spinner: Option<Spinner>,
    canvas: Option<Canvas<io::Stdout>>,
}

/// Whether anybody hears the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// It was taken.
    Yes,
    /// The reader went away, such as `head`.
    ByNobody,
}

/// Whether anybody watches stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    Watched,
    Unwatched,
}

impl Output {
    /// The process's own streams.
    pub fn new(global: &Global) -> Self {
        let stdout = io::stdout();
        let colour = match global.color.unwrap_or(ColorChoice::Auto) {
            ColorChoice::Always => Colour::On,
            ColorChoice::Never => Colour::Off,
            ColorChoice::Auto => match anstream::AutoStream::choice(&stdout) {
                anstream::ColorChoice::Never => Colour::Off,
                anstream::ColorChoice::Auto
                | anstream::ColorChoice::AlwaysAnsi
                | anstream::ColorChoice::Always => Colour::On,
            },
        };
        Self {
            medium: if stdout.is_terminal() {
                Medium::Terminal
            } else {
                Medium::File
            },
            colour,
            glyphs: if global.ascii {
                Glyphs::Ascii
            } else {
                Glyphs::Unicode
            },
            progress: if io::stderr().is_terminal() {
                Progress::Watched
            } else {
                Progress::Unwatched
            },
            spinner: None,
            canvas: None,
        }
    }

    /// An empty page for stdout, as wide as that is now.
    pub fn page(&self) -> Page {
        Page::new(width(&io::stdout()), self.glyphs)
            .coloured(self.colour)
            .on(self.medium)
    }

    /// Rows for the lines of logs.
    pub(crate) fn log_rows(&self, names: &[LogName], dates: Dates) -> LogRows {
        LogRows::new(names, self.colour, self.glyphs, dates)
    }

    /// An empty page for a file: no colours, a width that does not depend on the terminal.
    pub fn plain_page(&self) -> Page {
        Page::new(WIDTH_OF_A_FILE, self.glyphs)
    }

    /// Writes the answer. A reader that went away, such as `head`, is no failure.
    pub fn answer(&mut self, text: &str) -> Result<(), CommandError> {
        self.tell(text).map(|_| ())
    }

    /// Writes a part of an answer that goes on, and says whether anybody reads it.
    pub fn tell(&mut self, text: &str) -> Result<Heard, CommandError> {
        self.spinner = None;
        let mut stdout = io::stdout().lock();
        heard(
            stdout
                .write_all(text.as_bytes())
                .and_then(|()| stdout.flush()),
        )
    }

    /// Whether stdout is a terminal on which a picture can be drawn over.
    pub fn can_redraw(&self) -> bool {
        self.is_on_terminal() && !is_dumb()
    }

    /// Draws a picture in place of the last one, with a line beneath it.
    pub fn redraw(&mut self, picture: &str, line: &str) -> Result<Heard, CommandError> {
        self.spinner = None;
        let stdout = io::stdout();
        let size = Size {
            columns: columns(&stdout).unwrap_or(NARROWEST),
            rows: rows(&stdout).unwrap_or(LOWEST),
        };
        let glyphs = self.glyphs;
        let canvas = self
            .canvas
            .get_or_insert_with(|| Canvas::new(stdout, glyphs));
        heard(canvas.draw(picture, line, size))
    }

    /// Writes another line beneath the picture.
    pub fn redraw_line(&mut self, line: &str) -> Result<Heard, CommandError> {
        match &mut self.canvas {
            Some(canvas) => heard(canvas.say(line)),
            None => Ok(Heard::Yes),
        }
    }

    /// Says what is going on, for a person who waits at a terminal.
    pub fn progress(&mut self, text: &str) {
        if self.progress == Progress::Unwatched || is_dumb() {
            return;
        }
        match &self.spinner {
            Some(spinner) => spinner.say(text),
            None => {
                let width = columns(&io::stderr()).unwrap_or(NARROWEST);
                self.spinner = Some(Spinner::start(text, width, self.glyphs, io::stderr()));
            }
        }
    }

    /// Says something that belongs beside the answer, whoever reads it.
    pub fn note(&mut self, text: &str) {
        self.spinner = None;
        self.canvas = None;
        let text = ptctl_diagnosis::printable::printable(text);
        // Nobody can be told that stderr is gone.
        drop(writeln!(io::stderr().lock(), "{text}"));
    }

    /// Whether somebody can be asked.
    pub fn can_ask(&self) -> bool {
        self.progress == Progress::Watched && io::stdin().is_terminal()
    }

    /// Shows somebody who is asked what the question is about, where the answer itself goes elsewhere.
    pub fn show_who_is_asked(&mut self, page: impl FnOnce(&mut Page)) {
        self.spinner = None;
        let mut shown = self.plain_page();
        page(&mut shown);
        // Nobody can be told that stderr is gone.
        drop(io::stderr().lock().write_all(shown.into_text().as_bytes()));
    }

    /// Whether the answer is read where questions are asked.
    pub fn is_on_terminal(&self) -> bool {
        self.medium == Medium::Terminal
    }

    /// Asks a question at the terminal; `None` where nobody can be asked.
    pub async fn ask(&mut self, question: &str) -> Option<Answer> {
        if !self.can_ask() {
            return None;
        }
        self.spinner = None;
        {
            let mut stderr = io::stderr().lock();
            write!(stderr, "{question} [y/N] ")
                .and_then(|()| stderr.flush())
                .ok()?;
        }
        // On a thread of its own, so that a signal ends the wait.
        let line = apart("question", || {
            let mut line = String::new();
            io::stdin().read_line(&mut line).map(|_| line)
        });
        let line = line.await.ok()?.ok()?;
        match line.trim().to_ascii_lowercase().as_str() {
            "y" | "yes" => Some(Answer::Yes),
            _ => Some(Answer::No),
        }
    }

    /// Writes an error with its causes and its hint.
    pub fn error(&mut self, error: &CommandError) {
        self.note(&format!("error: {error}"));
        let mut cause = error.source();
        while let Some(source) = cause {
            self.note(&format!("  caused by: {source}"));
            cause = source.source();
        }
        if let Some(hint) = error.hint() {
            self.note("");
            self.note(&format!("hint: {hint}"));
        }
    }
}

/// What a person answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Go on.
    Yes,
    /// Do not.
    No,
}

fn heard(written: io::Result<()>) -> Result<Heard, CommandError> {
    match written {
        Ok(()) => Ok(Heard::Yes),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Heard::ByNobody),
        Err(error) => Err(CommandError::Stdout(error)),
    }
}

/// A dumb terminal cannot clear a line and would show every picture.
fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

fn width(stdout: &io::Stdout) -> usize {
    if !stdout.is_terminal() {
        return WIDTH_OF_A_FILE;
    }
    columns(stdout).map_or(WIDTH_OF_A_FILE, |columns| columns.min(WIDEST))
}

/// The columns of a terminal; `None` where it does not tell.
fn columns(terminal: &impl AsFd) -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(terminal).ok()?;
    told(size.ws_col)
}

/// The rows of a terminal; `None` where it does not tell.
fn rows(terminal: &impl AsFd) -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(terminal).ok()?;
    told(size.ws_row)
}

fn told(count: u16) -> Option<usize> {
    match usize::from(count) {
        0 => None,
        count => Some(count),
    }
}
