//! One connection to a receiver, by TCP and where it is wanted by TLS.

use std::{io, net::SocketAddr};

use jiff::SignedDuration;
use ptctl_diagnosis::snapshot::{
    ConnectFault, Delivery, ExportFault, ExportOutcome, Spoken, TlsFault,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::Instant,
};

use super::{
    exporter::{Exporter, Protocol, Security},
    tap::{First, Tap},
    tls,
};
use crate::clients::{
    cause::{innermost, io_cause},
    deadline::Deadline,
};

/// Both directions of a connection.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// A connection that stands.
pub(super) struct Connection {
    /// Where requests are written and answers read.
    pub(super) stream: Tap<Box<dyn Duplex>>,
    /// What came from there first.
    pub(super) first: First,
    /// Both sides agreed on HTTP/2.
    pub(super) is_http2: bool,
}

/// How far an export got, and when.
#[derive(Debug)]
pub(super) struct Progress {
    begun: Instant,
    peer: Option<SocketAddr>,
    connected: Option<Instant>,
    secured: Option<Instant>,
}

impl Progress {
    pub(super) fn begin() -> Self {
        Self {
            begun: Instant::now(),
            peer: None,
            connected: None,
            secured: None,
        }
    }

    pub(super) fn end(self, outcome: ExportOutcome) -> Delivery {
        let after = |moment: Instant| {
            SignedDuration::try_from(moment.duration_since(self.begun))
                .unwrap_or(SignedDuration::MAX)
        };
        Delivery {
            outcome,
            peer: self.peer.map(|peer| peer.to_string()),
            connected_after: self.connected.map(after),
            secured_after: self.secured.map(after),
            ended_after: after(Instant::now()),
        }
    }
}

impl Connection {
    /// Connects to the first address that lets it, and secures the connection where that is wanted.
    pub(super) async fn open(
        exporter: &Exporter,
        peers: &[SocketAddr],
        deadline: Deadline,
        progress: &mut Progress,
    ) -> Result<Self, ExportFault> {
        let stream = connect(peers, deadline, progress)
            .await
            .map_err(|fault| ExportFault::Connect { fault })?;
        progress.connected = Some(Instant::now());
        let settings = match &exporter.security {
            Security::Plain => return Ok(Self::of(Box::new(stream), AgreedOn::Nothing)),
            Security::Tls(settings) => settings,
        };
        let target = tls::Target::new(exporter, settings)
            .map_err(|reason| ExportFault::Unsendable { reason })?;
        let (tap, first) = Tap::new(stream);
        let secured = deadline
            .cut(target.secure(tap))
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
            .map_err(|error| ExportFault::Tls {
                fault: tls::fault(&error, &first),
            })?;
        progress.secured = Some(Instant::now());
        let agreed = match secured.get_ref().1.alpn_protocol() {
            Some(tls::HTTP2) => AgreedOn::Http2,
            Some(_) | None => AgreedOn::Nothing,
        };
        Ok(Self::of(Box::new(secured), agreed))
    }

    fn of(stream: Box<dyn Duplex>, agreed: AgreedOn) -> Self {
        let (stream, first) = Tap::new(stream);
        Self {
            stream,
            first,
            is_http2: matches!(agreed, AgreedOn::Http2),
        }
    }
}

/// What TLS made both sides agree on.
#[derive(Clone, Copy)]
enum AgreedOn {
    Http2,
    Nothing,
}

async fn connect(
    peers: &[SocketAddr],
    deadline: Deadline,
    progress: &mut Progress,
) -> Result<TcpStream, ConnectFault> {
    let mut fault = ConnectFault::NoAddress;
    for (at, peer) in peers.iter().enumerate() {
        progress.peer = Some(*peer);
        // An address that swallows packets leaves time for the others.
        let rest = deadline.instant().duration_since(Instant::now());
        let left = u32::try_from(peers.len() - at).unwrap_or(u32::MAX);
        let attempt = deadline.capped(rest / left).cut(TcpStream::connect(peer));
        fault = match attempt.await {
            Ok(Ok(stream)) => {
                // Without it only small exports are slower.
                drop(stream.set_nodelay(true));
                return Ok(stream);
            }
            Ok(Err(error)) => connect_fault(&error),
            Err(_) => ConnectFault::TimedOut,
        };
    }
    Err(fault)
}

fn connect_fault(error: &io::Error) -> ConnectFault {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => ConnectFault::Refused,
        io::ErrorKind::TimedOut => ConnectFault::TimedOut,
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            ConnectFault::Unreachable
        }
        _ => ConnectFault::Other {
            reason: innermost(error),
        },
    }
}

/// What an exchange that failed says of the other side, which was to speak `expected`.
pub(super) fn exchange_fault(
    error: &(dyn std::error::Error + 'static),
    first: &First,
    expected: Protocol,
) -> ExportFault {
    // With TLS 1.3 a server says only after the handshake that it wants a certificate.
    let late_alert = io_cause(error)
        .and_then(|error| error.get_ref()?.downcast_ref::<rustls::Error>())
        .filter(|error| matches!(error, rustls::Error::AlertReceived(_)));
    if let Some(alert) = late_alert {
        return ExportFault::Tls {
            fault: tls::fault_of(alert, first),
        };
    }
    let spoken = first.spoken();
    match (&spoken, expected) {
        (Spoken::Nothing, _)
        | (Spoken::Http2, Protocol::Grpc)
        | (Spoken::Http1 { .. }, Protocol::HttpProtobuf | Protocol::HttpJson) => {
            ExportFault::Closed {
                reason: innermost(error),
            }
        }
        (Spoken::Http1 { .. }, Protocol::Grpc)
        | (Spoken::Http2, Protocol::HttpProtobuf | Protocol::HttpJson)
        | (Spoken::Tls | Spoken::Other { .. }, _) => ExportFault::Protocol { spoken },
    }
}

/// The fault of a handshake that the other side ended without a word.
pub(super) fn ended_handshake(error: &io::Error) -> Option<TlsFault> {
    match error.kind() {
        io::ErrorKind::TimedOut => Some(TlsFault::TimedOut),
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::ConnectionAborted => Some(TlsFault::Closed),
        _ => None,
    }
}
