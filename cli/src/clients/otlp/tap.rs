//! A stream that remembers the first bytes that came, so that whoever speaks another protocol can be named.

use std::{
    io,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
};

use ptctl_diagnosis::snapshot::Spoken;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::clients::foreign::beginning;

/// So many bytes tell any protocol.
const KEPT: usize = 64;
/// The types of the HTTP/2 frames that a server begins with, and of the one by which it refuses
/// (RFC 9113, section 6).
const FIRST_FRAMES: [u8; 2] = [4, 7];

/// The first bytes that came.
#[derive(Debug, Clone, Default)]
pub(super) struct First(Arc<OnceLock<Vec<u8>>>);

impl First {
    /// What the other side speaks.
    pub(super) fn spoken(&self) -> Spoken {
        spoken(self.0.get().map_or(&[], Vec::as_slice))
    }
}

/// The stream.
#[derive(Debug)]
pub(super) struct Tap<S> {
    stream: S,
    first: First,
}

impl<S> Tap<S> {
    pub(super) fn new(stream: S) -> (Self, First) {
        let first = First::default();
        let tap = Self {
            stream,
            first: first.clone(),
        };
        (tap, first)
    }
}

/// The protocol of the first bytes.
pub(super) fn spoken(bytes: &[u8]) -> Spoken {
    match bytes {
        [] => Spoken::Nothing,
        _ if bytes.starts_with(b"HTTP/1.") => Spoken::Http1 {
            status: bytes
                .get(9..12)
                .and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok()),
        },
        // The types of records `alert` and `handshake` (RFC 8446, section 5.1).
        [0x15 | 0x16, 3, ..] => Spoken::Tls,
        // A length of at most 64 KiB, one of the first frames, on stream 0.
        [0, _, _, kind, _, 0, 0, 0, 0, ..] if FIRST_FRAMES.contains(kind) => Spoken::Http2,
        _ => Spoken::Other {
            first: beginning(bytes),
        },
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Tap<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        let came = &buffer.filled()[before..];
        if !came.is_empty() {
            self.first
                .0
                .get_or_init(|| came[..came.len().min(KEPT)].to_vec());
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Tap<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, buffer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_are_known_by_their_first_bytes() {
        let http1 = |status| Spoken::Http1 { status };
        let cases: [(&[u8], Spoken); 7] = [
            (b"", Spoken::Nothing),
            (b"HTTP/1.1 400 Bad Request\r\n", http1(Some(400))),
            (b"HTTP/1.1", http1(None)),
            (&[0x15, 3, 1, 0, 2, 2, 70], Spoken::Tls),
            (
                &[0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 5, 0, 0, 64, 0],
                Spoken::Http2,
            ),
            (&[0, 0, 0, 4, 0, 0, 0, 0, 0], Spoken::Http2),
            (
                b"-ERR unknown command\r\n",
                Spoken::Other {
                    first: "-ERR unknown command".into(),
                },
            ),
        ];
        for (bytes, expected) in cases {
            assert_eq!(spoken(bytes), expected, "{bytes:?}");
        }
    }
}
