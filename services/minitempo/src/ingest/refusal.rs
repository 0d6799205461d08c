//! Why a request was refused, and what the client is told: the codes and texts of Tempo 3.0.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use prost::Message as _;

use crate::ids::{TenantId, TenantIdError};
use crate::store::{Causes, StoreError};

/// How long a client that was limited is asked to wait.
pub(crate) const RETRY_AFTER: Duration = Duration::from_secs(5);

/// Why a request was refused as a whole.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("{0}")]
    Malformed(String),
    #[error("trace ids must be 128 bit, received {bits} bits")]
    InvalidTraceId { bits: usize, spans: u64 },
    #[error("span ids must be 64 bit and not all zero, received {bits} bits")]
    InvalidSpanId { bits: usize, spans: u64 },
    #[error(transparent)]
    Tenant(#[from] TenantIdError),
    #[error(
        "RATE_LIMITED: batch size ({size} bytes) exceeds ingestion limit (local: {rate} bytes/s, global: 0 bytes/s, burst: {burst} bytes) while adding {size} bytes for user {tenant}. consider reducing batch size or increasing rate limit."
    )]
    BatchAboveBurst {
        size: usize,
        rate: u64,
        burst: u64,
        tenant: TenantId,
        spans: u64,
    },
    #[error(
        "RATE_LIMITED: ingestion rate limit (local: {rate} bytes/s, global: 0 bytes/s, burst: {burst} bytes) exceeded while adding {size} bytes for user {tenant}. consider increasing the limit or reducing ingestion rate."
    )]
    RateExceeded {
        size: usize,
        rate: u64,
        burst: u64,
        tenant: TenantId,
        spans: u64,
    },
    #[error("spans could not be written")]
    NotStored(#[source] Arc<StoreError>),
}

/// The `google.rpc.Code` values used here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    InvalidArgument = 3,
    ResourceExhausted = 8,
    Unavailable = 14,
}

impl Code {
    /// The name that Go's gRPC gives the code in error texts.
    fn go_name(self) -> &'static str {
        match self {
            Self::InvalidArgument => "InvalidArgument",
            Self::ResourceExhausted => "ResourceExhausted",
            Self::Unavailable => "Unavailable",
        }
    }
}

impl Refusal {
    /// The code that says what the client can do about it.
    pub(crate) fn code(&self) -> Code {
        match self {
            Self::Malformed(_)
            | Self::InvalidTraceId { .. }
            | Self::InvalidSpanId { .. }
            | Self::Tenant(
                TenantIdError::TooLong
                | TenantIdError::Unsafe
                | TenantIdError::UnsupportedCharacter { .. },
            ) => Code::InvalidArgument,
            Self::BatchAboveBurst { .. } | Self::RateExceeded { .. } => Code::ResourceExhausted,
            Self::Tenant(TenantIdError::Missing) | Self::NotStored(_) => Code::Unavailable,
        }
    }

    /// How long the client should wait before it tries again, where that helps.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        (self.code() == Code::ResourceExhausted).then_some(RETRY_AFTER)
    }

    /// The reason under which `tempo_discarded_spans_total` counts it, with the number of spans.
    pub(crate) fn discarded(&self) -> Option<(&'static str, u64)> {
        match self {
            Self::InvalidTraceId { spans, .. } => Some(("invalid_trace_id", *spans)),
            Self::InvalidSpanId { spans, .. } => Some(("invalid_span_id", *spans)),
            Self::BatchAboveBurst { spans, .. } | Self::RateExceeded { spans, .. } => {
                Some(("rate_limited", *spans))
            }
            Self::Malformed(_) | Self::Tenant(_) | Self::NotStored(_) => None,
        }
    }

    /// The HTTP status that an OTLP receiver answers.
    pub(crate) fn http_status(&self) -> StatusCode {
        match self.code() {
            Code::InvalidArgument => StatusCode::BAD_REQUEST,
            Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
            Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The text that the client gets: with the causes, as it sees nothing else.
    pub(crate) fn text(&self) -> String {
        Causes(self).to_string()
    }

    /// The error as Go's gRPC prints it, which is how Tempo logs it.
    pub(crate) fn as_go_error(&self) -> String {
        format!(
            "rpc error: code = {} desc = {}",
            self.code().go_name(),
            self.text()
        )
    }

    /// A protobuf `google.rpc.Status`.
    pub(crate) fn to_rpc_status(&self) -> Vec<u8> {
        let details = self
            .retry_after()
            .map(|delay| RpcAny {
                type_url: "type.googleapis.com/google.rpc.RetryInfo".to_owned(),
                value: RpcRetryInfo {
                    retry_delay: Some(RpcDuration {
                        seconds: i64::try_from(delay.as_secs()).unwrap_or(i64::MAX),
                    }),
                }
                .encode_to_vec(),
            })
            .into_iter()
            .collect();
        RpcStatus {
            code: self.code() as i32,
            message: self.text(),
            details,
        }
        .encode_to_vec()
    }
}

/// `google.rpc.Status`.
#[derive(Clone, PartialEq, prost::Message)]
struct RpcStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<RpcAny>,
}

/// `google.protobuf.Any`.
#[derive(Clone, PartialEq, prost::Message)]
struct RpcAny {
    #[prost(string, tag = "1")]
    type_url: String,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

/// `google.rpc.RetryInfo`.
#[derive(Clone, PartialEq, prost::Message)]
struct RpcRetryInfo {
    #[prost(message, optional, tag = "1")]
    retry_delay: Option<RpcDuration>,
}

/// `google.protobuf.Duration` in whole seconds.
#[derive(Clone, PartialEq, prost::Message)]
struct RpcDuration {
    #[prost(int64, tag = "1")]
    seconds: i64,
}

/// A `google.rpc.Status` for a fault that is found before the pipeline: a body that cannot be read.
pub(crate) fn rpc_status(code: Code, message: &str) -> Vec<u8> {
    RpcStatus {
        code: code as i32,
        message: message.to_owned(),
        details: Vec::new(),
    }
    .encode_to_vec()
}
