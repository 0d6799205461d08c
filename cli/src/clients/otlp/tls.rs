//! TLS to a receiver, and why it did not come about.

use std::{io, sync::Arc};

use ptctl_diagnosis::snapshot::{Spoken, TlsFault};
use rustls::{
    AlertDescription, CertificateError, ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{
    connection::{Duplex, ended_handshake},
    exporter::{Exporter, Protocol, TlsSettings},
    tap::First,
};
use crate::clients::cause::innermost;

/// HTTP/2 as both sides agree on it (RFC 7301).
pub(super) const HTTP2: &[u8] = b"h2";
/// HTTP/1.1 likewise.
const HTTP1: &[u8] = b"http/1.1";

/// Whom TLS is to be made with, and how.
pub(super) struct Target {
    name: ServerName<'static>,
    connector: TlsConnector,
}

impl Target {
    /// Reads the certificates; an error says which part of the settings nobody can use.
    pub(super) fn new(exporter: &Exporter, settings: &TlsSettings) -> Result<Self, String> {
        let host = settings.server_name.as_ref().unwrap_or(&exporter.host);
        let name = ServerName::try_from(host.clone())
            .map_err(|_| format!("`{host}` is not a host name"))?;
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots(settings)?);
        let mut config = match &settings.identity {
            None => builder.with_no_client_auth(),
            Some(identity) => {
                let key = PrivateKeyDer::from_pem_slice(identity.key.reveal().as_bytes())
                    .map_err(|_| "the client's key cannot be read".to_owned())?;
                let chain = certificates(&identity.certificates)
                    .ok_or("the client's certificate cannot be read")?;
                builder
                    .with_client_auth_cert(chain, key)
                    .map_err(|error| format!("the client's certificate: {error}"))?
            }
        };
        let offered: &[&[u8]] = match exporter.protocol {
            Protocol::Grpc => &[HTTP2],
            Protocol::HttpProtobuf | Protocol::HttpJson => &[HTTP2, HTTP1],
        };
        config.alpn_protocols = offered.iter().map(|name| name.to_vec()).collect();
        Ok(Self {
            name,
            connector: TlsConnector::from(Arc::new(config)),
        })
    }

    /// Shakes hands.
    pub(super) async fn secure<S: Duplex>(self, stream: S) -> io::Result<TlsStream<S>> {
        self.connector.connect(self.name, stream).await
    }
}

fn roots(settings: &TlsSettings) -> Result<RootCertStore, String> {
    let mut store = RootCertStore::empty();
    match &settings.authorities {
        None => {
            let public = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned();
            store.add_parsable_certificates(public);
        }
        Some(pem) => {
            let trusted = certificates(pem).ok_or("the trusted certificates cannot be read")?;
            store.add_parsable_certificates(trusted);
            if store.is_empty() {
                return Err("the trusted certificates hold none".to_owned());
            }
        }
    }
    Ok(store)
}

fn certificates(pem: &str) -> Option<Vec<CertificateDer<'static>>> {
    CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<_, _>>()
        .ok()
}

/// Why a handshake failed.
pub(super) fn fault(error: &io::Error, first: &First) -> TlsFault {
    let reason = error
        .get_ref()
        .and_then(|error| error.downcast_ref::<rustls::Error>());
    match (reason, ended_handshake(error)) {
        (Some(reason), _) => fault_of(reason, first),
        (None, Some(fault)) => fault,
        (None, None) => TlsFault::Other {
            reason: innermost(error),
        },
    }
}

/// Why TLS itself says that it did not come about.
pub(super) fn fault_of(error: &rustls::Error, first: &First) -> TlsFault {
    match error {
        rustls::Error::InvalidCertificate(wrong) => certificate_fault(wrong),
        rustls::Error::AlertReceived(alert) => match alert {
            AlertDescription::CertificateRequired | AlertDescription::BadCertificate => {
                TlsFault::ClientCertificateWanted
            }
            alert => TlsFault::Refused {
                alert: words(&format!("{alert:?}")),
            },
        },
        rustls::Error::InvalidMessage(_) => match first.spoken() {
            Spoken::Tls => TlsFault::Other {
                reason: error.to_string(),
            },
            spoken => TlsFault::NotTls { spoken },
        },
        _ => TlsFault::Other {
            reason: error.to_string(),
        },
    }
}

fn certificate_fault(wrong: &CertificateError) -> TlsFault {
    match wrong {
        CertificateError::UnknownIssuer => TlsFault::UnknownIssuer,
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsFault::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            TlsFault::NotYetValid
        }
        CertificateError::NotValidForName => TlsFault::WrongName { names: Vec::new() },
        CertificateError::NotValidForNameContext { presented, .. } => TlsFault::WrongName {
            names: presented.clone(),
        },
        other => TlsFault::Other {
            reason: format!("its certificate is refused: {other}"),
        },
    }
}

/// `HandshakeFailure` as `handshake failure`.
fn words(name: &str) -> String {
    let mut words = String::new();
    for character in name.chars() {
        if character.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(character.to_lowercase());
    }
    words
}
