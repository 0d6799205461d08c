//! TLS without files: the crypto provider and the certificate roots that are built in.

use rustls::RootCertStore;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, TrustAnchor};

use crate::config::CertificateFile;
use crate::error::{CertificateError, InitError};

/// Installs the process's crypto provider, unless it has one.
pub(crate) fn ensure_crypto_provider() {
    if CryptoProvider::get_default().is_none() {
        let installed = ring::default_provider().install_default();
        // Losing the race against another thread is as good: there is a provider now.
        debug_assert!(installed.is_ok() || CryptoProvider::get_default().is_some());
    }
}

/// The certificates that a server's is checked against.
#[derive(Debug, Clone)]
pub(crate) struct Roots(Vec<CertificateDer<'static>>);

impl Roots {
    /// The Mozilla root certificates.
    pub(crate) fn public() -> Self {
        Self(webpki_root_certs::TLS_SERVER_ROOT_CERTS.to_vec())
    }

    /// Those in `file` alone, or the Mozilla ones where there is no file.
    pub(crate) fn read(file: Option<&CertificateFile>) -> Result<Self, InitError> {
        let Some(file) = file else {
            return Ok(Self::public());
        };
        from_file(&file.path).map_err(|source| InitError::Certificate {
            variable: file.variable,
            path: file.path.clone(),
            source,
        })
    }

    /// As the HTTP client takes them.
    pub(crate) fn into_certificates(self) -> Vec<reqwest::Certificate> {
        self.0
            .iter()
            .map(|root| {
                reqwest::Certificate::from_der(root).expect("DER is not looked into at this point")
            })
            .collect()
    }

    /// As the gRPC client takes them.
    pub(crate) fn into_trust_anchors(self) -> Vec<TrustAnchor<'static>> {
        let mut store = RootCertStore::empty();
        let (_added, _unusable) = store.add_parsable_certificates(self.0);
        store.roots
    }
}

fn from_file(path: &str) -> Result<Roots, CertificateError> {
    let pem = std::fs::read(path).map_err(CertificateError::Read)?;
    let roots = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| CertificateError::Parse(error.into()))?;
    if roots.is_empty() {
        return Err(CertificateError::Empty);
    }
    // Each is parsed here, so that a broken one is an error at the start and not a failed export.
    let mut store = RootCertStore::empty();
    for root in &roots {
        store
            .add(root.clone())
            .map_err(|error| CertificateError::Parse(error.into()))?;
    }
    Ok(Roots(roots))
}
