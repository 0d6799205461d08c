//! Logs as the engine leaves them in a folder, read back.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::Path,
    time::{Duration, SystemTime},
};

use flate2::{Compression, GzBuilder};
use jiff::Timestamp;
use proptest::prelude::*;

use super::{LogCursor, LogDriver, LogFiles, LogFolder, TimeRange, Want, stop::Stop};
use crate::{clients::deadline::Deadline, logs::anchors::Anchors};

const START: i64 = 1_795_338_000;

fn moment(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(START * 1000 + milliseconds).unwrap()
}

fn seconds(since: i64, until: i64) -> TimeRange {
    TimeRange {
        since: moment(since * 1000),
        until: moment(until * 1000),
    }
}

const ALL: (i64, i64) = (0, 100_000);

/// A record as the `json-file` driver writes it.
fn json(milliseconds: i64, text: &str) -> Vec<u8> {
    let text = serde_json::to_string(text)
        .unwrap()
        .replace('<', "\\u003c")
        .replace('&', "\\u0026");
    format!(
        "{{\"log\":{text},\"stream\":\"stdout\",\"time\":\"{}\"}}\n",
        moment(milliseconds)
    )
    .into_bytes()
}

/// A record as the `local` driver writes it; a partial one with whether it is its line's last.
fn local(milliseconds: i64, text: &str, partial: Option<bool>) -> Vec<u8> {
    let mut message = vec![0x0a, 6];
    message.extend(b"stderr");
    message.push(0x10);
    varint(
        u64::try_from(moment(milliseconds).as_nanosecond()).unwrap(),
        &mut message,
    );
    message.push(0x1a);
    varint(text.len() as u64, &mut message);
    message.extend(text.as_bytes());
    if let Some(is_last) = partial {
        message.extend([
            0x20,
            1,
            0x2a,
            7,
            0x08,
            u8::from(is_last),
            0x12,
            1,
            b'x',
            0x18,
            1,
        ]);
    }
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&length[..], &message, &length].concat()
}

fn varint(mut value: u64, bytes: &mut Vec<u8>) {
    while value >= 0x80 {
        bytes.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
        value >>= 7;
    }
    bytes.push(u8::try_from(value).unwrap());
}

fn gzip(path: &Path, bytes: &[u8], last_at: Option<Timestamp>) {
    let mut builder = GzBuilder::new();
    if let Some(last) = last_at {
        builder = builder.extra(format!("{{\"lastTime\":\"{last}\"}}"));
    }
    let mut encoder = builder.write(fs::File::create(path).unwrap(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap();
}

/// A folder of one log.
struct Shelf {
    folder: tempfile::TempDir,
    driver: LogDriver,
}

impl Shelf {
    fn new(driver: LogDriver) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            driver,
        }
    }

    fn with(driver: LogDriver, current: &[u8]) -> Self {
        let shelf = Self::new(driver);
        shelf.write("", current);
        shelf
    }

    fn path(&self, suffix: &str) -> std::path::PathBuf {
        self.folder.path().join(format!("c.log{suffix}"))
    }

    fn write(&self, suffix: &str, bytes: &[u8]) {
        fs::write(self.path(suffix), bytes).unwrap();
    }

    fn folder(&self) -> LogFolder {
        LogFolder {
            folder: self.folder.path().to_owned(),
            current: "c.log".to_owned(),
            driver: self.driver,
        }
    }

    fn cursor(&self, range: TimeRange) -> LogCursor {
        let deadline = Deadline::after(Duration::from_mins(1));
        let files = LogFiles::open(&self.folder()).unwrap();
        files.window(range, deadline).unwrap()
    }

    fn lines(&self, (since, until): (i64, i64)) -> Vec<String> {
        texts(&mut self.cursor(seconds(since, until)), Want::Every)
    }
}

fn texts(cursor: &mut LogCursor, want: Want<'_>) -> Vec<String> {
    let mut found = Vec::new();
    while let Some(line) = cursor.next(want) {
        assert!(line.at.is_some());
        found.push(String::from_utf8_lossy(line.bytes).into_owned());
    }
    found
}

#[test]
fn escapes_of_the_file_are_taken_off() {
    let text = "a \"b\" \\c\t<d>&\u{1} é 🦀\r\n";
    let shelf = Shelf::with(LogDriver::JsonFile, &json(0, text));
    assert_eq!(shelf.lines(ALL), ["a \"b\" \\c\t<d>&\u{1} é 🦀"]);
    let escaped = br#"{"log":"\ud83e\udd80 \ud83e! \u00e9\n","stream":"stdout","time":"2026-11-22T09:00:01Z"}"#;
    let shelf = Shelf::with(LogDriver::JsonFile, &[escaped, &b"\n"[..]].concat());
    assert_eq!(shelf.lines((0, 100_000_000)), ["🦀 \u{fffd}! é"]);
}

#[test]
fn rotated_files_are_read_oldest_first_whether_compressed_or_not() {
    for driver in [LogDriver::JsonFile, LogDriver::Local] {
        let record = |at, text: &str| match driver {
            LogDriver::JsonFile => json(at, &format!("{text}\n")),
            LogDriver::Local => local(at, text, None),
        };
        let shelf = Shelf::with(driver, &record(40_000, "four"));
        shelf.write(".1", &record(30_000, "three"));
        gzip(&shelf.path(".2.gz"), &record(20_000, "two"), None);
        gzip(
            &shelf.path(".3.gz"),
            &record(10_000, "one"),
            Some(moment(10_000)),
        );
        assert_eq!(shelf.lines(ALL), ["one", "two", "three", "four"]);
        assert_eq!(shelf.lines((20, 30)), ["two", "three"]);
        assert_eq!(shelf.lines((35, 90)), ["four"]);
        assert_eq!(shelf.lines((11, 12)), [""; 0]);
    }
}

#[test]
fn the_lost_beginning_of_a_rotated_log_is_told() {
    let shelf = Shelf::with(LogDriver::JsonFile, &json(40_000, "new\n"));
    assert_eq!(shelf.cursor(seconds(10, 90)).begins_late(), None);
    shelf.write(".1", &json(30_000, "old\n"));
    let cursor = shelf.cursor(seconds(10, 90));
    assert_eq!(cursor.begins_late(), Some(moment(30_000)));
    assert_eq!(shelf.cursor(seconds(35, 90)).begins_late(), None);
}

#[test]
fn whole_files_are_skipped_by_the_time_of_their_last_record() {
    let shelf = Shelf::with(LogDriver::JsonFile, &json(40_000, "new\n"));
    // Neither of them could be read.
    gzip(&shelf.path(".1.gz"), b"", Some(moment(10_000)));
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    shelf.write(".2", &json(5_000, "old\n"));
    OpenOptions::new()
        .write(true)
        .open(shelf.path(".2"))
        .unwrap()
        .set_modified(long_ago)
        .unwrap();
    let cursor = shelf.cursor(seconds(20, 90));
    assert_eq!(cursor.remaining(), json(40_000, "new\n").len() as u64);
}

#[test]
fn lines_cut_at_16_kib_are_put_together_and_bounded() {
    let piece = "x".repeat(16 << 10);
    let other = String::from_utf8(json(3, "between\n"))
        .unwrap()
        .replace("stdout", "stderr");
    let long: Vec<u8> = (0..64).flat_map(|at| json(100 + at, &piece)).collect();
    let file = [
        json(1, &piece),
        json(2, &piece),
        other.into_bytes(),
        json(4, "end\n"),
        long,
        json(200, "end of a megabyte\n"),
        json(201, "next\n"),
    ]
    .concat();
    let shelf = Shelf::with(LogDriver::JsonFile, &file);
    let lengths: Vec<usize> = shelf.lines(ALL).iter().map(String::len).collect();
    assert_eq!(lengths, [7, (32 << 10) + 3, 64 << 10, 4]);

    let file = [
        local(1, &piece, Some(false)),
        local(2, "end", Some(true)),
        local(3, "next", None),
    ]
    .concat();
    let shelf = Shelf::with(LogDriver::Local, &file);
    let lengths: Vec<usize> = shelf.lines(ALL).iter().map(String::len).collect();
    assert_eq!(lengths, [(16 << 10) + 3, 4]);
}

#[test]
fn a_hit_in_any_piece_of_a_long_line_finds_the_line() {
    let piece = "x".repeat(16 << 10);
    let file = [
        json(0, "nothing\n"),
        json(1, &piece),
        json(2, "the needle\n"),
        json(3, "nothing\n"),
    ]
    .concat();
    let shelf = Shelf::with(LogDriver::JsonFile, &file);
    let anchors = Anchors::of_texts(&["needle".to_owned()]);
    let mut cursor = shelf.cursor(seconds(0, 100));
    let found = texts(&mut cursor, Want::Hits(&anchors));
    assert_eq!(found.len(), 1);
    assert!(found[0].ends_with("the needle"), "{}", found[0].len());
    assert_eq!(cursor.passed().lines, 2);
}

#[test]
fn what_is_still_being_written_is_left_for_the_next_look() {
    let whole = json(1, "whole\n");
    let half = json(2, "half\n");
    let shelf = Shelf::with(
        LogDriver::JsonFile,
        &[&whole[..], &half[..half.len() / 2]].concat(),
    );
    assert_eq!(shelf.lines(ALL), ["whole"]);
    let whole = local(1, "whole", None);
    let half = local(2, "half", None);
    let shelf = Shelf::with(
        LogDriver::Local,
        &[&whole[..], &half[..half.len() / 2]].concat(),
    );
    assert_eq!(shelf.lines(ALL), ["whole"]);
}

#[test]
fn a_rotation_while_a_log_is_read_changes_nothing() {
    let old: Vec<u8> = (0..10_000)
        .flat_map(|at| json(at, &format!("old {at}\n")))
        .collect();
    let shelf = Shelf::with(LogDriver::JsonFile, &old);
    let mut cursor = shelf.cursor(seconds(0, 100));
    assert!(cursor.next(Want::Every).is_some());
    fs::rename(shelf.path(""), shelf.path(".1")).unwrap();
    shelf.write("", &json(20_000, "new\n"));
    assert_eq!(texts(&mut cursor, Want::Every).len(), 9_999);
    assert_eq!(cursor.stop(), None);
    assert_eq!(shelf.lines((0, 100)).len(), 10_001);
}

#[test]
fn a_file_that_is_emptied_while_it_is_read_is_told() {
    let old: Vec<u8> = (0..10_000)
        .flat_map(|at| json(at, &format!("old {at}\n")))
        .collect();
    let shelf = Shelf::with(LogDriver::JsonFile, &old);
    let mut cursor = shelf.cursor(seconds(0, 100));
    assert!(cursor.next(Want::Every).is_some());
    shelf.write("", b"");
    texts(&mut cursor, Want::Every);
    assert_eq!(cursor.stop(), Some(&Stop::Truncated));
}

#[test]
fn bytes_that_are_no_records_are_passed_by_and_a_broken_file_is_told() {
    let mut file = vec![0; 1000];
    file.extend(b"\nnot json\n");
    file.extend(json(5, "fine\n"));
    assert_eq!(Shelf::with(LogDriver::JsonFile, &file).lines(ALL), ["fine"]);

    let shelf = Shelf::with(LogDriver::JsonFile, &json(5, "fine\n"));
    shelf.write(".1.gz", b"\x1f\x8b\x08\0\0\0\0\0\0\0broken beyond repair");
    let mut cursor = shelf.cursor(seconds(0, 100));
    assert_eq!(texts(&mut cursor, Want::Every), ["fine"]);
    assert!(matches!(cursor.stop(), Some(Stop::Damaged(_))));
}

#[test]
fn a_log_without_files_is_told() {
    let shelf = Shelf::new(LogDriver::JsonFile);
    let error = LogFiles::open(&shelf.folder()).unwrap_err();
    assert!(error.to_string().starts_with("there is no log file"));
}

/// Texts that are long enough for several halves, with a needle in some.
fn log() -> impl Strategy<Value = Vec<(i64, String)>> {
    let line = (0_i64..400, "[a-z ]{0,30}", 0_usize..40);
    proptest::collection::vec(line, 1..60).prop_map(|lines| {
        let mut at = 0;
        let of = |(after, text, kind): (i64, String, usize)| {
            at += after;
            let text = match kind {
                0 => format!("{text} needle {text}"),
                1 => text.repeat(1500),
                _ => text.repeat(100),
            };
            (at, text)
        };
        lines.into_iter().map(of).collect()
    })
}

/// A record or, of a long line, several.
fn records(driver: LogDriver, at: i64, text: &str) -> Vec<u8> {
    let pieces: Vec<String> = text
        .as_bytes()
        .chunks(16 << 10)
        .map(|piece| String::from_utf8_lossy(piece).into_owned())
        .collect();
    let last = pieces.len().saturating_sub(1);
    if pieces.is_empty() {
        return match driver {
            LogDriver::JsonFile => json(at, "\n"),
            LogDriver::Local => local(at, "", None),
        };
    }
    let record = |(number, piece): (usize, &String)| match driver {
        LogDriver::JsonFile if number == last => json(at, &format!("{piece}\n")),
        LogDriver::JsonFile => json(at, piece),
        LogDriver::Local if last == 0 => local(at, piece, None),
        LogDriver::Local => local(at, piece, Some(number == last)),
    };
    pieces.iter().enumerate().flat_map(record).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_window_that_was_sought_holds_the_lines_that_a_linear_scan_finds(
        log in log(), since in 0_i64..20_000, length in 0_i64..20_000, is_local: bool, cuts in proptest::collection::vec(0_usize..60, 0..3),
    ) {
        let driver = if is_local { LogDriver::Local } else { LogDriver::JsonFile };
        let shelf = Shelf::new(driver);
        // Rotated at some lines, the oldest file compressed.
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(log.len())).collect();
        cuts.extend([0, log.len()]);
        cuts.sort_unstable();
        let files = cuts.len() - 1;
        for (number, bounds) in cuts.windows(2).enumerate() {
            let bytes: Vec<u8> = log[bounds[0]..bounds[1]].iter().flat_map(|(at, text)| records(driver, *at, text)).collect();
            match files - 1 - number {
                0 => shelf.write("", &bytes),
                age if number == 0 => gzip(&shelf.path(&format!(".{age}.gz")), &bytes, None),
                age => shelf.write(&format!(".{age}"), &bytes),
            }
        }
        let range = TimeRange { since: moment(since), until: moment(since + length) };
        let inside = |at: i64| since <= at && at <= since + length;
        let cut = |text: &str| text[..text.len().min(64 << 10)].to_owned();
        let expected: Vec<String> = log.iter().filter(|(at, _)| inside(*at)).map(|(_, text)| cut(text)).collect();
        prop_assert_eq!(texts(&mut shelf.cursor(range), Want::Every), expected.clone());

        let anchors = Anchors::of_texts(&["needle".to_owned()]);
        let has_needle = |text: &String| text.contains("needle");
        let found = texts(&mut shelf.cursor(range), Want::Hits(&anchors));
        let found: Vec<String> = found.into_iter().filter(has_needle).collect();
        let expected: Vec<String> = expected.into_iter().filter(has_needle).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn no_bytes_break_the_reading_of_a_log(bytes in proptest::collection::vec(any::<u8>(), 0..400), is_local: bool) {
        let driver = if is_local { LogDriver::Local } else { LogDriver::JsonFile };
        let shelf = Shelf::with(driver, &bytes);
        let mut cursor = shelf.cursor(seconds(0, 100));
        while cursor.next(Want::Every).is_some() {}
    }
}
