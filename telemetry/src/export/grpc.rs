//! OTLP over gRPC.

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use tonic::codec::CompressionEncoding;
use tonic::metadata::MetadataMap;
use tonic::transport::{Channel, ClientTlsConfig};
use tonic::{Extensions, Request};

use super::failure::Failure;
use super::sender::Accepted;
use crate::config::{Compression, Otlp};
use crate::error::InitError;
use crate::tls::Roots;

/// What this client calls itself.
const USER_AGENT: &str = concat!("purpletab-telemetry/", env!("CARGO_PKG_VERSION"));

/// A client of a gRPC receiver. It connects when the first batch is sent, and again when need be.
#[derive(Debug)]
pub(super) struct GrpcSender {
    client: TraceServiceClient<Channel>,
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
        let client = TraceServiceClient::new(endpoint.connect_lazy());
        let client = match otlp.compression {
            Compression::None => client,
            Compression::Gzip => client.send_compressed(CompressionEncoding::Gzip),
        };
        Ok(Self {
            client: client.accept_compressed(CompressionEncoding::Gzip),
            metadata: MetadataMap::from_headers(otlp.headers.as_map().clone()),
        })
    }

    /// Makes one attempt to send `request`.
    pub(super) async fn send(
        &self,
        request: &ExportTraceServiceRequest,
    ) -> Result<Accepted, Failure> {
        // A client is a handle on its connection: cloning it is how it is used.
        let mut client = self.client.clone();
        let request = Request::from_parts(
            self.metadata.clone(),
            Extensions::default(),
            request.clone(),
        );
        match client.export(request).await {
            Ok(response) => Ok(response.into_inner().into()),
            Err(status) => Err(Failure::of_status(&status)),
        }
    }
}
