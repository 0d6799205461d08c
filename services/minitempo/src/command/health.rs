//! `-health`: one request to a running server, for containers without a shell or a client.

use std::fmt;
use std::io::{self, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

/// What is asked if no URL is given.
pub(super) const DEFAULT_URL: &str = "http://localhost:3200/ready";
/// How long a server may take, as in Tempo.
const TIMEOUT: Duration = Duration::from_secs(5);
/// More of an answer than is ever printed.
const MAX_ANSWER: u64 = 64 << 10;

/// Why a server is not healthy.
#[derive(Debug)]
pub(super) enum Unhealthy {
    NotHttp { url: String },
    Unreachable { url: String, source: io::Error },
    Status { status: u16, body: String },
}

impl fmt::Display for Unhealthy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotHttp { url } => write!(
                formatter,
                "Health check failed: Get \"{url}\": unsupported protocol scheme"
            ),
            Self::Unreachable { url, source } => {
                let what = match source.kind() {
                    io::ErrorKind::ConnectionRefused => "connect: connection refused".to_owned(),
                    io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
                        "context deadline exceeded".to_owned()
                    }
                    _ => source.to_string(),
                };
                write!(
                    formatter,
                    "Health check failed: Get \"{url}\": dial tcp: {what}"
                )
            }
            Self::Status { status, body } => {
                write!(formatter, "Tempo is unhealthy: status {status}: {body}")
            }
        }
    }
}

/// Asks `url` and succeeds on 200.
pub(super) fn check(url: &str) -> Result<(), Unhealthy> {
    let rest = url
        .strip_prefix("http://")
        .ok_or_else(|| Unhealthy::NotHttp {
            url: url.to_owned(),
        })?;
    let (authority, path) = rest
        .split_once('/')
        .map_or((rest, String::from("/")), |(authority, path)| {
            (authority, format!("/{path}"))
        });
    let answer = ask(authority, &path).map_err(|source| Unhealthy::Unreachable {
        url: url.to_owned(),
        source,
    })?;
    let answer = String::from_utf8_lossy(&answer);
    let status = answer
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or(0);
    if status == 200 {
        return Ok(());
    }
    let body = answer
        .split_once("\r\n\r\n")
        .map_or("", |(_, body)| body.trim_end())
        .to_owned();
    Err(Unhealthy::Status { status, body })
}

/// Sends a GET and reads until the server closes the connection.
fn ask(authority: &str, path: &str) -> io::Result<Vec<u8>> {
    let target = if authority.contains(':') {
        authority.to_owned()
    } else {
        format!("{authority}:80")
    };
    let mut stream = connect(&target)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    write!(
        stream,
        "GET {path} HTTP/1.0\r\nHost: {authority}\r\nUser-Agent: minitempo-health\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.take(MAX_ANSWER).read_to_end(&mut answer)?;
    Ok(answer)
}

/// Tries every address of a name, as `localhost` may have two and the server only one.
fn connect(target: &str) -> io::Result<TcpStream> {
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in target.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, TIMEOUT) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}
