//! What a TLS connection tells about its server.

use ptctl_diagnosis::snapshot::TlsSpeech;
use rustls::ProtocolVersion;
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::inside::network::{certificate, trust::Roots};

/// Version, protocol, certificate, and whether it is trusted.
pub(super) fn describe(stream: &TlsStream<TcpStream>, roots: &Roots, host: &str) -> TlsSpeech {
    let (_, connection) = stream.get_ref();
    let chain = connection.peer_certificates().unwrap_or_default();
    TlsSpeech {
        version: match connection.protocol_version() {
            Some(ProtocolVersion::TLSv1_2) => "TLS 1.2".to_owned(),
            Some(ProtocolVersion::TLSv1_3) => "TLS 1.3".to_owned(),
            Some(other) => format!("{other:?}"),
            None => "TLS".to_owned(),
        },
        alpn: connection
            .alpn_protocol()
            .map(|protocol| String::from_utf8_lossy(protocol).into_owned()),
        certificate: chain.first().and_then(|server| certificate::read(server)),
        trust: roots.judge(chain, host),
        roots: roots.used(),
    }
}
