//! Tracing of HTTP: requests served and requests sent.

mod attributes;
mod client;
mod request_id;
mod retry;
mod server;

pub use client::{ClientBuildError, HttpClient, HttpClientBuilder, RequestBuilder, RequestError};
pub use client::{Propagation, http_client};
pub use request_id::{REQUEST_ID_HEADER, RequestId};
pub(crate) use retry::retry_after;
pub use retry::{RetryPolicy, RetryScope};
pub use server::{HttpMiddleware, HttpMiddlewareLayer, ResponseFuture, http_middleware};
