//! OTLP over gRPC.

use ::http::uri::PathAndQuery;
use bytes::{BufMut as _, Bytes};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message as _;
use tonic::client::Grpc;
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::metadata::MetadataMap;
use tonic::transport::{Channel, ClientTlsConfig};
use tonic::{Extensions, Request, Status};

use super::batch::Batch;
use super::failure::Failure;
use super::sender::Accepted;
use crate::config::{Compression, Otlp};
use crate::error::InitError;
use crate::tls::Roots;

/// What this client calls itself.
const USER_AGENT: &str = concat!("purpletab-telemetry/", env!("CARGO_PKG_VERSION"));

/// The method that takes spans.
const EXPORT: PathAndQuery =
    PathAndQuery::from_static("/opentelemetry.proto.collector.trace.v1.TraceService/Export");

/// A client of a gRPC receiver. It connects when the first batch is sent, and again when need be.
#[derive(Debug)]
pub(super) struct GrpcSender {
    client: Grpc<Channel>,
    metadata: MetadataMap,
}

impl GrpcSender {
    /// A client with these settings. Must be called inside the runtime that will drive it.
    pub(super) fn new(otlp: &Otlp) -> Result<Self, InitError> {
        let unusable = |source: tonic::transport::Error| InitError::Exporter {
            endpoint: otlp.endpoint.to_string(),
            source: source.into(),
        };
        let mut endpoint = Channel::from_shared(otlp.endpoint.url().to_string())
            .map_err(|source| InitError::Exporter {
                endpoint: otlp.endpoint.to_string(),
                source: source.into(),
            })?
            .user_agent(USER_AGENT)
            .map_err(unusable)?
            .connect_timeout(otlp.timeout);
        if otlp.endpoint.is_encrypted() {
            let roots = Roots::read(otlp.certificate.as_ref())?;
            let tls = ClientTlsConfig::new().trust_anchors(roots.into_trust_anchors());
            endpoint = endpoint.tls_config(tls).map_err(unusable)?;
        }
        let client = Grpc::new(endpoint.connect_lazy());
        let client = match otlp.compression {
            Compression::None => client,
            Compression::Gzip => client.send_compressed(CompressionEncoding::Gzip),
        };
        Ok(Self {
            client: client.accept_compressed(CompressionEncoding::Gzip),
            metadata: MetadataMap::from_headers(otlp.headers.as_map().clone()),
        })
    }

    /// Makes one attempt to send `batch`.
    pub(super) async fn send(&self, batch: &Batch) -> Result<Accepted, Failure> {
        // A client is a handle on its connection: cloning it is how it is used.
        let mut client = self.client.clone();
        client
            .ready()
            .await
            .map_err(|error| Failure::of_transport(&error))?;
        let request =
            Request::from_parts(self.metadata.clone(), Extensions::default(), batch.body());
        match client.unary(request, EXPORT, EncodedSpans).await {
            Ok(response) => Ok(response.into_inner().into()),
            Err(status) => Err(Failure::of_status(&status)),
        }
    }
}

/// Requests that are encoded already, and their answers.
#[derive(Debug, Clone, Copy)]
struct EncodedSpans;

impl Codec for EncodedSpans {
    type Encode = Bytes;
    type Decode = ExportTraceServiceResponse;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for EncodedSpans {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, body: Bytes, target: &mut EncodeBuf<'_>) -> Result<(), Status> {
        target.put(body);
        Ok(())
    }
}

impl Decoder for EncodedSpans {
    type Item = ExportTraceServiceResponse;
    type Error = Status;

    fn decode(&mut self, answer: &mut DecodeBuf<'_>) -> Result<Option<Self::Item>, Status> {
        ExportTraceServiceResponse::decode(answer)
            .map(Some)
            .map_err(|error| Status::internal(error.to_string()))
    }
}
