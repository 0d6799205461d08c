//! TLS to an engine, with a client certificate where there is one.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
};
use thiserror::Error;
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::{
    clients::any_server::AnyServer,
    context::{ServerCheck, TlsMaterial},
};

/// Why no TLS connection could be prepared.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A certificate or key could not be read.
    #[error("could not read `{}`", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: rustls::pki_types::pem::Error,
    },
    /// The host is neither a name nor an address.
    #[error("`{0}` is not a host name")]
    Host(String),
    /// Certificate and key do not fit each other or the protocol.
    #[error("could not use the TLS certificates")]
    Setup(#[from] rustls::Error),
}

/// Where to connect and with what.
#[derive(Clone)]
pub(super) struct TlsTarget {
    host: String,
    port: u16,
    name: ServerName<'static>,
    connector: TlsConnector,
}

impl std::fmt::Debug for TlsTarget {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("TlsTarget")
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

impl TlsTarget {
    pub(super) fn new(host: &str, port: u16, material: &TlsMaterial) -> Result<Self, TlsError> {
        let name =
            ServerName::try_from(host.to_owned()).map_err(|_| TlsError::Host(host.to_owned()))?;
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()?;
        let builder = match material.check {
            ServerCheck::Verify => {
                builder.with_root_certificates(roots(material.authority.as_deref())?)
            }
            ServerCheck::Skip => builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(AnyServer::new(provider))),
        };
        let config = match &material.client {
            Some((certificate, key)) => builder.with_client_auth_cert(
                certificates(certificate)?,
                PrivateKeyDer::from_pem_file(key).map_err(|source| TlsError::File {
                    path: key.clone(),
                    source,
                })?,
            )?,
            None => builder.with_no_client_auth(),
        };
        Ok(Self {
            host: host.to_owned(),
            port,
            name,
            connector: TlsConnector::from(Arc::new(config)),
        })
    }

    pub(super) async fn open(&self) -> io::Result<TlsStream<TcpStream>> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        self.connector.connect(self.name.clone(), stream).await
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|source| TlsError::File {
            path: path.to_owned(),
            source,
        })
}

fn roots(authority: Option<&Path>) -> Result<RootCertStore, TlsError> {
    let mut store = RootCertStore::empty();
    match authority {
        Some(path) => {
            for certificate in certificates(path)? {
                store.add(certificate)?;
            }
        }
        None => {
            for certificate in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
                store.add(certificate.clone())?;
            }
        }
    }
    Ok(store)
}
