//! The HTTP client that takes the trace along.

use std::time::Duration;

use http::{HeaderName, HeaderValue, Method};
use reqwest::Response;
use serde::Serialize;

use super::call::{Call, start_span};
use super::request_error::{ClientBuildError, RequestError};
use super::request_id::{REQUEST_ID_HEADER, RequestId};
use super::retry::RetryPolicy;
use crate::{propagation, tls};

/// The whole of a call, retries included, takes no longer than this unless told otherwise.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// A client with the usual settings: 30 s for a call, two retries of idempotent requests, trace
/// context and request id sent along.
///
/// ```
/// # #[derive(Debug, thiserror::Error)]
/// # enum Error { #[error(transparent)] Build(#[from] telemetry::ClientBuildError), #[error(transparent)] Request(#[from] telemetry::RequestError) }
/// # async fn call() -> Result<(), Error> {
/// let client = telemetry::http_client()?;
/// let response = client
///     .post("http://scraper:8080/api/scrape")
///     .json(&["https://example.com/"])
///     .send()
///     .await?;
/// # assert!(response.status().is_success());
/// # Ok(())
/// # }
/// ```
pub fn http_client() -> Result<HttpClient, ClientBuildError> {
    HttpClient::builder().build()
}

/// Whether the trace and the request's id are told to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Propagation {
    /// They are: it is one of ours.
    Inject,
    /// They are not: it is a stranger, whom our ids and baggage do not concern.
    Withhold,
}

/// Puts an [`HttpClient`] together.
#[derive(Debug)]
#[must_use]
pub struct HttpClientBuilder {
    client: reqwest::ClientBuilder,
    timeout: Duration,
    retry: RetryPolicy,
    propagation: Propagation,
}

impl HttpClientBuilder {
    /// How long a call takes at most, retries and the response's body included.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// When requests are sent again.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Whether the trace is told to the server.
    pub fn propagation(mut self, propagation: Propagation) -> Self {
        self.propagation = propagation;
        self
    }

    /// Changes any other setting of the client beneath, such as redirects or name resolution.
    pub fn configure(
        mut self,
        change: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
    ) -> Self {
        self.client = change(self.client);
        self
    }

    /// Builds the client.
    pub fn build(self) -> Result<HttpClient, ClientBuildError> {
        Ok(HttpClient {
            call: Call {
                client: self.client.build().map_err(ClientBuildError)?,
                timeout: self.timeout,
                retry: self.retry,
            },
            propagation: self.propagation,
        })
    }
}

/// An HTTP client whose every call is a client span, with the context sent along.
///
/// It trusts the Mozilla root certificates that are built in, so that it works where there are no
/// certificate files, and uses no proxy. Cloning it is cheap and shares its connections.
#[derive(Debug, Clone)]
pub struct HttpClient {
    call: Call,
    propagation: Propagation,
}

impl HttpClient {
    /// Starts from the usual settings; see [`http_client`].
    pub fn builder() -> HttpClientBuilder {
        tls::ensure_crypto_provider();
        HttpClientBuilder {
            client: reqwest::Client::builder()
                .tls_certs_only(tls::Roots::public().into_certificates())
                .no_proxy(),
            timeout: CALL_TIMEOUT,
            retry: RetryPolicy::default(),
            propagation: Propagation::Inject,
        }
    }

    /// A GET of `url`.
    pub fn get(&self, url: impl reqwest::IntoUrl) -> RequestBuilder {
        self.request(Method::GET, url)
    }

    /// A POST to `url`.
    pub fn post(&self, url: impl reqwest::IntoUrl) -> RequestBuilder {
        self.request(Method::POST, url)
    }

    /// A PUT to `url`.
    pub fn put(&self, url: impl reqwest::IntoUrl) -> RequestBuilder {
        self.request(Method::PUT, url)
    }

    /// A DELETE of `url`.
    pub fn delete(&self, url: impl reqwest::IntoUrl) -> RequestBuilder {
        self.request(Method::DELETE, url)
    }

    /// A request with any method.
    pub fn request(&self, method: Method, url: impl reqwest::IntoUrl) -> RequestBuilder {
        RequestBuilder {
            request: self.call.client.request(method, url),
            client: self.clone(),
            route: None,
        }
    }
}

/// A request about to be sent.
#[derive(Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct RequestBuilder {
    request: reqwest::RequestBuilder,
    client: HttpClient,
    route: Option<&'static str>,
}

impl RequestBuilder {
    /// The URL's template, which the span is then named after: `GET /api/documents/{id}`.
    pub fn route(mut self, template: &'static str) -> Self {
        self.route = Some(template);
        self
    }

    /// Adds a header.
    pub fn header<N, V>(mut self, name: N, value: V) -> Self
    where
        HeaderName: TryFrom<N>,
        <HeaderName as TryFrom<N>>::Error: Into<http::Error>,
        HeaderValue: TryFrom<V>,
        <HeaderValue as TryFrom<V>>::Error: Into<http::Error>,
    {
        self.request = self.request.header(name, value);
        self
    }

    /// Sets the query parameters.
    pub fn query<T>(mut self, parameters: &T) -> Self
    where
        T: Serialize + ?Sized,
    {
        self.request = self.request.query(parameters);
        self
    }

    /// Sets a JSON body.
    pub fn json<T>(mut self, body: &T) -> Self
    where
        T: Serialize + ?Sized,
    {
        self.request = self.request.json(body);
        self
    }

    /// Sets the body.
    pub fn body(mut self, body: impl Into<reqwest::Body>) -> Self {
        self.request = self.request.body(body);
        self
    }

    /// How long this call takes at most, retries and the response's body included.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.client.call.timeout = timeout;
        self
    }

    /// When this request is sent again.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.client.call.retry = policy;
        self
    }

    /// Sends the request, again if need be, inside a client span that ends with the head of the
    /// response. Any status is an answer, not an error.
    pub async fn send(self) -> Result<Response, RequestError> {
        let mut request = self.request.build().map_err(RequestError::Build)?;
        let span = start_span(&request, self.route);
        if self.client.propagation == Propagation::Inject {
            let headers = request.headers_mut();
            propagation::inject(span.context(), headers);
            if let Some(id) = span.context().get::<RequestId>() {
                headers
                    .entry(REQUEST_ID_HEADER)
                    .or_insert_with(|| id.to_header());
            }
        }
        let context = span.context().clone();
        span.instrument(self.client.call.attempts(context, request))
            .await
    }
}
