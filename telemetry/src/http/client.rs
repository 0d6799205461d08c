//! The HTTP client that takes the trace along.

use std::error::Error;
use std::time::{Duration, Instant};

use http::{HeaderName, HeaderValue, Method};
use opentelemetry::trace::{SpanBuilder, SpanKind, Status, TraceContextExt};
use opentelemetry::{Context, KeyValue};
use opentelemetry_semantic_conventions::attribute::{
    ERROR_TYPE, HTTP_REQUEST_METHOD, HTTP_REQUEST_RESEND_COUNT, HTTP_RESPONSE_STATUS_CODE,
    SERVER_ADDRESS, SERVER_PORT, URL_FULL,
};
use reqwest::{Request, Response};
use serde::Serialize;
use url::Url;

use super::attributes::{method_in_span_name, method_name, original_method, status_value};
use super::request_id::{REQUEST_ID_HEADER, RequestId};
use super::retry::{RetryPolicy, is_transient, retry_after};
use crate::error::cause_chain;
use crate::span::{Span, record_exception};
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

/// The client cannot be built.
#[derive(Debug, thiserror::Error)]
#[error("could not build the HTTP client")]
pub struct ClientBuildError(#[source] reqwest::Error);

/// A request got no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// It could not be put together: its URL, a header or its body is invalid.
    #[error("could not build a request")]
    Build(#[source] reqwest::Error),
    /// No connection, or one that broke.
    #[error("could not send {method} {url}")]
    Send {
        /// The request's method.
        method: Method,
        /// Where it was sent, without credentials.
        url: Url,
        /// Why not.
        source: reqwest::Error,
    },
    /// No answer in time.
    #[error("no answer to {method} {url} within {} ms", .waited.as_millis())]
    Timeout {
        /// The request's method.
        method: Method,
        /// Where it was sent, without credentials.
        url: Url,
        /// How long this call waited, retries included.
        waited: Duration,
        /// The last attempt's error.
        source: reqwest::Error,
    },
}

impl RequestError {
    /// Whether the answer did not come in time.
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::Timeout { .. })
    }

    /// Whether no connection could be made.
    pub fn is_connect(&self) -> bool {
        matches!(self, Self::Send { source, .. } if source.is_connect())
    }

    /// A low-cardinality name, for `error.type`.
    fn kind(&self) -> &'static str {
        match self {
            Self::Build(_) => "invalid_request",
            Self::Send { .. } if self.is_connect() => "connect",
            Self::Send { .. } => "send",
            Self::Timeout { .. } => "timeout",
        }
    }
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
            client: self.client.build().map_err(ClientBuildError)?,
            timeout: self.timeout,
            retry: self.retry,
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
    client: reqwest::Client,
    timeout: Duration,
    retry: RetryPolicy,
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
            request: self.client.request(method, url),
            call: self.clone(),
            route: None,
        }
    }
}

/// A request about to be sent.
#[derive(Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct RequestBuilder {
    request: reqwest::RequestBuilder,
    call: HttpClient,
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
        self.call.timeout = timeout;
        self
    }

    /// When this request is sent again.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.call.retry = policy;
        self
    }

    /// Sends the request, again if need be, inside a client span that ends with the head of the
    /// response. Any status is an answer, not an error.
    pub async fn send(self) -> Result<Response, RequestError> {
        let mut request = self.request.build().map_err(RequestError::Build)?;
        let span = start_span(&request, self.route);
        if self.call.propagation == Propagation::Inject {
            let headers = request.headers_mut();
            propagation::inject(span.context(), headers);
            if let Some(id) = span.context().get::<RequestId>() {
                headers
                    .entry(REQUEST_ID_HEADER)
                    .or_insert_with(|| id.to_header());
            }
        }
        let context = span.context().clone();
        span.instrument(self.call.attempts(context, request)).await
    }
}

impl HttpClient {
    /// Sends `request` until it is answered, given up, or out of time.
    async fn attempts(&self, context: Context, request: Request) -> Result<Response, RequestError> {
        let started = Instant::now();
        let retries = self.retry.retries_for(request.method());
        let mut request = Some(request);
        let mut retry = 0;
        let result = loop {
            let Some(mut attempt) = request.take() else {
                unreachable!("a request that may be sent again is kept as a copy");
            };
            let remaining = self.timeout.saturating_sub(started.elapsed());
            *attempt.timeout_mut() = Some(remaining);
            if retry < retries {
                // A streamed body cannot be copied: such a request is sent once.
                request = attempt.try_clone();
            }
            let (method, url) = (attempt.method().clone(), shown(attempt.url()));
            let outcome = self.client.execute(attempt).await;
            let Some(told) = (match &outcome {
                Ok(response) if is_transient(response.status()) => {
                    Some(retry_after(response.headers()))
                }
                Ok(_) => None,
                Err(error) => {
                    (error.is_connect() || error.is_timeout() || error.is_request()).then_some(None)
                }
            }) else {
                break outcome.map_err(|source| failed(method, url, started, source));
            };
            let pause = self.retry.pause(retry, told);
            let in_time = started.elapsed().saturating_add(pause) < self.timeout;
            if request.is_none() || !in_time {
                break outcome.map_err(|source| failed(method, url, started, source));
            }
            record_retry(&context, retry + 1, &outcome);
            tokio::time::sleep(pause).await;
            retry += 1;
        };
        record_outcome(&context, retry, &result);
        result
    }
}

fn failed(method: Method, url: Url, started: Instant, source: reqwest::Error) -> RequestError {
    // The URL is told once, and without credentials.
    let source = source.without_url();
    if source.is_timeout() {
        RequestError::Timeout {
            method,
            url,
            waited: started.elapsed(),
            source,
        }
    } else {
        RequestError::Send {
            method,
            url,
            source,
        }
    }
}

fn start_span(request: &Request, route: Option<&'static str>) -> Span {
    let method = request.method();
    let url = request.url();
    let verb = method_in_span_name(method);
    let mut attributes = vec![
        KeyValue::new(HTTP_REQUEST_METHOD, method_name(method)),
        KeyValue::new(URL_FULL, shown(url).to_string()),
    ];
    attributes.extend(original_method(method));
    if let Some(host) = url.host_str() {
        attributes.push(KeyValue::new(SERVER_ADDRESS, host.to_owned()));
    }
    if let Some(port) = url.port_or_known_default() {
        attributes.push(KeyValue::new(SERVER_PORT, i64::from(port)));
    }
    if let Some(template) = route {
        attributes.push(KeyValue::new("url.template", template));
    }
    let builder = match route {
        Some(template) => SpanBuilder::from_name(format!("{verb} {template}")),
        None => SpanBuilder::from_name(verb),
    };
    let builder = builder
        .with_kind(SpanKind::Client)
        .with_attributes(attributes);
    Context::map_current(|parent| Span::start(builder, parent))
}

/// Notes on the span that one attempt failed and another follows.
fn record_retry(context: &Context, number: u32, outcome: &Result<Response, reqwest::Error>) {
    let reason = match outcome {
        Ok(response) => format!("status {}", response.status().as_u16()),
        Err(error) => error
            .source()
            .map_or_else(|| error.to_string(), cause_chain),
    };
    context.span().add_event(
        "retry",
        vec![
            KeyValue::new("retry_count", i64::from(number)),
            KeyValue::new("reason", reason),
        ],
    );
}

fn record_outcome(context: &Context, retries: u32, result: &Result<Response, RequestError>) {
    let span = context.span();
    if !span.is_recording() {
        return;
    }
    span.set_attribute(KeyValue::new("retry_count", i64::from(retries)));
    if retries > 0 {
        span.set_attribute(KeyValue::new(HTTP_REQUEST_RESEND_COUNT, i64::from(retries)));
    }
    match result {
        Ok(response) => {
            let status = response.status();
            span.set_attribute(KeyValue::new(
                HTTP_RESPONSE_STATUS_CODE,
                status_value(status),
            ));
            if status.is_client_error() || status.is_server_error() {
                span.set_attribute(KeyValue::new(ERROR_TYPE, status.as_str().to_owned()));
                span.set_status(Status::error(""));
            }
        }
        Err(error) => {
            record_exception(context, error);
            span.set_attribute(KeyValue::new(ERROR_TYPE, error.kind()));
        }
    }
}

/// The query parameters that carry signatures, by the semantic conventions of `url.full`.
const SECRET_PARAMETERS: [&str; 4] = ["AWSAccessKeyId", "Signature", "sig", "X-Goog-Signature"];

/// `url` without what must not be seen: user, password, signatures.
fn shown(url: &Url) -> Url {
    let mut shown = url.clone();
    if !url.username().is_empty() || url.password().is_some() {
        // Both only fail for URLs that cannot have credentials in the first place.
        if shown.set_username("REDACTED").is_err() || shown.set_password(Some("REDACTED")).is_err()
        {
            shown.set_query(None);
        }
    }
    if url
        .query_pairs()
        .any(|(name, _)| SECRET_PARAMETERS.contains(&name.as_ref()))
    {
        shown
            .query_pairs_mut()
            .clear()
            .extend_pairs(url.query_pairs().map(|(name, value)| {
                let hidden = SECRET_PARAMETERS.contains(&name.as_ref());
                (name, if hidden { "REDACTED".into() } else { value })
            }));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_and_signatures_are_not_shown() {
        let url = Url::parse("https://me:secret@example.com/a?x=1&sig=abc").expect("a URL");
        assert_eq!(
            shown(&url).as_str(),
            "https://REDACTED:REDACTED@example.com/a?x=1&sig=REDACTED"
        );
    }

    #[test]
    fn an_ordinary_url_is_shown_as_it_is() {
        let url = Url::parse("http://scraper:8080/api/scrape?a=b%20c").expect("a URL");
        assert_eq!(shown(&url), url);
    }
}
