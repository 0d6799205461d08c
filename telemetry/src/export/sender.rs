//! Sending one batch by the protocol chosen.

use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};

use super::batch::Batch;
use super::failure::Failure;
use super::grpc::GrpcSender;
use super::http::HttpSender;
use crate::config::{Otlp, Protocol};
use crate::error::InitError;

/// The client of the backend. It belongs to the runtime it was made in.
#[derive(Debug)]
pub(super) enum Sender {
    /// OTLP over gRPC.
    Grpc(GrpcSender),
    /// OTLP over HTTP.
    Http(HttpSender),
}

/// What the backend took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Accepted {
    /// Spans that it refused although it took the batch.
    pub(super) rejected: usize,
    /// What it says about them, or as a warning.
    pub(super) message: String,
}

impl Sender {
    /// A client with these settings.
    pub(super) fn new(otlp: &Otlp) -> Result<Self, InitError> {
        match otlp.endpoint.protocol() {
            Protocol::Grpc => GrpcSender::new(otlp).map(Self::Grpc),
            Protocol::HttpProtobuf => HttpSender::new(otlp).map(Self::Http),
        }
    }

    /// Makes one attempt to send `batch`.
    pub(super) async fn send(&self, batch: &Batch) -> Result<Accepted, Failure> {
        match self {
            Self::Grpc(grpc) => grpc.send(batch).await,
            Self::Http(http) => http.send(batch).await,
        }
    }
}

impl From<ExportTraceServiceResponse> for Accepted {
    fn from(response: ExportTraceServiceResponse) -> Self {
        let ExportTracePartialSuccess {
            rejected_spans,
            error_message,
        } = response.partial_success.unwrap_or_default();
        Self {
            rejected: usize::try_from(rejected_spans).unwrap_or(0),
            message: error_message,
        }
    }
}
