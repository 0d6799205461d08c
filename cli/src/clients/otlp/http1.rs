//! One request by HTTP/1.1.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use ptctl_diagnosis::snapshot::ExportFault;

use super::{
    connection::{Connection, exchange_fault},
    exporter::Protocol,
    reply::{BODY_LIMIT, Reply},
};

/// Sends a request and reads the answer's status, headers and the beginning of its body.
pub(super) async fn exchange(
    connection: Connection,
    request: Request<Bytes>,
) -> Result<Reply, ExportFault> {
    let Connection { stream, first, .. } = connection;
    let work = async {
        let (mut sender, driver) = http1::handshake(TokioIo::new(stream)).await?;
        let answer = async {
            let response = sender.send_request(in_origin_form(request)).await?;
            let (parts, mut incoming) = response.into_parts();
            let mut body = Vec::new();
            while body.len() < BODY_LIMIT
                && let Some(frame) = incoming.frame().await
            {
                if let Ok(data) = frame?.into_data() {
                    body.extend_from_slice(&data);
                }
            }
            Ok::<_, hyper::Error>(Reply {
                status: parts.status.as_u16(),
                headers: parts.headers,
                body,
                trailers: HeaderMap::new(),
            })
        };
        driven(answer, driver).await
    };
    work.await
        .map_err(|error: hyper::Error| exchange_fault(&error, &first, Protocol::HttpProtobuf))
}

/// Waits for an answer while the connection is driven; the connection may end before its last answer is taken.
pub(super) async fn driven<A>(answer: impl Future<Output = A>, driver: impl Future) -> A {
    let mut answer = std::pin::pin!(answer);
    tokio::select! {
        biased;
        answer = &mut answer => answer,
        _ = driver => answer.await,
    }
}

/// The path alone, and the header `Host` (RFC 9112, section 3.2.1).
fn in_origin_form(request: Request<Bytes>) -> Request<Full<Bytes>> {
    let (mut parts, body) = request.into_parts();
    if let Some(authority) = parts.uri.authority()
        && let Ok(host) = HeaderValue::from_str(authority.as_str())
    {
        parts.headers.insert(header::HOST, host);
    }
    if let Some(path) = parts.uri.path_and_query().cloned() {
        parts.uri = path.into();
    }
    Request::from_parts(parts, Full::new(body))
}
