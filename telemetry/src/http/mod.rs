//! Tracing of HTTP: requests served and requests sent.

mod attributes;
mod call;
mod client;
mod request_error;
mod request_id;
mod retry;
mod server;
mod shown_url;

pub use client::{HttpClient, HttpClientBuilder, Propagation, RequestBuilder, http_client};
pub use request_error::{ClientBuildError, RequestError};
pub use request_id::{REQUEST_ID_HEADER, RequestId};
pub(crate) use retry::retry_after;
pub use retry::{RetryPolicy, RetryScope};
pub use server::{HttpMiddleware, HttpMiddlewareLayer, ResponseFuture, http_middleware};
