//! One request, to an address that was checked before anything is sent.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_LANGUAGE, CONTENT_TYPE, HeaderName, LOCATION};
use reqwest::{Response, redirect};
use telemetry::{ClientBuildError, HttpClient, Propagation, RequestError, RetryPolicy};
use thiserror::Error;
use url::Host;

use super::address::Forbidden;
use super::allow_list::AllowList;
use super::resolver::{GuardedResolver, ResolveError};
use super::target::Target;

/// How long a connection, with TLS, may take to be made.
const CONNECT_TIME: Duration = Duration::from_secs(5);

const USER_AGENT: &str = concat!("docutag-scraper/", env!("CARGO_PKG_VERSION"));

/// Makes guarded requests.
///
/// It follows no redirects, uses no proxy and keeps no connection, and it sends no trace context: trace ids are not
/// for strangers.
#[derive(Debug, Clone)]
pub struct HopClient {
    client: HttpClient,
    allow: Arc<AllowList>,
}

/// Why a request gave no answer.
#[derive(Debug, Error)]
pub enum HopError {
    /// The URL names a forbidden address itself.
    #[error("`{host}` is {why}")]
    ForbiddenAddress {
        /// The host as the URL has it.
        host: String,
        /// The kind of address.
        why: Forbidden,
    },
    /// The URL's name leads to a forbidden address.
    #[error("`{host}` leads to {why}")]
    ForbiddenName {
        /// The name.
        host: String,
        /// The kind of address.
        why: Forbidden,
    },
    /// The name is not known.
    #[error("could not resolve `{host}`")]
    UnknownHost {
        /// The name.
        host: String,
        /// What the client said.
        source: Box<RequestError>,
    },
    /// The server did not answer in time.
    #[error("`{host}` did not answer in time")]
    TooSlow {
        /// The host.
        host: String,
    },
    /// No connection, no TLS, or no HTTP.
    #[error("could not fetch from `{host}`")]
    Failed {
        /// The host.
        host: String,
        /// What the client said.
        source: Box<RequestError>,
    },
}

/// A server's answer, its body unread.
#[derive(Debug)]
pub struct Answer {
    /// The answer as the client has it, with its body.
    pub response: Response,
    /// Where a redirect leads.
    pub location: Option<String>,
    /// The media type, with its parameters.
    pub content_type: Option<String>,
    /// The language, by header.
    pub language: Option<String>,
}

impl HopClient {
    /// A client that allows public addresses and those on the list.
    pub fn new(allow: AllowList) -> Result<Self, ClientBuildError> {
        let allow = Arc::new(allow);
        let resolver = GuardedResolver::new(Arc::clone(&allow));
        let client = HttpClient::builder()
            .propagation(Propagation::Withhold)
            .retry(RetryPolicy::never())
            .configure(|client| {
                client
                    .dns_resolver(resolver)
                    .redirect(redirect::Policy::none())
                    .no_proxy()
                    .referer(false)
                    .pool_max_idle_per_host(0)
                    .connect_timeout(CONNECT_TIME)
                    .user_agent(USER_AGENT)
            })
            .build()?;
        Ok(Self { client, allow })
    }

    /// Sends one GET request, unless the address is forbidden.
    pub async fn get(&self, target: &Target) -> Result<Answer, HopError> {
        self.check_literal(target)?;
        let request = self.client.get(target.url().clone()).header(
            ACCEPT,
            "text/html,application/xhtml+xml;q=0.9,text/plain;q=0.5,*/*;q=0.1",
        );
        let response = request
            .send()
            .await
            .map_err(|source| failure(target, source))?;
        let header = |name: HeaderName| {
            let value = response.headers().get(name)?;
            Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let location = if response.status().is_redirection() {
            header(LOCATION)
        } else {
            None
        };
        Ok(Answer {
            location,
            content_type: header(CONTENT_TYPE),
            language: header(CONTENT_LANGUAGE),
            response,
        })
    }

    /// Refuses a URL whose host is an address: the client connects to those without asking the resolver.
    ///
    /// The URL parser has already turned decimal, octal, hexadecimal and shortened spellings into addresses.
    fn check_literal(&self, target: &Target) -> Result<(), HopError> {
        let address = match target.url().host() {
            Some(Host::Ipv4(address)) => address.into(),
            Some(Host::Ipv6(address)) => address.into(),
            Some(Host::Domain(_)) | None => return Ok(()),
        };
        match self.allow.refusal(address) {
            Some(why) => Err(HopError::ForbiddenAddress {
                host: host(target),
                why,
            }),
            None => Ok(()),
        }
    }
}

/// Tells apart what the client reports as one kind of error.
fn failure(target: &Target, source: RequestError) -> HopError {
    let host = host(target);
    match resolve_error(&source) {
        Some(ResolveError::Forbidden { why, .. }) => HopError::ForbiddenName { host, why: *why },
        Some(ResolveError::Unknown { .. }) => HopError::UnknownHost {
            host,
            source: Box::new(source),
        },
        None if source.is_timeout() => HopError::TooSlow { host },
        None => HopError::Failed {
            host,
            source: Box::new(source),
        },
    }
}

fn resolve_error<'error>(error: &'error (dyn StdError + 'static)) -> Option<&'error ResolveError> {
    let mut error: Option<&'error (dyn StdError + 'static)> = Some(error);
    while let Some(current) = error {
        if let Some(found) = current.downcast_ref::<ResolveError>() {
            return Some(found);
        }
        error = current.source();
    }
    None
}

fn host(target: &Target) -> String {
    target.url().host_str().unwrap_or("").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn refusal(url: &str) -> HopError {
        let client = HopClient::new(AllowList::default()).unwrap();
        client.get(&url.parse().unwrap()).await.unwrap_err()
    }

    #[tokio::test]
    async fn every_spelling_of_a_forbidden_address_is_refused() {
        for url in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0177.0.0.1/",
            "http://0x7f.1/",
            "http://127.0.0.1./",
            "http://%31%32%37.0.0.1/",
            "http://①②⑦.0.0.1/",
            "http://0/",
            "http://[::1]/",
            "http://[::]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:7f00:1]/",
            "http://[::127.0.0.1]/",
            "http://[64:ff9b::127.0.0.1]/",
            "http://[2002:7f00:1::]/",
            "http://169.254.169.254/latest/meta-data/",
            "http://[fd00:ec2::254]/",
            "http://100.100.100.200/",
            "http://168.63.129.16/",
            "http://192.0.0.192/",
            "http://[fe80::1]/",
            "http://10.0.0.1:22/",
        ] {
            assert!(
                matches!(refusal(url).await, HopError::ForbiddenAddress { .. }),
                "{url}"
            );
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_to_a_forbidden_address_is_refused() {
        for url in [
            "http://localhost/",
            "http://LOCALHOST:8080/",
            "https://localhost/",
        ] {
            assert!(
                matches!(refusal(url).await, HopError::ForbiddenName { .. }),
                "{url}"
            );
        }
    }
}
