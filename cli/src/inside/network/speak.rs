//! The third rung: what a port really speaks, whatever it was taken for.

mod first_words;
mod identify;
mod secured;

use std::time::Duration;

use ptctl_diagnosis::snapshot::{
    Destination, Encryption, ExportFault, ExportOutcome, Listener, OtlpProtocol, Plaintext, Speech,
    TlsSpeech, Trust,
};

use self::first_words::{Reply, Word, first_words, is_frame};
use super::{
    door::Door,
    http1::{self, Question},
    trust::Roots,
};
use crate::{
    clients::{
        deadline::Deadline,
        otlp::{Compression, Exporter, Payload, Protocol, Security, TlsSettings},
    },
    inside::network::foreign::beginning,
};

/// Nobody is asked longer who it is.
const QUESTION: Duration = Duration::from_millis(1500);
/// gRPC's `UNIMPLEMENTED`.
const UNIMPLEMENTED: u32 = 12;

/// Finds out what a port speaks: three first words, then questions in what it answered.
pub(super) async fn speak(
    door: &Door<'_>,
    destination: &Destination,
    roots: &Roots,
    deadline: Deadline,
) -> Speech {
    let expected = match (destination.encryption, destination.protocol) {
        (Some(Encryption::Tls), _) => Word::Tls,
        (_, Some(OtlpProtocol::Grpc)) => Word::Http2,
        (_, Some(OtlpProtocol::Http) | None) => Word::Http1,
    };
    let replies = first_words(door, expected, deadline).await;
    let tls = replies
        .tls
        .as_ref()
        .map(|stream| secured::describe(stream, roots, door.host));
    let mut speech = Speech {
        plaintext: plaintext(&replies.http1, &replies.http2),
        tls,
        http1: is_http1(&replies.http1),
        http2: matches!(&replies.http2, Reply::Bytes(bytes) if is_frame(bytes)),
        otlp: Vec::new(),
        listener: Listener::Unknown,
    };
    // What it was not seen to speak in plaintext, it may speak in TLS.
    drop(replies.tls);
    let deadline = deadline.capped(QUESTION);
    let encryption = match (&speech.plaintext, &speech.tls) {
        (Plaintext::Http, _) => Encryption::Plaintext,
        (_, Some(tls)) => {
            speech.http2 = tls.alpn.as_deref() == Some("h2");
            speech.http1 = http1::ask(door, Encryption::Tls, Question::get("/"), deadline)
                .await
                .is_some();
            Encryption::Tls
        }
        (Plaintext::Other { .. }, None) => {
            speech.listener = Listener::Foreign;
            return speech;
        }
        (Plaintext::WantsTls | Plaintext::Closed | Plaintext::Silent, None) => return speech,
    };
    let found = who(door, encryption, &speech, roots, deadline).await;
    speech.otlp = found.otlp;
    speech.listener = found.listener;
    speech
}

/// Who listens, and by which protocols it takes OTLP.
struct Found {
    otlp: Vec<OtlpProtocol>,
    listener: Listener,
}

async fn who(
    door: &Door<'_>,
    encryption: Encryption,
    speech: &Speech,
    roots: &Roots,
    deadline: Deadline,
) -> Found {
    let security = match (encryption, &speech.tls) {
        (Encryption::Plaintext, _) => Some(Security::Plain),
        (
            Encryption::Tls,
            Some(TlsSpeech {
                trust: Trust::Trusted,
                ..
            }),
        ) => Some(Security::Tls(TlsSettings {
            authorities: roots.authorities(),
            ..TlsSettings::default()
        })),
        // Nobody who does not trust it gets any further.
        (Encryption::Tls, _) => None,
    };
    let export = |protocol| {
        let exporter = security.clone().map(|security| Exporter {
            host: door.host.to_owned(),
            port: door.address.port(),
            protocol,
            security,
            path: None,
            headers: Vec::new(),
            compression: Compression::None,
        });
        async move {
            let delivery = exporter?
                .send(&[door.address], Payload::Empty, deadline)
                .await;
            Some(delivery.outcome)
        }
    };
    let (by_grpc, by_http) = tokio::join!(
        async {
            if speech.http2 {
                export(Protocol::Grpc).await
            } else {
                None
            }
        },
        async {
            if speech.http1 {
                export(Protocol::HttpProtobuf).await
            } else {
                None
            }
        }
    );
    let mut otlp = Vec::new();
    if by_grpc.as_ref().is_some_and(is_grpc_receiver) {
        otlp.push(OtlpProtocol::Grpc);
    }
    if let Some(outcome) = &by_http
        && is_http_receiver(door, encryption, outcome, deadline).await
    {
        otlp.push(OtlpProtocol::Http);
    }
    let listener = if !otlp.is_empty() {
        Listener::Otlp
    } else if matches!(by_grpc, Some(ExportOutcome::GrpcStatus { .. })) && !speech.http1 {
        identify::grpc(door.address.port())
    } else if speech.http1 {
        identify::web(door, encryption, deadline).await
    } else if speech.http2 {
        Listener::Web { server: None }
    } else {
        Listener::Unknown
    };
    Found { otlp, listener }
}

/// Whether an answer by gRPC is one of OTLP's service, be it a refusal.
fn is_grpc_receiver(outcome: &ExportOutcome) -> bool {
    match outcome {
        ExportOutcome::Accepted | ExportOutcome::PartialSuccess { .. } => true,
        ExportOutcome::GrpcStatus {
            code, http_status, ..
        } => *code != UNIMPLEMENTED && *http_status == 200,
        ExportOutcome::HttpStatus { .. }
        | ExportOutcome::NotOtlp { .. }
        | ExportOutcome::Broken(
            ExportFault::Connect { .. }
            | ExportFault::Tls { .. }
            | ExportFault::Protocol { .. }
            | ExportFault::Closed { .. }
            | ExportFault::NoAnswer
            | ExportFault::Unsendable { .. },
        ) => false,
    }
}

/// Whether an answer at OTLP's path is that of a receiver, be it a refusal: what it says there and not elsewhere.
async fn is_http_receiver(
    door: &Door<'_>,
    encryption: Encryption,
    outcome: &ExportOutcome,
    deadline: Deadline,
) -> bool {
    match outcome {
        ExportOutcome::Accepted | ExportOutcome::PartialSuccess { .. } => true,
        ExportOutcome::HttpStatus { status, .. } => {
            let may_be_a_receiver = matches!(status, 400 | 401 | 403 | 415 | 429 | 500 | 503);
            if !may_be_a_receiver {
                return false;
            }
            // A proxy that refuses everybody says so everywhere.
            let elsewhere = Question::post("/v1/ptctl", "application/x-protobuf", b"");
            http1::ask(door, encryption, elsewhere, deadline)
                .await
                .is_some_and(|answer| answer.status != *status)
        }
        ExportOutcome::GrpcStatus { .. }
        | ExportOutcome::NotOtlp { .. }
        | ExportOutcome::Broken(_) => false,
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
