//! One request by HTTP/2, with prior knowledge or by TLS.

use bytes::Bytes;
use h2::client;
use http::{HeaderMap, Request, Version};
use ptctl_diagnosis::snapshot::ExportFault;

use super::{
    connection::{Connection, exchange_fault},
    exporter::Protocol,
    http1::driven,
    reply::{BODY_LIMIT, Reply},
};

/// Sends a request and reads the answer with its trailers.
pub(super) async fn exchange(
    connection: Connection,
    request: Request<Bytes>,
) -> Result<Reply, ExportFault> {
    let Connection { stream, first, .. } = connection;
    let (mut parts, body) = request.into_parts();
    parts.version = Version::HTTP_2;
    let work = async {
        let (sender, driver) = client::handshake(stream).await?;
        driven(ask(sender, Request::from_parts(parts, ()), body), driver).await
    };
    // By TLS both sides have agreed on HTTP/2, and without it none but gRPC comes here.
    work.await
        .map_err(|error: h2::Error| exchange_fault(&error, &first, Protocol::Grpc))
}

async fn ask(
    sender: client::SendRequest<Bytes>,
    request: Request<()>,
    body: Bytes,
) -> Result<Reply, h2::Error> {
    let mut sender = sender.ready().await?;
    let (response, mut sending) = sender.send_request(request, body.is_empty())?;
    if !body.is_empty() {
        sending.send_data(body, true)?;
    }
    let (parts, mut incoming) = response.await?.into_parts();
    let mut body = Vec::new();
    while body.len() < BODY_LIMIT
        && let Some(data) = incoming.data().await
    {
        let data = data?;
        incoming.flow_control().release_capacity(data.len())?;
        body.extend_from_slice(&data);
    }
    let trailers = if body.len() < BODY_LIMIT {
        incoming.trailers().await?.unwrap_or_default()
    } else {
        HeaderMap::new()
    };
    Ok(Reply {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body,
        trailers,
    })
}
