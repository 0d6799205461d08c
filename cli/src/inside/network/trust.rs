//! Whether a client in the container would trust a server's certificate.

use std::sync::Arc;

use ptctl_diagnosis::snapshot::{RootsUsed, Trust};
use rustls::{
    CertificateError, RootCertStore,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier},
    crypto::ring,
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};

use super::files;
use crate::inside::{Image, Place};

/// Where images keep the authorities that they trust.
const BUNDLES: [&str; 4] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// Why nobody in the helper can tell whether a service trusts a certificate.
pub(in crate::inside) const UNSEEN_AUTHORITIES: &str =
    "the authorities in its image cannot be seen from the helper";

/// The roots that a program of the container trusts, as far as files tell.
#[derive(Debug)]
pub(in crate::inside) struct Roots {
    used: RootsUsed,
    /// Whether the service may trust others, which are not seen from here.
    image: Image,
    store: Result<RootCertStore, String>,
    /// The file's text, for a client that is to trust the same.
    text: Option<String>,
}

impl Roots {
    /// Those that the service was told to trust alone, in PEM; else the image's own and the public ones together.
    pub(in crate::inside) fn of(place: &Place, authorities: Option<&str>) -> Self {
        if let Some(text) = authorities {
            let named = store(text.as_bytes());
            return Self {
                used: RootsUsed::Named,
                image: Image::Seen,
                store: if named.is_empty() {
                    Err("the authorities that it names hold no certificate".to_owned())
                } else {
                    Ok(named)
                },
                text: Some(text.to_owned()),
            };
        }
        let mut trusted = RootCertStore::empty();
        trusted.add_parsable_certificates(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned());
        let bundle = match place.image() {
            Image::Seen => BUNDLES
                .iter()
                .find_map(|path| Some((*path, files::read(place, path).ok()?))),
            Image::Unseen => None,
        };
        let Some((path, text)) = bundle else {
            return Self {
                used: RootsUsed::Public,
                image: place.image(),
                store: Ok(trusted),
                text: None,
            };
        };
        trusted.extend(store(&text).roots);
        Self {
            used: RootsUsed::Image {
                path: path.to_owned(),
            },
            image: Image::Seen,
            store: Ok(trusted),
            text: String::from_utf8(text).ok(),
        }
    }

    /// The certificates that count besides the public ones, in PEM.
    pub(in crate::inside) fn authorities(&self) -> Option<String> {
        self.text.clone()
    }

    /// Which they are.
    pub(super) fn used(&self) -> RootsUsed {
        self.used.clone()
    }

    /// Whether they lead to a server's certificate, and it is for this name, now.
    pub(super) fn judge(&self, chain: &[CertificateDer<'_>], host: &str) -> Trust {
        let store = match &self.store {
            Ok(store) => store.clone(),
            Err(reason) => {
                return Trust::Unchecked {
                    reason: reason.clone(),
                };
            }
        };
        let refused = |reason: String| Trust::Refused { reason };
        let Some((server, intermediates)) = chain.split_first() else {
            return refused("the server shows none".to_owned());
        };
        let Ok(name) = ServerName::try_from(host) else {
            return refused(format!("`{host}` is no name for a certificate"));
        };
        let provider = Arc::new(ring::default_provider());
        let verifier =
            match WebPkiServerVerifier::builder_with_provider(Arc::new(store), provider).build() {
                Ok(verifier) => verifier,
                Err(error) => {
                    return Trust::Unchecked {
                        reason: error.to_string(),
                    };
                }
            };
        match verifier.verify_server_cert(server, intermediates, &name, &[], UnixTime::now()) {
            Ok(_) => Trust::Trusted,
            Err(rustls::Error::InvalidCertificate(error)) => match error {
                CertificateError::UnknownIssuer => match self.image {
                    Image::Seen => Trust::UnknownIssuer,
                    Image::Unseen => Trust::Unchecked {
                        reason: UNSEEN_AUTHORITIES.to_owned(),
                    },
                },
                CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                    Trust::Expired
                }
                CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                    Trust::NotYetValid
                }
                CertificateError::NotValidForName
                | CertificateError::NotValidForNameContext { .. } => Trust::WrongName,
                other => refused(other.to_string()),
            },
            Err(other) => refused(other.to_string()),
        }
    }
}

/// The certificates of a bundle; what in it is none is passed over, as programs do.
fn store(text: &[u8]) -> RootCertStore {
    let mut store = RootCertStore::empty();
    let certificates = CertificateDer::pem_slice_iter(text).filter_map(Result::ok);
    store.add_parsable_certificates(certificates);
    store
}
