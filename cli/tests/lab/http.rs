//! Requests to containers of the lab: HTTP/1.0, so that an answer ends with its connection.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How long one request may take.
const LIMIT: Duration = Duration::from_secs(15);

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The status code.
    pub(crate) status: u16,
    /// The body.
    pub(crate) body: String,
}

/// `GET path`.
pub(crate) async fn get(address: SocketAddr, path: &str) -> io::Result<Answer> {
    send(
        address,
        format!("GET {path} HTTP/1.0\r\nHost: lab\r\n\r\n").into_bytes(),
    )
    .await
}

/// `POST path` with a JSON body.
pub(crate) async fn post_json(address: SocketAddr, path: &str, body: &[u8]) -> io::Result<Answer> {
    post(address, path, &["Content-Type: application/json"], body).await
}

/// `POST path` with these lines of its head and a body.
pub(crate) async fn post(
    address: SocketAddr,
    path: &str,
    head: &[&str],
    body: &[u8],
) -> io::Result<Answer> {
    let head = head.join("\r\n");
    let head = format!(
        "POST {path} HTTP/1.0\r\nHost: lab\r\n{head}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    send(address, [head.as_bytes(), body].concat()).await
}

async fn send(address: SocketAddr, request: Vec<u8>) -> io::Result<Answer> {
    let exchange = async {
        let mut connection = TcpStream::connect(address).await?;
        connection.write_all(&request).await?;
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).await?;
        Ok::<_, io::Error>(answer)
    };
    let answer = tokio::time::timeout(LIMIT, exchange).await??;
    parse(&String::from_utf8_lossy(&answer))
}

fn parse(answer: &str) -> io::Result<Answer> {
    let malformed = || io::Error::new(io::ErrorKind::InvalidData, "the answer is not HTTP");
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(malformed)?;
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    Ok(Answer {
        status: status.ok_or_else(malformed)?,
        body: body.to_owned(),
    })
}
