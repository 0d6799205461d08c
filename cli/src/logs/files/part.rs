//! One file of a log: plain, or compressed by the engine when it was rotated.

use std::{
    fs::{File, Metadata},
    io::{self, BufReader, Read},
    os::unix::fs::{FileExt, MetadataExt},
    path::Path,
    sync::Arc,
};

use flate2::bufread::{GzDecoder, MultiGzDecoder};
use jiff::Timestamp;
use serde::Deserialize;

/// A file of a log, held open: what it is renamed to meanwhile does not matter.
#[derive(Debug)]
pub(super) struct Part {
    file: Arc<File>,
    device: u64,
    inode: u64,
    /// Its length when it was opened; what is written later is not read.
    pub(super) size: u64,
    /// When it was last written to.
    pub(super) modified_at: Option<Timestamp>,
    pub(super) packing: Packing,
}

/// Whether a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    /// It is not, so that it can be read from anywhere.
    Plain,
    /// By gzip, so that it can be read from its beginning alone.
    Gzip {
        /// The time of its last record, where the engine noted it.
        last_at: Option<Timestamp>,
        /// Its length when it was not compressed yet, modulo 2³².
        unpacked: u64,
    },
}

/// What the engine notes in the header of a compressed file.
#[derive(Deserialize)]
struct Note {
    #[serde(rename = "lastTime")]
    last_at: Timestamp,
}

impl Part {
    /// Opens a file that is not compressed.
    pub(super) fn plain(path: &Path) -> io::Result<Self> {
        Self::of(File::open(path)?, Packing::Plain)
    }

    /// Opens a compressed file.
    pub(super) fn packed(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let size = file.metadata()?.size();
        // RFC 1952: an extra field of the header, and the length in the last four bytes.
        let last_at = GzDecoder::new(BufReader::with_capacity(1 << 10, FileReader::new(&file)))
            .header()
            .and_then(|header| serde_json::from_slice::<Note>(header.extra()?).ok())
            .map(|note| note.last_at);
        let mut length = [0; 4];
        let unpacked = match size.checked_sub(4) {
            Some(at) => {
                file.read_exact_at(&mut length, at)?;
                u64::from(u32::from_le_bytes(length))
            }
            None => 0,
        };
        Self::of(file, Packing::Gzip { last_at, unpacked })
    }

    fn of(file: File, packing: Packing) -> io::Result<Self> {
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "it is no regular file",
            ));
        }
        Ok(Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified_at: metadata
                .modified()
                .ok()
                .and_then(|time| Timestamp::try_from(time).ok()),
            file: Arc::new(file),
            packing,
        })
    }

    /// Whether both are the same file.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        (self.device, self.inode) == (other.device, other.inode)
    }

    /// Whether this is that file.
    pub(super) fn is_file(&self, metadata: &Metadata) -> bool {
        (self.device, self.inode) == (metadata.dev(), metadata.ino())
    }

    /// How many bytes of log it holds.
    pub(super) fn log_bytes(&self) -> u64 {
        match self.packing {
            Packing::Plain => self.size,
            Packing::Gzip { unpacked, .. } => unpacked,
        }
    }

    /// Whether nothing in it can be as new as this.
    pub(super) fn ends_before(&self, since: Timestamp) -> bool {
        let noted = match self.packing {
            Packing::Plain => None,
            Packing::Gzip { last_at, .. } => last_at,
        };
        noted.or(self.modified_at).is_some_and(|last| last < since)
    }

    /// Whether it has become shorter than it was when it was opened.
    pub(super) fn is_truncated(&self) -> io::Result<bool> {
        Ok(self.file.metadata()?.size() < self.size)
    }

    /// Reads bytes of a plain file from a place on, fewer only at its end.
    pub(super) fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.file.read_at(&mut buffer[filled..], at + filled as u64) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    /// The bytes of log between two places; a compressed file is read from its beginning to its end.
    pub(super) fn bytes(&self, start: u64, end: u64) -> LogBytes {
        let reader = |at, end| FileReader {
            file: Arc::clone(&self.file),
            at,
            end,
        };
        match self.packing {
            Packing::Plain => LogBytes::Plain(reader(start, end)),
            Packing::Gzip { .. } => LogBytes::Gzip(Box::new(MultiGzDecoder::new(
                BufReader::with_capacity(64 << 10, reader(0, self.size)),
            ))),
        }
    }
}

/// The bytes of a log as they come out of a file.
#[derive(Debug)]
pub(super) enum LogBytes {
    Plain(FileReader<Arc<File>>),
    Gzip(Box<MultiGzDecoder<BufReader<FileReader<Arc<File>>>>>),
}

impl Read for LogBytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(reader) => reader.read(buffer),
            Self::Gzip(decoder) => decoder.read(buffer),
        }
    }
}

/// Reads a file without moving the place that its other readers are at.
#[derive(Debug)]
pub(super) struct FileReader<F> {
    file: F,
    at: u64,
    end: u64,
}

impl<'f> FileReader<&'f File> {
    fn new(file: &'f File) -> Self {
        Self {
            file,
            at: 0,
            end: u64::MAX,
        }
    }
}

impl<F: std::ops::Deref<Target = File>> Read for FileReader<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        let read = self.file.read_at(&mut buffer[..wanted], self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}
