//! The OTLP receiver for HTTP: protobuf and JSON, plain or gzip.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, Method, StatusCode};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde_json::json;
use tower_http::decompression::RequestDecompressionLayer;

use super::grpc::ACCEPTED;
use super::json;
use super::pipeline::{Pipeline, Transport};
use super::refusal::{Code, Refusal, rpc_status};
use crate::api::not_found;
use crate::tenancy::ORG_ID_HEADER;

/// The largest body that is taken, before and after decompression, as in Tempo.
const MAX_BODY_BYTES: usize = 20 << 20;

/// The receiver's routes.
pub(crate) fn router(pipeline: Arc<Pipeline>) -> Router {
    Router::new()
        .route("/v1/traces", any(receive))
        .layer(RequestDecompressionLayer::new())
        .fallback(not_found)
        .with_state(pipeline)
}

/// The form of a request, which is also the form of its answer.
#[derive(Debug, Clone, Copy)]
enum Encoding {
    Protobuf,
    Json,
}

impl Encoding {
    fn of(headers: &HeaderMap) -> Option<Self> {
        let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
        match value.split(';').next()?.trim() {
            "application/x-protobuf" => Some(Self::Protobuf),
            "application/json" => Some(Self::Json),
            _ => None,
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::Protobuf => "application/x-protobuf",
            Self::Json => "application/json",
        }
    }
}

async fn receive(State(pipeline): State<Arc<Pipeline>>, request: Request) -> Response {
    if request.method() != Method::POST {
        return (
            StatusCode::METHOD_NOT_ALLOWED,
            [(CONTENT_TYPE, "text/plain"), (ALLOW, "POST")],
            "405 method not allowed, supported: [POST]",
        )
            .into_response();
    }
    let (head, body) = request.into_parts();
    let Some(encoding) = Encoding::of(&head.headers) else {
        return (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            [(CONTENT_TYPE, "text/plain")],
            "415 unsupported media type, supported: [application/json, application/x-protobuf]",
        )
            .into_response();
    };
    let body = match read(body).await {
        Ok(body) => body,
        Err(what) => return fault(encoding, what),
    };
    let body = match encoding {
        Encoding::Protobuf => body,
        Encoding::Json => match json::to_protobuf(&body) {
            Ok(body) => body,
            Err(error) => return fault(encoding, &error.to_string()),
        },
    };
    let org_id = head
        .headers
        .get(ORG_ID_HEADER)
        .and_then(|value| value.to_str().ok());
    match pipeline.push(org_id, body, Transport::Http).await {
        Ok(()) => accepted(encoding),
        Err(refusal) => refused(encoding, &refusal),
    }
}

/// Reads a body within the limit; the error is the text that the client is told.
async fn read(body: Body) -> Result<Bytes, &'static str> {
    match Limited::new(body, MAX_BODY_BYTES).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err("http: request body too large"),
        Err(_) => Err("unexpected EOF"),
    }
}

fn accepted(encoding: Encoding) -> Response {
    let body = match encoding {
        Encoding::Protobuf => ACCEPTED,
        Encoding::Json => br#"{"partialSuccess":{}}"#,
    };
    ([(CONTENT_TYPE, encoding.content_type())], body).into_response()
}

fn fault(encoding: Encoding, message: &str) -> Response {
    answer(
        StatusCode::BAD_REQUEST,
        encoding,
        match encoding {
            Encoding::Protobuf => rpc_status(Code::InvalidArgument, message),
            Encoding::Json => json_status(Code::InvalidArgument, message),
        },
    )
}

fn refused(encoding: Encoding, refusal: &Refusal) -> Response {
    let body = match encoding {
        Encoding::Protobuf => refusal.to_rpc_status(),
        Encoding::Json => json_status(refusal.code(), &refusal.text()),
    };
    let mut response = answer(refusal.http_status(), encoding, body);
    if let Some(delay) = refusal.retry_after() {
        response
            .headers_mut()
            .insert(RETRY_AFTER, delay.as_secs().into());
    }
    response
}

fn json_status(code: Code, message: &str) -> Vec<u8> {
    json!({ "code": code as i32, "message": message })
        .to_string()
        .into_bytes()
}

fn answer(status: StatusCode, encoding: Encoding, body: Vec<u8>) -> Response {
    (status, [(CONTENT_TYPE, encoding.content_type())], body).into_response()
}
