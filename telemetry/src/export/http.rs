//! OTLP over HTTP, with binary bodies.

use std::io::{self, Write as _};

use ::http::{HeaderValue, header};
use bytes::Bytes;
use flate2::write::GzEncoder;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message as _;
use reqwest::Response;
use url::Url;

use super::batch::Batch;
use super::failure::Failure;
use super::sender::Accepted;
use crate::config::{Compression, Otlp};
use crate::error::InitError;
use crate::tls::Roots;

/// What this client calls itself.
const USER_AGENT: &str = concat!("purpletab-telemetry/", env!("CARGO_PKG_VERSION"));

/// The media type of binary OTLP bodies.
const PROTOBUF: &str = "application/x-protobuf";

/// A client of an HTTP receiver.
#[derive(Debug)]
pub(super) struct HttpSender {
    client: reqwest::Client,
    url: Url,
    compression: Compression,
}

impl HttpSender {
    /// A client with these settings.
    pub(super) fn new(otlp: &Otlp) -> Result<Self, InitError> {
        let roots = Roots::read(otlp.certificate.as_ref())?;
        // A redirect would turn the POST into a GET, and the spans into nothing.
        let client = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .default_headers(otlp.headers.as_map().clone())
            .redirect(reqwest::redirect::Policy::none())
            .tls_certs_only(roots.into_certificates())
            .no_proxy()
            .build()
            .map_err(|source| InitError::Exporter {
                endpoint: otlp.endpoint.to_string(),
                source: source.into(),
            })?;
        Ok(Self {
            client,
            url: otlp.endpoint.url().clone(),
            compression: otlp.compression,
        })
    }

    /// Makes one attempt to send `batch`.
    pub(super) async fn send(&self, batch: &Batch) -> Result<Accepted, Failure> {
        let body = batch.body();
        let post = self
            .client
            .post(self.url.clone())
            .header(header::CONTENT_TYPE, PROTOBUF);
        let post = match self.compression {
            Compression::None => post.body(body),
            Compression::Gzip => post
                .header(header::CONTENT_ENCODING, "gzip")
                .body(gzipped(&body).expect("writing to memory cannot fail")),
        };
        let response = post
            .send()
            .await
            .map_err(|error| Failure::of_request(&error.without_url()))?;
        accepted(response).await
    }
}

/// Reads an answer. Only an OTLP receiver's success counts as success: a web page does not.
async fn accepted(response: Response) -> Result<Accepted, Failure> {
    let status = response.status();
    let headers = response.headers().clone();
    let body = response
        .bytes()
        .await
        .map_err(|error| Failure::of_request(&error.without_url()))?;
    if !status.is_success() {
        return Err(Failure::of_answer(status, &headers, &said(&headers, &body)));
    }
    if body.is_empty() {
        return Ok(ExportTraceServiceResponse::default().into());
    }
    let media_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value: &HeaderValue| value.to_str().ok())
        .unwrap_or("without a type");
    if !media_type.starts_with(PROTOBUF) {
        return Err(Failure::of_stranger(media_type));
    }
    match ExportTraceServiceResponse::decode(body) {
        Ok(response) => Ok(response.into()),
        Err(_) => Err(Failure::of_stranger(media_type)),
    }
}

/// What an error's body says, where it is text. OTLP receivers send a `google.rpc.Status`, whose
/// message is the part worth reading.
fn said(headers: &::http::HeaderMap, body: &Bytes) -> String {
    let is_protobuf = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(PROTOBUF.as_bytes()));
    if is_protobuf {
        return tonic_types::Status::decode(body.clone())
            .map(|status| status.message)
            .unwrap_or_default();
    }
    String::from_utf8_lossy(body).into_owned()
}

fn gzipped(body: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(body)?;
    encoder.finish()
}
