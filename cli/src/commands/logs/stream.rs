//! The lines of a stream of bytes, of which no more than a limit is held, however long they are.

use std::io::{self, BufRead, BufReader, Read};

/// How much of one line is held: as much as the classifier looks at.
const LIMIT: usize = 2 << 20;
/// How much is read at once.
const CHUNK: usize = 64 << 10;

/// Reads lines into the same memory, one after the other.
#[derive(Debug)]
pub(super) struct Stream<R> {
    input: BufReader<R>,
    line: Vec<u8>,
}

impl<R: Read> Stream<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input: BufReader::with_capacity(CHUNK, input),
            line: Vec::new(),
        }
    }

    /// Whether the next bytes have to be waited for.
    pub(super) fn is_dry(&self) -> bool {
        self.input.buffer().is_empty()
    }

    /// The next line without its line feed, as far as it is held; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<&[u8]>> {
        self.line.clear();
        let mut has_begun = false;
        loop {
            let bytes = match self.input.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                bytes => bytes?,
            };
            if bytes.is_empty() {
                return Ok(has_begun.then_some(self.line.as_slice()));
            }
            has_begun = true;
            let end = memchr::memchr(b'\n', bytes);
            let part = &bytes[..end.unwrap_or(bytes.len())];
            let room = LIMIT.saturating_sub(self.line.len()).min(part.len());
            self.line.extend_from_slice(&part[..room]);
            let used = part.len() + usize::from(end.is_some());
            self.input.consume(used);
            if end.is_some() {
                return Ok(Some(self.line.as_slice()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LIMIT, Stream};

    fn lengths(bytes: &[u8]) -> Vec<usize> {
        let mut stream = Stream::new(bytes);
        let mut lengths = Vec::new();
        while let Some(line) = stream.next().expect("memory can be read") {
            lengths.push(line.len());
        }
        lengths
    }

    #[test]
    fn every_line_is_given_once_also_an_empty_one_and_one_without_an_end() {
        assert!(lengths(b"").is_empty());
        assert_eq!(lengths(b"\n"), [0]);
        assert_eq!(lengths(b"a\n\nbc"), [1, 0, 2]);
        assert_eq!(lengths(b"a\r\nb\n"), [2, 1]);
    }

    #[test]
    fn a_line_of_any_length_is_one_line_of_which_a_part_is_held() {
        let mut bytes = vec![b'x'; 3 * LIMIT];
        bytes.extend_from_slice(b"\nnext\n");
        assert_eq!(lengths(&bytes), [LIMIT, 4]);
    }
}
