//! One port at one address, and the ways to open a connection to it.

use std::{io, net::SocketAddr, sync::Arc};

use ptctl_diagnosis::snapshot::Encryption;
use rustls::{ClientConfig, crypto::ring, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::clients::any_server::AnyServer;

/// A stream in both directions.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// One port at one address, by the name that it is called.
#[derive(Debug, Clone, Copy)]
pub(super) struct Door<'d> {
    pub(super) address: SocketAddr,
    pub(super) host: &'d str,
}

impl Door<'_> {
    /// The authority of requests: `tempo:4318`.
    pub(super) fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.address.port())
        } else {
            format!("{}:{}", self.host, self.address.port())
        }
    }

    pub(super) async fn plain(&self) -> io::Result<TcpStream> {
        TcpStream::connect(self.address).await
    }

    /// A TLS connection that takes any certificate: whether it is trusted is another question.
    pub(super) async fn tls(&self, protocols: &[&str]) -> io::Result<TlsStream<TcpStream>> {
        self.secure(self.plain().await?, protocols).await
    }

    /// The same over a connection that stands.
    pub(super) async fn secure(
        &self,
        stream: TcpStream,
        protocols: &[&str],
    ) -> io::Result<TlsStream<TcpStream>> {
        let name = ServerName::try_from(self.host.to_owned())
            .unwrap_or_else(|_| ServerName::from(self.address.ip()));
        let provider = Arc::new(ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(AnyServer::new(provider)))
            .with_no_client_auth();
        config.alpn_protocols = protocols
            .iter()
            .map(|protocol| protocol.as_bytes().to_vec())
            .collect();
        TlsConnector::from(Arc::new(config))
            .connect(name, stream)
            .await
    }

    /// A connection for HTTP/1.
    pub(super) async fn http1(&self, encryption: Encryption) -> io::Result<Box<dyn Duplex>> {
        Ok(match encryption {
            Encryption::Plaintext => Box::new(self.plain().await?),
            Encryption::Tls => Box::new(self.tls(&["http/1.1"]).await?),
        })
    }
}
