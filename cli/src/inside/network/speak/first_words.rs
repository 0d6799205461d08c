//! What comes back to three first words: a request of HTTP/1, the preface of HTTP/2, a hello of TLS.

use std::{io, time::Duration};

use futures_util::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::client::TlsStream;

use crate::{
    clients::deadline::Deadline,
    inside::network::{door::Door, untold::Untold},
};

/// Half of what an SDK waits for an answer: who says nothing for so long is no slow receiver.
const PATIENCE: Duration = Duration::from_secs(5);
/// The expected word is said alone for so long.
const HEAD_START: Duration = Duration::from_millis(300);
/// As soon as the expected word and any other is answered, the rest have so long.
const GRACE: Duration = Duration::from_millis(400);
/// Who has begun to answer goes on within this time.
const PAUSE: Duration = Duration::from_millis(200);
/// So much of an answer tells what it is.
const ENOUGH: usize = 4 << 10;

/// The preface of HTTP/2 with empty settings (RFC 9113 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00";

/// What came back to a word in plaintext.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reply {
    /// These bytes.
    Bytes(Vec<u8>),
    /// The connection was closed without a byte.
    Closed,
    /// Nothing in time.
    Silent,
}

/// What came back to all of them.
pub(super) struct Replies {
    pub(super) http1: Reply,
    pub(super) http2: Reply,
    /// A TLS connection, where the handshake succeeded.
    pub(super) tls: Option<Box<TlsStream<TcpStream>>>,
    unsaid: Option<io::Error>,
}

/// The three first words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// A request of HTTP/1.
    Http1,
    /// The preface of HTTP/2.
    Http2,
    /// A hello of TLS.
    Tls,
}

enum Answered {
    Http1(Reply),
    Http2(Reply),
    Tls(io::Result<Box<TlsStream<TcpStream>>>),
    /// There was no connection to say it on.
    Unsaid(io::Error),
}

impl Answered {
    fn tells(&self) -> bool {
        match self {
            Self::Http1(reply) | Self::Http2(reply) => matches!(reply, Reply::Bytes(_)),
            Self::Tls(handshake) => handshake.is_ok(),
            Self::Unsaid(_) => false,
        }
    }
}

impl Replies {
    fn take(&mut self, answered: Answered) {
        match answered {
            Answered::Http1(reply) => self.http1 = reply,
            Answered::Http2(reply) => self.http2 = reply,
            Answered::Tls(handshake) => self.tls = handshake.ok(),
            Answered::Unsaid(error) => {
                self.unsaid.get_or_insert(error);
            }
        }
    }

    fn are_silent(&self) -> bool {
        self.http1 == Reply::Silent && self.http2 == Reply::Silent && self.tls.is_none()
    }
}

/// Says all three, each on a connection of its own: first the one that is expected there, and as soon as it is answered the
/// others one by one. A server that serves one connection at a time would wait for the end of a word that it does not know
/// while the one that it knows waits in line.
pub(super) async fn first_words(
    door: &Door<'_>,
    expected: Word,
    deadline: Deadline,
) -> Result<Replies, Untold> {
    let mut replies = Replies {
        http1: Reply::Silent,
        http2: Reply::Silent,
        tls: None,
        unsaid: None,
    };
    let whole = Deadline::after(PATIENCE);
    let until = deadline.min(whole);
    let others = [Word::Http1, Word::Http2, Word::Tls]
        .into_iter()
        .filter(|word| *word != expected);
    let mut first = speak(door, expected);
    let is_answered = match until.capped(HEAD_START).cut(&mut first).await {
        Ok(answered) => {
            let tells = answered.tells();
            replies.take(answered);
            for other in others {
                let limit = if tells { until.capped(GRACE) } else { until };
                if let Ok(answered) = limit.cut(speak(door, other)).await {
                    replies.take(answered);
                }
            }
            true
        }
        Err(_) => {
            let pending = others.map(|word| speak(door, word)).collect();
            together(&mut replies, first, pending, until).await
        }
    };
    match replies.unsaid {
        Some(error) => Err(Untold(format!(
            "a connection that stood could not be opened again: {error}"
        ))),
        // Who had no time to answer is not silent.
        None if deadline < whole && (!is_answered || replies.are_silent()) => Err(Untold::over()),
        None => Ok(replies),
    }
}

/// Hears what comes back to all of them; whether the expected one was answered.
async fn together(
    replies: &mut Replies,
    mut first: BoxFuture<'_, Answered>,
    mut others: FuturesUnordered<BoxFuture<'_, Answered>>,
    mut until: Deadline,
) -> bool {
    let mut is_answered = false;
    let mut tells = false;
    while !is_answered || !others.is_empty() {
        let answered = tokio::select! {
            biased;
            answered = &mut first, if !is_answered => {
                is_answered = true;
                answered
            }
            Some(answered) = others.next() => answered,
            () = tokio::time::sleep_until(until.instant()) => break,
        };
        tells |= answered.tells();
        replies.take(answered);
        if tells && is_answered {
            until = until.capped(GRACE);
        }
    }
    is_answered
}

/// Says one word.
fn speak<'d>(door: &'d Door<'d>, word: Word) -> BoxFuture<'d, Answered> {
    match word {
        Word::Http1 => Box::pin(async move {
            let request = format!(
                "GET / HTTP/1.1\r\nHost: {}\r\nUser-Agent: ptctl/{}\r\nConnection: close\r\n\r\n",
                door.authority(),
                env!("CARGO_PKG_VERSION")
            );
            match door.plain().await {
                Ok(stream) => Answered::Http1(say(stream, request.as_bytes()).await),
                Err(error) => Answered::Unsaid(error),
            }
        }),
        Word::Http2 => Box::pin(async move {
            match door.plain().await {
                Ok(stream) => Answered::Http2(say(stream, PREFACE).await),
                Err(error) => Answered::Unsaid(error),
            }
        }),
        Word::Tls => Box::pin(async move {
            match door.plain().await {
                Ok(stream) => {
                    let secured = door.secure(stream, &["h2", "http/1.1"]).await;
                    Answered::Tls(secured.map(Box::new))
                }
                Err(error) => Answered::Unsaid(error),
            }
        }),
    }
}

/// Sends a word and reads until it is plain what comes back.
async fn say(stream: TcpStream, word: &[u8]) -> Reply {
    let mut reply = Vec::new();
    let result = exchange(stream, word, &mut reply).await;
    match result {
        _ if !reply.is_empty() => Reply::Bytes(reply),
        // Cut without a byte, by a reset as by an end.
        Ok(()) | Err(_) => Reply::Closed,
    }
}

async fn exchange(mut stream: TcpStream, word: &[u8], reply: &mut Vec<u8>) -> io::Result<()> {
    stream.write_all(word).await?;
    let mut buffer = [0; 1024];
    while reply.len() < ENOUGH && !is_frame(reply) {
        let reading = stream.read(&mut buffer);
        let read = if reply.is_empty() {
            reading.await?
        } else {
            // Who said something and stays on the line has said enough.
            match Deadline::after(PAUSE).cut(reading).await {
                Ok(read) => read?,
                Err(_) => break,
            }
        };
        if read == 0 {
            break;
        }
        reply.extend_from_slice(&buffer[..read]);
    }
    Ok(())
}

/// Whether bytes begin with a frame of settings, the first that every server of HTTP/2 sends (RFC 9113 3.4).
pub(super) fn is_frame(bytes: &[u8]) -> bool {
    const SETTINGS: u8 = 4;
    match bytes {
        [0, high, low, SETTINGS, 0, 0, 0, 0, 0, ..] => {
            u16::from_be_bytes([*high, *low]).is_multiple_of(6)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_told_from_a_request_and_from_another_frame() {
        assert!(is_frame(
            b"\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x05\x00\x00@\x00"
        ));
        assert!(is_frame(&PREFACE[24..]));
        for other in [
            b"HTTP/1.1 400 Bad Request".as_slice(),
            b"\x00\x00\x08\x07\x00\x00\x00\x00\x00",
            b"\x00\x00\x06\x04",
            b"",
        ] {
            assert!(!is_frame(other), "{other:?}");
        }
    }
}
