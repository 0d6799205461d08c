//! Name resolution that gives only addresses which may be talked to.
//!
//! The HTTP client connects to exactly the addresses given here and asks nobody else, so that a name cannot be
//! checked with one address and connected to at another. One forbidden address among several refuses the name: a
//! public site has no reason to publish it.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use thiserror::Error;

use super::address::Forbidden;
use super::allow_list::AllowList;

/// Resolves by the system and lets only permitted addresses through.
#[derive(Debug, Clone)]
pub struct GuardedResolver {
    allow: Arc<AllowList>,
}

/// Why a name gives no address to connect to.
#[derive(Debug, Error)]
pub enum ResolveError {
    /// The name is not known, or the resolver does not answer.
    #[error("could not resolve `{host}`")]
    Unknown {
        /// The name.
        host: String,
        /// What the system said.
        source: io::Error,
    },
    /// The name leads to a forbidden address.
    #[error("`{host}` leads to {why}")]
    Forbidden {
        /// The name. The address stays out of the message: it would tell about the network inside.
        host: String,
        /// The kind of address.
        why: Forbidden,
    },
}

impl GuardedResolver {
    /// A resolver that allows public addresses and those on the list.
    pub fn new(allow: Arc<AllowList>) -> Self {
        Self { allow }
    }

    async fn addresses(&self, host: &str) -> Result<Vec<SocketAddr>, ResolveError> {
        let unknown = |source| ResolveError::Unknown {
            host: host.to_owned(),
            source,
        };
        let addresses: Vec<SocketAddr> = tokio::net::lookup_host((host, 0))
            .await
            .map_err(unknown)?
            .collect();
        self.permitted(host, addresses)
    }

    /// The addresses of `host`, unless any of them is forbidden.
    fn permitted(
        &self,
        host: &str,
        addresses: Vec<SocketAddr>,
    ) -> Result<Vec<SocketAddr>, ResolveError> {
        if addresses.is_empty() {
            let source = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
            return Err(ResolveError::Unknown {
                host: host.to_owned(),
                source,
            });
        }
        if self.allow.names_host(host) {
            return Ok(addresses);
        }
        match addresses
            .iter()
            .find_map(|address| self.allow.refusal(address.ip()))
        {
            Some(why) => Err(ResolveError::Forbidden {
                host: host.to_owned(),
                why,
            }),
            None => Ok(addresses),
        }
    }
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            let addresses: Addrs = Box::new(resolver.addresses(name.as_str()).await?.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolver(allow: &str) -> GuardedResolver {
        GuardedResolver::new(Arc::new(allow.parse().unwrap()))
    }

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts
            .iter()
            .map(|text| SocketAddr::new(text.parse().unwrap(), 0))
            .collect()
    }

    #[test]
    fn one_forbidden_address_among_public_ones_refuses_the_name() {
        let outcome = resolver("").permitted("rebind.example", addresses(&["1.1.1.1", "10.0.0.1"]));
        assert_eq!(
            outcome.unwrap_err().to_string(),
            "`rebind.example` leads to a private address"
        );
    }

    #[test]
    fn a_listed_name_may_lead_anywhere() {
        assert!(
            resolver("wiki.internal")
                .permitted("wiki.internal", addresses(&["10.0.0.1"]))
                .is_ok()
        );
    }

    #[tokio::test]
    async fn localhost_is_refused_by_its_address() {
        let error = resolver("").addresses("localhost").await.unwrap_err();
        assert!(
            matches!(
                error,
                ResolveError::Forbidden {
                    why: Forbidden::Loopback,
                    ..
                }
            ),
            "{error}"
        );
    }
}
