//! The third rung: what a port really speaks, whatever it was taken for.

mod asking;
mod first_words;
mod identify;
mod secured;

use ptctl_diagnosis::snapshot::{
    Destination, Encryption, Listener, OtlpProtocol, Plaintext, Speech, TlsSpeech, Trust,
};

use self::{
    asking::{Asking, QUESTION, Speaks, Spoken},
    first_words::{Reply, Word, first_words, is_frame},
};
use super::{
    door::Door,
    http1::{self, Question},
    trust::Roots,
    untold::Untold,
};
use crate::clients::{
    deadline::Deadline,
    foreign::beginning,
    otlp::{Security, TlsSettings},
};

/// Finds out what a port speaks: three first words, then questions in what it answered.
pub(super) async fn speak(
    door: &Door<'_>,
    destination: &Destination,
    roots: &Roots,
    deadline: Deadline,
) -> Result<Speech, Untold> {
    let expected = match (destination.encryption, destination.protocol) {
        (Some(Encryption::Tls), _) => Word::Tls,
        (_, Some(OtlpProtocol::Grpc)) => Word::Http2,
        (_, Some(OtlpProtocol::Http) | None) => Word::Http1,
    };
    let replies = first_words(door, expected, deadline).await?;
    let tls = replies
        .tls
        .as_ref()
        .map(|stream| secured::describe(stream, roots, door.host));
    let mut speech = Speech {
        plaintext: plaintext(&replies.http1, &replies.http2),
        tls,
        http1: is_http1(&replies.http1) || is_http1(&replies.http2),
        http2: matches!(&replies.http2, Reply::Bytes(bytes) if is_frame(bytes)),
        otlp: Vec::new(),
        untold: Vec::new(),
        listener: Listener::Unknown,
    };
    let mut spoken = Spoken {
        http1: Speaks::of(speech.http1, &replies.http1),
        http2: Speaks::of(speech.http2, &replies.http2),
    };
    // What it was not seen to speak in plaintext, it may speak in TLS.
    drop(replies.tls);
    let encryption = match (&speech.plaintext, &speech.tls) {
        (Plaintext::Http, _) => Encryption::Plaintext,
        (_, Some(tls)) => {
            speech.http2 = tls.alpn.as_deref() == Some("h2");
            let page = Question::get("/");
            let page = http1::ask(door, Encryption::Tls, page, deadline.capped(QUESTION)).await;
            speech.http1 = page.is_some();
            spoken = Spoken {
                // Whoever wants a client's certificate hangs up where another asks.
                http1: Speaks::of(speech.http1, &Reply::Silent),
                http2: Speaks::of(speech.http2, &Reply::Closed),
            };
            Encryption::Tls
        }
        (Plaintext::Other { .. }, None) => {
            speech.listener = Listener::Foreign;
            return Ok(speech);
        }
        (Plaintext::WantsTls | Plaintext::Closed | Plaintext::Silent, None) => return Ok(speech),
    };
    let asking = Asking {
        door,
        encryption,
        security: security(encryption, speech.tls.as_ref(), roots),
        spoken,
        wanted: destination.protocol,
    };
    let found = Box::pin(asking.who(deadline)).await;
    speech.otlp = found.otlp;
    speech.untold = found.untold;
    speech.listener = found.listener;
    Ok(speech)
}

/// How an export gets to a port; `None` where no client would get any further.
fn security(encryption: Encryption, tls: Option<&TlsSpeech>, roots: &Roots) -> Option<Security> {
    match (encryption, tls.map(|tls| &tls.trust)) {
        (Encryption::Plaintext, _) => Some(Security::Plain),
        (Encryption::Tls, Some(Trust::Trusted)) => Some(Security::Tls(TlsSettings {
            authorities: roots.authorities(),
            ..TlsSettings::default()
        })),
        (Encryption::Tls, _) => None,
    }
}

fn is_http1(reply: &Reply) -> bool {
    matches!(reply, Reply::Bytes(bytes) if bytes.starts_with(b"HTTP/1.") && !says_tls(bytes))
}

/// How Go's server and nginx tell a client that it forgot TLS.
fn says_tls(bytes: &[u8]) -> bool {
    [
        b"HTTP request to an HTTPS server".as_slice(),
        b"plain HTTP request was sent to HTTPS port",
    ]
    .iter()
    .any(|words| memchr::memmem::find(bytes, words).is_some())
}

/// What came back to both words in plaintext, taken together.
fn plaintext(http1: &Reply, http2: &Reply) -> Plaintext {
    /// The records `alert` and `handshake` (RFC 8446 5.1).
    fn is_tls(bytes: &[u8]) -> bool {
        matches!(bytes, [0x15 | 0x16, 3, ..])
    }
    match (http1, http2) {
        (_, Reply::Bytes(bytes)) if is_frame(bytes) => Plaintext::Http,
        (Reply::Bytes(bytes), _) | (_, Reply::Bytes(bytes)) if is_tls(bytes) || says_tls(bytes) => {
            Plaintext::WantsTls
        }
        (Reply::Bytes(bytes), _) | (_, Reply::Bytes(bytes))
            if bytes.starts_with(b"HTTP/1.") || is_frame(bytes) =>
        {
            Plaintext::Http
        }
        (Reply::Bytes(bytes), _) | (_, Reply::Bytes(bytes)) => Plaintext::Other {
            text: beginning(bytes),
        },
        (Reply::Closed, _) | (_, Reply::Closed) => Plaintext::Closed,
        (Reply::Silent, Reply::Silent) => Plaintext::Silent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &[u8]) -> Reply {
        Reply::Bytes(text.to_vec())
    }

    #[test]
    fn a_server_that_wants_tls_is_known_by_its_alert_or_its_words() {
        let go = bytes(
            b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n",
        );
        assert_eq!(plaintext(&go, &Reply::Closed), Plaintext::WantsTls);
        assert!(!is_http1(&go));
        let alert = bytes(&[0x15, 3, 1, 0, 2, 2, 22]);
        assert_eq!(plaintext(&alert, &alert), Plaintext::WantsTls);
    }

    #[test]
    fn a_server_of_one_version_of_http_speaks_http() {
        let settings = bytes(b"\x00\x00\x00\x04\x00\x00\x00\x00\x00");
        assert_eq!(plaintext(&settings, &settings), Plaintext::Http);
        assert_eq!(plaintext(&Reply::Closed, &settings), Plaintext::Http);
        let http = bytes(b"HTTP/1.1 404 Not Found\r\n\r\n");
        assert_eq!(plaintext(&http, &Reply::Closed), Plaintext::Http);
    }

    #[test]
    fn silence_a_hang_up_and_a_foreign_word_are_told_apart() {
        assert_eq!(plaintext(&Reply::Silent, &Reply::Silent), Plaintext::Silent);
        assert_eq!(plaintext(&Reply::Silent, &Reply::Closed), Plaintext::Closed);
        assert_eq!(
            plaintext(&bytes(b"-ERR unknown command\r\n"), &Reply::Closed),
            Plaintext::Other {
                text: "-ERR unknown command".to_owned()
            }
        );
    }
}
