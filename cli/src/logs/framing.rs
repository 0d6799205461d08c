//! From chunks of a log to lines with their times.
//!
//! Without a terminal the engine sends frames, each with the stream's number and its length (Docker Engine API,
//! `ContainerAttach`, "stream format"); with a terminal it sends plain bytes. Memory is bounded whatever arrives.

use jiff::Timestamp;

use super::open_line::OpenLine;

/// How an engine sends a container's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// In frames, since the container has no terminal.
    Frames,
    /// As plain bytes, since it has one.
    Plain,
}

/// More of a line is counted, not kept.
pub(crate) const LINE_LIMIT: usize = 64 << 10;
/// The length of a frame's header: stream number, three zeros, length in four bytes.
const HEADER: usize = 8;

/// One line of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RawLine<'b> {
    /// When the engine received it.
    pub(crate) at: Option<Timestamp>,
    /// The line without its end, at most [`LINE_LIMIT`] bytes of it.
    pub(crate) bytes: &'b [u8],
}

/// Cuts a log into lines.
#[derive(Debug)]
pub(crate) struct Lines {
    framing: Framing,
    /// The part of a frame's header that has arrived.
    header: Vec<u8>,
    /// What is left of the frame that is being read.
    remaining: usize,
    /// Which stream the frame belongs to.
    stream: usize,
    /// The open line of standard output and of standard error.
    open: [OpenLine; 2],
}

impl Lines {
    pub(crate) fn new(framing: Framing) -> Self {
        Self {
            framing,
            header: Vec::with_capacity(HEADER),
            remaining: 0,
            stream: 0,
            open: [OpenLine::default(), OpenLine::default()],
        }
    }

    /// Takes the next bytes and hands over every line that they end.
    pub(crate) fn push(&mut self, mut chunk: &[u8], mut take: impl FnMut(RawLine<'_>)) {
        while !chunk.is_empty() {
            if self.framing == Framing::Plain {
                self.open[0].push(chunk, &mut take);
                return;
            }
            if self.remaining == 0 {
                let wanted = HEADER - self.header.len();
                let (part, rest) = chunk.split_at(wanted.min(chunk.len()));
                self.header.extend_from_slice(part);
                chunk = rest;
                if self.header.len() == HEADER {
                    self.begin_frame(&mut take);
                }
                continue;
            }
            let (payload, rest) = chunk.split_at(self.remaining.min(chunk.len()));
            self.open[self.stream].push(payload, &mut take);
            self.remaining -= payload.len();
            chunk = rest;
        }
    }

    fn begin_frame(&mut self, take: &mut impl FnMut(RawLine<'_>)) {
        if let [stream @ 0..=2, 0, 0, 0, a, b, c, d] = self.header[..] {
            self.remaining = u32::from_be_bytes([a, b, c, d]) as usize;
            self.stream = usize::from(stream == 2);
            self.open[self.stream].expect_time();
            self.header.clear();
        } else {
            // The container got a terminal when it was made again, or the engine has another format.
            self.framing = Framing::Plain;
            let bytes = std::mem::take(&mut self.header);
            self.open[0].push(&bytes, take);
        }
    }

    /// Hands over what the log's last bytes left open.
    pub(crate) fn finish(mut self, mut take: impl FnMut(RawLine<'_>)) {
        // Bytes of a header that never became whole belong to a log without frames.
        let rest = std::mem::take(&mut self.header);
        if !rest.is_empty() {
            self.open[0].push(&rest, &mut take);
        }
        for line in &mut self.open {
            line.finish(&mut take);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TIME: &str = "2026-11-22T08:39:49.904182227Z";

    fn frame(stream: u8, payload: &[u8]) -> Vec<u8> {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        [&[stream, 0, 0, 0][..], &length, payload].concat()
    }

    /// The lines of a log that arrives in chunks of this length.
    fn lines(framing: Framing, log: &[u8], chunk: usize) -> Vec<(bool, Vec<u8>)> {
        let mut found = Vec::new();
        let mut lines = Lines::new(framing);
        for part in log.chunks(chunk.max(1)) {
            lines.push(part, |line| {
                found.push((line.at.is_some(), line.bytes.to_vec()));
            });
        }
        lines.finish(|line| found.push((line.at.is_some(), line.bytes.to_vec())));
        found
    }

    fn text(framing: Framing, log: &[u8]) -> Vec<String> {
        lines(framing, log, 7)
            .into_iter()
            .map(|(_, bytes)| String::from_utf8_lossy(&bytes).into_owned())
            .collect()
    }

    #[test]
    fn the_streams_are_read_line_by_line_and_keep_apart() {
        let log = [
            frame(1, format!("{TIME} one, ").as_bytes()),
            frame(2, format!("{TIME} oops\n").as_bytes()),
            frame(1, format!("{TIME} still one\n").as_bytes()),
            frame(1, format!("{TIME} \n").as_bytes()),
        ]
        .concat();
        assert_eq!(text(Framing::Frames, &log), ["oops", "one, still one", ""]);
        assert!(
            lines(Framing::Frames, &log, 5)
                .iter()
                .all(|(timed, _)| *timed)
        );
    }

    #[test]
    fn a_terminals_log_has_no_frames() {
        let log = format!("{TIME} first\r\n{TIME} second \u{1b}[31mred\u{1b}[0m\r\n{TIME} open");
        assert_eq!(
            text(Framing::Plain, log.as_bytes()),
            ["first", "second \u{1b}[31mred\u{1b}[0m", "open"]
        );
    }

    #[test]
    fn a_log_that_turns_out_to_have_no_frames_is_read_as_it_is() {
        let log = format!("{TIME} first\n{TIME} second\n");
        assert_eq!(text(Framing::Frames, log.as_bytes()), ["first", "second"]);
    }

    #[test]
    fn a_line_without_end_takes_a_bounded_place() {
        let mut log = frame(1, format!("{TIME} {}", "x".repeat(LINE_LIMIT)).as_bytes());
        log.extend(frame(
            1,
            format!("{TIME} {}\n", "y".repeat(9000)).as_bytes(),
        ));
        log.extend(frame(1, format!("{TIME} next\n").as_bytes()));
        let found = lines(Framing::Frames, &log, 4096);
        let lengths: Vec<usize> = found.iter().map(|(_, bytes)| bytes.len()).collect();
        assert_eq!(lengths, [LINE_LIMIT, 4]);
    }

    #[test]
    fn a_frame_that_claims_four_gigabytes_takes_none() {
        let mut log = vec![1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff];
        log.extend(format!("{TIME} short\n").as_bytes());
        assert_eq!(text(Framing::Frames, &log), ["short"]);
    }

    #[test]
    fn bytes_that_are_no_text_are_kept() {
        let log = frame(2, &[TIME.as_bytes(), b" \xff\xfe ok\n"].concat());
        assert_eq!(
            lines(Framing::Frames, &log, 3),
            [(true, b"\xff\xfe ok".to_vec())]
        );
    }

    proptest! {
        #[test]
        fn how_the_bytes_arrive_changes_nothing(
            texts in proptest::collection::vec("[a-z ]{0,40}", 0..6),
            chunk in 1_usize..64,
        ) {
            let log: Vec<u8> = texts.iter().flat_map(|text| frame(1, format!("{TIME} {text}\n").as_bytes())).collect();
            let found: Vec<Vec<u8>> = lines(Framing::Frames, &log, chunk).into_iter().map(|(_, bytes)| bytes).collect();
            let expected: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn no_bytes_break_the_framing(log in proptest::collection::vec(any::<u8>(), 0..300), chunk in 1_usize..40) {
            lines(Framing::Frames, &log, chunk);
            lines(Framing::Plain, &log, chunk);
        }
    }
}
