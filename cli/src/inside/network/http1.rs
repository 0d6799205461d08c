//! One request over HTTP/1 on a connection of its own, and the beginning of its answer.

use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper_util::rt::TokioIo;
use ptctl_diagnosis::{printable::printable, snapshot::Encryption};

use super::door::Door;
use crate::clients::deadline::Deadline;

/// No answer is read further.
const BODY_LIMIT: usize = 64 << 10;

/// A request.
#[derive(Debug, Clone)]
pub(super) struct Question<'q> {
    pub(super) method: Method,
    pub(super) path: &'q str,
    pub(super) content_type: Option<&'static str>,
    pub(super) body: &'static [u8],
}

impl<'q> Question<'q> {
    pub(super) fn get(path: &'q str) -> Self {
        Self {
            method: Method::GET,
            path,
            content_type: None,
            body: &[],
        }
    }

    pub(super) fn post(path: &'q str, content_type: &'static str, body: &'static [u8]) -> Self {
        Self {
            method: Method::POST,
            path,
            content_type: Some(content_type),
            body,
        }
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HttpAnswer {
    pub(super) status: u16,
    pub(super) server: Option<String>,
    /// It, or nothing of one that is too long.
    pub(super) body: String,
}

/// Asks; `None` where no whole answer came, for whatever reason.
pub(super) async fn ask(
    door: &Door<'_>,
    encryption: Encryption,
    question: Question<'_>,
    deadline: Deadline,
) -> Option<HttpAnswer> {
    deadline
        .cut(exchange(door, encryption, question))
        .await
        .ok()
        .flatten()
}

async fn exchange(
    door: &Door<'_>,
    encryption: Encryption,
    question: Question<'_>,
) -> Option<HttpAnswer> {
    let stream = door.http1(encryption).await.ok()?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .ok()?;
    let mut request = Request::builder()
        .method(question.method)
        .uri(question.path)
        .header(header::HOST, door.authority())
        .header(
            header::USER_AGENT,
            concat!("ptctl/", env!("CARGO_PKG_VERSION")),
        )
        .header(header::CONNECTION, "close");
    if let Some(kind) = question.content_type {
        request = request.header(header::CONTENT_TYPE, kind);
    }
    let request = request
        .body(Full::new(Bytes::from_static(question.body)))
        .ok()?;
    let answer = async {
        let response = sender.send_request(request).await.ok()?;
        let status = response.status().as_u16();
        let server = response
            .headers()
            .get(header::SERVER)
            .map(|value| printable(&String::from_utf8_lossy(value.as_bytes())).into_owned());
        let body = Limited::new(response.into_body(), BODY_LIMIT);
        let body = match body.collect().await {
            Ok(body) => body.to_bytes(),
            // What is longer is nobody's that is known here.
            Err(error) if error.is::<LengthLimitError>() => Bytes::new(),
            Err(_broken_off) => return None,
        };
        Some(HttpAnswer {
            status,
            server,
            body: String::from_utf8_lossy(&body).into_owned(),
        })
    };
    // The connection is what moves the answer; it ends with it.
    let mut connection = std::pin::pin!(connection);
    let mut answer = std::pin::pin!(answer);
    tokio::select! {
        answer = &mut answer => answer,
        _ended = &mut connection => answer.await,
    }
}
