//! The `health` subcommand: asks this container's own service, for images that have no shell and no curl.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use thiserror::Error;

const PATIENCE: Duration = Duration::from_secs(3);

/// The service does not answer `/health` with 200.
#[derive(Debug, Error)]
pub(crate) enum Unhealthy {
    /// No connection, or it broke.
    #[error("could not ask http://{address}/health")]
    Unreachable {
        address: SocketAddr,
        source: io::Error,
    },
    /// An answer, but not 200.
    #[error("http://{address}/health answered `{status_line}`")]
    Refused {
        address: SocketAddr,
        status_line: String,
    },
}

/// Asks `/health` on the loopback interface at `port`.
pub(crate) fn ask(port: u16) -> Result<(), Unhealthy> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let status_line =
        status_line(address).map_err(|source| Unhealthy::Unreachable { address, source })?;
    if status_line.split(' ').nth(1) == Some("200") {
        Ok(())
    } else {
        Err(Unhealthy::Refused {
            address,
            status_line,
        })
    }
}

fn status_line(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "GET /health HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.take(4096).read_to_end(&mut answer)?;
    let text = String::from_utf8_lossy(&answer);
    Ok(text.lines().next().unwrap_or("").to_owned())
}
