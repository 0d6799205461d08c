//! A line on a terminal that says what is going on and leaves nothing behind.

use std::{
    io::{self, Write},
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread::JoinHandle,
    time::Duration,
};

use ptctl_diagnosis::printable::printable;

use crate::render::Glyphs;

/// How long one picture of the spinner stands.
const FRAME: Duration = Duration::from_millis(100);
/// Goes to the beginning of the line and clears it.
const WIPE: &str = "\r\u{1b}[K";

/// A line that turns until it is dropped; then it is wiped.
#[derive(Debug)]
pub(crate) struct Spinner {
    texts: Option<Sender<String>>,
    thread: Option<JoinHandle<()>>,
}

impl Spinner {
    /// Begins to turn beside `text`, cut to `width` columns.
    pub(crate) fn start(
        text: &str,
        width: usize,
        glyphs: Glyphs,
        terminal: impl Write + Send + 'static,
    ) -> Self {
        let (texts, received) = mpsc::channel();
        let text = text.to_owned();
        let thread = std::thread::spawn(move || turn(text, width, glyphs, terminal, &received));
        Self {
            texts: Some(texts),
            thread: Some(thread),
        }
    }

    /// Goes on beside another text.
    pub(crate) fn say(&self, text: &str) {
        if let Some(texts) = &self.texts {
            // The thread ends where the terminal is gone, and then nobody reads.
            drop(texts.send(text.to_owned()));
        }
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        // Without a sender the thread wipes the line and ends.
        self.texts = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so itself.
            drop(thread.join());
        }
    }
}

fn turn(
    mut text: String,
    width: usize,
    glyphs: Glyphs,
    mut terminal: impl Write,
    texts: &mpsc::Receiver<String>,
) {
    let mut draw = |line: &str| -> io::Result<()> {
        terminal.write_all(line.as_bytes())?;
        terminal.flush()
    };
    for number in 0_usize.. {
        let line = format!("{WIPE}{}", frame(number, &text, width, glyphs));
        if draw(&line).is_err() {
            return;
        }
        match texts.recv_timeout(FRAME) {
            Ok(other) => text = other,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    // A terminal that went away needs no wiping.
    drop(draw(WIPE));
}

/// One picture: a line that never wraps, since a wrapped one could not be wiped.
fn frame(number: usize, text: &str, width: usize, glyphs: Glyphs) -> String {
    let signs: &[char] = match glyphs {
        Glyphs::Unicode => &['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'],
        Glyphs::Ascii => &['|', '/', '-', '\\'],
    };
    let sign = signs[number % signs.len()];
    let room = width.saturating_sub(3);
    let mut shown = String::new();
    let mut used = 0;
    for character in printable(text).chars() {
        used += textwrap::core::display_width(character.encode_utf8(&mut [0; 4]));
        if used > room {
            break;
        }
        shown.push(character);
    }
    format!("{sign} {shown}")
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// A terminal whose screen can be read afterwards.
    #[derive(Clone, Default)]
    struct Screen(Arc<Mutex<Vec<u8>>>);

    impl Write for Screen {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_dropped_spinner_leaves_an_empty_line() {
        let screen = Screen::default();
        let spinner = Spinner::start("looking", 80, Glyphs::Ascii, screen.clone());
        spinner.say("judging");
        drop(spinner);
        let written = String::from_utf8(screen.0.lock().unwrap().clone()).unwrap();
        assert!(written.starts_with("\r\u{1b}[K| looking"), "{written:?}");
        assert!(written.ends_with("\r\u{1b}[K"), "{written:?}");
        assert!(!written.contains('\n'));
    }

    #[test]
    fn a_picture_never_fills_its_line() {
        for (text, width) in [
            ("looking at the stack …", 12),
            ("東京東京東京", 9),
            ("x", 2),
        ] {
            let line = frame(3, text, width, Glyphs::Unicode);
            let columns = textwrap::core::display_width(&line);
            assert!(columns <= width.max(2), "{line} has {columns}");
        }
        assert_eq!(frame(0, "a\u{1b}[2J", 80, Glyphs::Ascii), "| a\\u{1b}[2J");
    }
}
