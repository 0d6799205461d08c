//! The OTLP receiver for gRPC.
//!
//! The generated service would decode a request into owned messages only for them to be encoded again; here the bytes of
//! a request go to the pipeline as they came.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::{Buf as _, BufMut as _, Bytes};
use tonic::body::Body;
use tonic::codec::{
    BufferSettings, Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder,
};
use tonic::server::{Grpc, UnaryService};
use tonic::{Code, Request, Response, Status};
use tower::Service;

use super::pipeline::{Pipeline, Transport};
use super::refusal::{self, Refusal};
use crate::tenancy::ORG_ID_HEADER;

const SERVICE: &str = "opentelemetry.proto.collector.trace.v1.TraceService";
const EXPORT: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
/// The largest message that is taken, as in Tempo.
const MAX_MESSAGE_BYTES: usize = 4 << 20;
/// An `ExportTraceServiceResponse` with an empty partial success, which is what Tempo answers.
pub(super) const ACCEPTED: &[u8] = &[0x0a, 0x00];

/// The gRPC server's one service.
#[derive(Clone)]
pub(crate) struct TraceReceiver {
    pipeline: Arc<Pipeline>,
}

impl TraceReceiver {
    pub(crate) fn new(pipeline: Arc<Pipeline>) -> Self {
        Self { pipeline }
    }
}

type Answer<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

impl Service<http::Request<Body>> for TraceReceiver {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Answer<Self::Response, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        if request.uri().path() != EXPORT {
            let status = unimplemented(request.uri().path());
            return Box::pin(async move { Ok(status.into_http()) });
        }
        let export = Export(Arc::clone(&self.pipeline));
        Box::pin(async move {
            let response = Grpc::new(RawCodec)
                .accept_compressed(CompressionEncoding::Gzip)
                .max_decoding_message_size(MAX_MESSAGE_BYTES)
                .unary(export, request)
                .await;
            Ok(with_gos_size_error(response))
        })
    }
}

/// The status for a path that is not served, in the words of Go's gRPC.
fn unimplemented(path: &str) -> Status {
    let (service, method) = path
        .trim_start_matches('/')
        .rsplit_once('/')
        .unwrap_or((path, ""));
    Status::unimplemented(if service == SERVICE {
        format!("unknown method {method} for service {service}")
    } else {
        format!("unknown service {service}")
    })
}

/// tonic says "out of range" to a message above the limit where Go's gRPC, and so every client of Tempo, knows
/// "resource exhausted".
fn with_gos_size_error(response: http::Response<Body>) -> http::Response<Body> {
    let Some(status) = Status::from_header_map(response.headers()) else {
        return response;
    };
    if status.code() != Code::OutOfRange {
        return response;
    }
    let numbers: Vec<&str> = status
        .message()
        .split(|character: char| !character.is_ascii_digit())
        .filter(|digits| !digits.is_empty())
        .collect();
    let &[found, limit] = numbers.as_slice() else {
        return Status::resource_exhausted(status.message()).into_http();
    };
    Status::resource_exhausted(format!(
        "grpc: received message larger than max ({found} vs. {limit})"
    ))
    .into_http()
}

/// The one method.
struct Export(Arc<Pipeline>);

impl UnaryService<Bytes> for Export {
    type Response = Bytes;
    type Future = Answer<Response<Bytes>, Status>;

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let pipeline = Arc::clone(&self.0);
        Box::pin(async move {
            let (metadata, _, body) = request.into_parts();
            let org_id = metadata
                .get(ORG_ID_HEADER)
                .and_then(|value| value.to_str().ok());
            match pipeline.push(org_id, body, Transport::Grpc).await {
                Ok(()) => Ok(Response::new(Bytes::from_static(ACCEPTED))),
                Err(refusal) => Err(status_of(&refusal)),
            }
        })
    }
}

fn status_of(refusal: &Refusal) -> Status {
    if let Refusal::Malformed(what) = refusal {
        return Status::internal(format!("grpc: error unmarshalling request: {what}"));
    }
    let code = match refusal.code() {
        refusal::Code::InvalidArgument => Code::InvalidArgument,
        refusal::Code::ResourceExhausted => Code::ResourceExhausted,
        refusal::Code::Unavailable => Code::Unavailable,
    };
    if refusal.retry_after().is_some() {
        Status::with_details(code, refusal.text(), refusal.to_rpc_status().into())
    } else {
        Status::new(code, refusal.text())
    }
}

/// Messages as bytes.
#[derive(Debug, Clone, Copy, Default)]
struct RawCodec;

impl Codec for RawCodec {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for RawCodec {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, target: &mut EncodeBuf<'_>) -> Result<(), Status> {
        target.put(item);
        Ok(())
    }
}

impl Decoder for RawCodec {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, source: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(source.copy_to_bytes(source.remaining())))
    }

    fn buffer_settings(&self) -> BufferSettings {
        BufferSettings::default()
    }
}
