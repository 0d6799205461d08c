//! The process's one TLS implementation.

use rustls::crypto::{CryptoProvider, ring};

/// Installs rustls's ring provider unless the process has one already.
///
/// Every HTTP client needs it to be there: making one without it panics.
pub fn install_crypto_provider() {
    if CryptoProvider::get_default().is_none() && ring::default_provider().install_default().is_err() {
        tracing::debug!("another thread installed the TLS provider first");
    }
}
