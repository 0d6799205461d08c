//! Plain HTTP questions: to Tempo, to a service's own metrics.

use std::{fmt, sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use reqwest::{
    Certificate, Client, Method, Request,
    header::{HeaderMap, HeaderName, HeaderValue},
    redirect,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use url::Url;

use super::{
    cause,
    deadline::{Deadline, spoken},
};
use crate::secret::Secret;

/// No answer is read further than this; a trace of the 5 MB that Tempo keeps of one has some 20 MiB as JSON.
const BODY_LIMIT: usize = 32 << 20;

/// Why a client could not be made.
#[derive(Debug, Error)]
pub enum HttpSetupError {
    /// The TLS side of it failed.
    #[error("could not prepare an HTTP client")]
    Client(#[from] reqwest::Error),
    /// A header that no request can carry.
    #[error("`{0}` is not a header")]
    Header(String),
}

/// An HTTP question without a useful answer.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HttpFault {
    /// No connection, or it broke: the innermost cause.
    #[error("{0}")]
    Connection(String),
    /// Nothing in time.
    #[error("no answer within {}", spoken(*.0))]
    NoAnswer(Duration),
    /// An answer with another status than 200.
    #[error("HTTP {status}{}", shown(body))]
    Status {
        /// The status.
        status: u16,
        /// The body, trimmed.
        body: String,
    },
    /// An answer that is not what the API describes.
    #[error("the answer could not be understood: {0}")]
    Answer(String),
}

fn shown(body: &str) -> String {
    match body.lines().next() {
        Some(line) if !line.is_empty() => {
            format!(": {}", line.chars().take(200).collect::<String>())
        }
        Some(_) | None => String::new(),
    }
}

/// Somebody else who asks, from where the server can be reached.
pub(crate) trait Carrier: fmt::Debug + Send + Sync {
    /// Asks for a page with these headers and returns status and body, whatever the status.
    fn ask(
        &self,
        url: Url,
        headers: Vec<(String, Secret)>,
        deadline: Deadline,
    ) -> BoxFuture<'_, Asked>;
}

/// Status and body, or why there are none.
pub(crate) type Asked = Result<(u16, Vec<u8>), HttpFault>;

/// A client that keeps its connections, follows no redirects and uses no proxy.
#[derive(Debug, Clone)]
pub struct HttpClient {
    client: Client,
    headers: Vec<(String, Secret)>,
    carrier: Option<Arc<dyn Carrier>>,
    longest: usize,
}

impl HttpClient {
    /// A client that sends these headers with every request. `base` decides whether certificates are needed at all.
    pub fn new(headers: &[(String, String)], base: Option<&Url>) -> Result<Self, HttpSetupError> {
        // `reqwest` panics without a process-wide provider. Where another was first, that one serves as well.
        drop(rustls::crypto::ring::default_provider().install_default());
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let wrong = || HttpSetupError::Header(name.clone());
            let key = HeaderName::try_from(name.as_str()).map_err(|_| wrong())?;
            let mut value = HeaderValue::try_from(value.as_str()).map_err(|_| wrong())?;
            value.set_sensitive(true);
            map.insert(key, value);
        }
        // An image without CA files has no roots of its own, and building a client then fails even for plain HTTP.
        let roots = match base {
            Some(url) if url.scheme() == "https" => webpki_root_certs::TLS_SERVER_ROOT_CERTS
                .iter()
                .map(|certificate| Certificate::from_der(certificate))
                .collect::<Result<Vec<_>, _>>()?,
            Some(_) | None => Vec::new(),
        };
        let client = Client::builder()
            .tls_certs_only(roots)
            .no_proxy()
            .redirect(redirect::Policy::none())
            .default_headers(map)
            .user_agent(concat!("ptctl/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self {
            client,
            headers: headers
                .iter()
                .map(|(name, value)| (name.clone(), Secret::new(value)))
                .collect(),
            carrier: None,
            longest: BODY_LIMIT,
        })
    }

    /// The same client, whose questions somebody else asks.
    pub(crate) fn carried_by(&self, carrier: Arc<dyn Carrier>) -> Self {
        Self {
            carrier: Some(carrier),
            ..self.clone()
        }
    }

    /// The same client, which takes no longer answer than this many bytes.
    pub(crate) fn up_to(&self, longest: usize) -> Self {
        Self {
            longest,
            ..self.clone()
        }
    }

    /// Asks and returns status and body, whatever the status.
    pub async fn ask(&self, url: Url, deadline: Deadline) -> Result<(u16, Vec<u8>), HttpFault> {
        match &self.carrier {
            Some(carrier) => {
                let (status, body) = carrier.ask(url, self.headers.clone(), deadline).await?;
                self.within_limit(&body)?;
                Ok((status, body))
            }
            None => self.send(Request::new(Method::GET, url), deadline).await,
        }
    }

    /// Sends a request from here and returns status and body, whatever the status.
    pub async fn send(
        &self,
        request: Request,
        deadline: Deadline,
    ) -> Result<(u16, Vec<u8>), HttpFault> {
        let exchange = async {
            let mut response = self
                .client
                .execute(request)
                .await
                .map_err(|error| connection(&error))?;
            let status = response.status().as_u16();
            let mut body = Vec::new();
            while let Some(chunk) = response.chunk().await.map_err(|error| connection(&error))? {
                body.extend_from_slice(&chunk);
                self.within_limit(&body)?;
            }
            Ok((status, body))
        };
        match deadline.cut(exchange).await {
            Ok(result) => result,
            Err(passed) => Err(HttpFault::NoAnswer(passed.after)),
        }
    }

    fn within_limit(&self, body: &[u8]) -> Result<(), HttpFault> {
        if body.len() <= self.longest {
            return Ok(());
        }
        let longest = self.longest >> 20;
        Err(HttpFault::Answer(format!(
            "it is longer than {longest} MiB"
        )))
    }

    /// Asks and returns the body of a 200.
    pub async fn get(&self, url: Url, deadline: Deadline) -> Result<Vec<u8>, HttpFault> {
        match self.ask(url, deadline).await? {
            (200, body) => Ok(body),
            (status, body) => Err(HttpFault::Status {
                status,
                body: String::from_utf8_lossy(&body).trim().to_owned(),
            }),
        }
    }
}

fn connection(error: &reqwest::Error) -> HttpFault {
    HttpFault::Connection(cause::innermost(error))
}
