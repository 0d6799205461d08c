//! Listeners of every kind on the loopback, each until it is dropped.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

/// A listener and what serves it.
pub(in crate::inside) struct Listener {
    pub(in crate::inside) address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Listener {
    /// Gives every connection to `serve`, which keeps it as long as it likes.
    pub(super) async fn start<F>(serve: impl Fn(TcpStream) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("an address");
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream));
            }
        });
        Self { address, serving }
    }

    /// Takes connections and never says a word.
    pub(super) async fn silent() -> Self {
        Self::start(|stream| async move {
            let _held = stream;
            std::future::pending::<()>().await;
        })
        .await
    }

    /// Closes every connection at once.
    pub(super) async fn closing() -> Self {
        Self::start(|stream| async move { drop(stream) }).await
    }

    /// Greets everybody with these words.
    pub(super) async fn greeting(words: &'static str) -> Self {
        Self::start(move |mut stream| async move {
            stream.write_all(words.as_bytes()).await.ok();
            let mut ignored = Vec::new();
            stream.read_to_end(&mut ignored).await.ok();
        })
        .await
    }

    /// Answers each request of HTTP/1 by its method and path.
    pub(super) async fn web(answer: fn(&str, &str) -> &'static str) -> Self {
        Self::start(move |stream| respond(stream, answer)).await
    }

    /// The same behind TLS, with a certificate from the tests' own authority.
    pub(in crate::inside) async fn secured(
        certificate: Certificate,
        answer: fn(&str, &str) -> &'static str,
    ) -> Self {
        let acceptor = certificate.acceptor();
        Self::start(move |stream| {
            let acceptor = acceptor.clone();
            async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    respond(stream, answer).await;
                }
            }
        })
        .await
    }

    /// A port of the loopback where nobody listens.
    pub(super) async fn nobody() -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a free port");
        listener.local_addr().expect("an address")
    }
}

/// Reads one request and writes the answer to it.
async fn respond(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    answer: fn(&str, &str) -> &'static str,
) {
    let mut request = Vec::new();
    let mut buffer = [0; 1024];
    while memchr::memmem::find(&request, b"\r\n\r\n").is_none() {
        match stream.read(&mut buffer).await {
            Ok(read) if read > 0 => request.extend_from_slice(&buffer[..read]),
            Ok(_) | Err(_) => return,
        }
    }
    let text = String::from_utf8_lossy(&request);
    let mut words = text.split_ascii_whitespace();
    let (method, path) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let response = if text.contains(" HTTP/1.") {
        answer(method, path)
    } else {
        "HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
    };
    stream.write_all(response.as_bytes()).await.ok();
    stream.shutdown().await.ok();
}

/// A certificate of the tests' own authority.
#[derive(Debug, Clone, Copy)]
pub(in crate::inside) enum Certificate {
    /// For this machine.
    Good,
    /// For this machine, long ago.
    Expired,
    /// For another one.
    Other,
}

impl Certificate {
    /// The authority.
    pub(in crate::inside) const AUTHORITY: &str = include_str!("certificates/authority.pem");

    fn acceptor(self) -> TlsAcceptor {
        let (certificate, key): (&[u8], &[u8]) = match self {
            Self::Good => (
                include_bytes!("certificates/server.pem"),
                include_bytes!("certificates/server.key.pem"),
            ),
            Self::Expired => (
                include_bytes!("certificates/expired.pem"),
                include_bytes!("certificates/expired.key.pem"),
            ),
            Self::Other => (
                include_bytes!("certificates/other.pem"),
                include_bytes!("certificates/other.key.pem"),
            ),
        };
        let chain = vec![CertificateDer::from_pem_slice(certificate).expect("a certificate")];
        let key = PrivateKeyDer::from_pem_slice(key).expect("a key");
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .expect("a pair");
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        TlsAcceptor::from(Arc::new(config))
    }
}
