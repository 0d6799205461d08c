//! TLS without files: the crypto provider and the certificate roots that are built in.

use rustls::crypto::{CryptoProvider, ring};

/// Installs the process's crypto provider, unless it has one.
pub(crate) fn ensure_crypto_provider() {
    if CryptoProvider::get_default().is_none() {
        let installed = ring::default_provider().install_default();
        // Losing the race against another thread is as good: there is a provider now.
        debug_assert!(installed.is_ok() || CryptoProvider::get_default().is_some());
    }
}

/// The Mozilla root certificates.
pub(crate) fn public_roots() -> impl Iterator<Item = reqwest::Certificate> {
    webpki_root_certs::TLS_SERVER_ROOT_CERTS
        .iter()
        .filter_map(|root| reqwest::Certificate::from_der(root).ok())
}
