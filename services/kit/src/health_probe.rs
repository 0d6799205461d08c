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

/// Asks `/health` of the service that listens on `configured`: there, or on loopback if it listens everywhere.
pub(crate) fn ask(configured: SocketAddr) -> Result<(), Unhealthy> {
    let address = if configured.ip().is_unspecified() {
        SocketAddr::from((Ipv4Addr::LOCALHOST, configured.port()))
    } else {
        configured
    };
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

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::net::{IpAddr, Ipv6Addr, TcpListener};
    use std::thread;

    use super::*;

    /// A service that listens on `ip` and answers one request with 200.
    fn healthy_service_on(ip: Ipv4Addr) -> SocketAddr {
        let listener = TcpListener::bind((ip, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let head = BufReader::new(&stream).lines().map(Result::unwrap);
            assert!(head.take_while(|line| !line.is_empty()).count() > 0);
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        });
        address
    }

    #[test]
    fn a_service_that_listens_on_one_address_is_asked_there() {
        let address = healthy_service_on(Ipv4Addr::new(127, 0, 0, 2));
        ask(address).unwrap();
    }

    #[test]
    fn a_service_that_listens_everywhere_is_asked_on_loopback() {
        for everywhere in [
            IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        ] {
            let port = healthy_service_on(Ipv4Addr::LOCALHOST).port();
            ask(SocketAddr::new(everywhere, port)).unwrap();
        }
    }
}
