//! How it is sent: one connection a sender, the next batch when the last one is answered.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::{Buf as _, BufMut as _, Bytes};
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::{Request, Status};

use crate::Failure;

/// Sends what is left of the batches over one gRPC connection; gives how long each took.
pub(crate) async fn send_grpc(
    target: SocketAddr,
    batches: &[Bytes],
    next: &AtomicUsize,
) -> Result<Vec<Duration>, Failure> {
    let channel = tonic::transport::Endpoint::from_shared(format!("http://{target}"))?
        .connect()
        .await?;
    let mut client = tonic::client::Grpc::new(channel);
    let mut latencies = Vec::new();
    while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
        let began = Instant::now();
        client.ready().await?;
        let path = http::uri::PathAndQuery::from_static(
            "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        );
        client
            .unary(Request::new(batch.clone()), path, RawCodec)
            .await?;
        latencies.push(began.elapsed());
    }
    Ok(latencies)
}

/// Sends what is left of the batches over one HTTP connection; gives how long each took.
pub(crate) async fn send_http(
    target: SocketAddr,
    batches: &[Bytes],
    next: &AtomicUsize,
) -> Result<Vec<Duration>, Failure> {
    let client = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([])
        .build()?;
    let mut latencies = Vec::new();
    while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
        let began = Instant::now();
        let answer = client
            .post(format!("http://{target}/v1/traces"))
            .header("content-type", "application/x-protobuf")
            .body(batch.clone())
            .send()
            .await?;
        answer.error_for_status()?.bytes().await?;
        latencies.push(began.elapsed());
    }
    Ok(latencies)
}

/// Requests are made before the measurement, so that the sender costs little.
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
}
