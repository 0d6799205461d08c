//! One question and its answer: by UDP, and by TCP where the answer does not fit.

use std::{
    io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
};

use thiserror::Error;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UdpSocket},
};

use super::{Answer, Query, message::NotAnAnswer};

/// The longest answer by UDP without an extension (RFC 1035 2.3.4); some servers send more.
const UDP_BYTES: usize = 4096;

/// Why a name server gave no answer that can be used.
#[derive(Debug, Error)]
pub(crate) enum ExchangeError {
    /// It could not be reached.
    #[error(transparent)]
    Unreachable(#[from] io::Error),
    /// Its answer cannot be read.
    #[error(transparent)]
    Malformed(NotAnAnswer),
}

/// Asks a name server. The caller limits the time: by UDP nothing says that an answer will never come.
pub(crate) async fn ask(server: SocketAddr, query: &Query) -> Result<Answer, ExchangeError> {
    let answer = by_udp(server, query).await?;
    if answer.is_cut {
        by_tcp(server, query).await
    } else {
        Ok(answer)
    }
}

async fn by_udp(server: SocketAddr, query: &Query) -> Result<Answer, ExchangeError> {
    let any: SocketAddr = match server {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any).await?;
    // A connected socket takes packets of that server alone, and hears that nobody listens there.
    socket.connect(server).await?;
    socket.send(query.bytes()).await?;
    let mut buffer = vec![0; UDP_BYTES];
    loop {
        let length = socket.recv(&mut buffer).await?;
        match query.answer(&buffer[..length]) {
            Ok(answer) => return Ok(answer),
            // Somebody else's packet: the real one may still come.
            Err(NotAnAnswer::Another) => {}
            Err(malformed) => return Err(ExchangeError::Malformed(malformed)),
        }
    }
}

async fn by_tcp(server: SocketAddr, query: &Query) -> Result<Answer, ExchangeError> {
    let mut stream = TcpStream::connect(server).await?;
    let length = u16::try_from(query.bytes().len())
        .map_err(|_| ExchangeError::Malformed(NotAnAnswer::Malformed))?;
    let mut message = length.to_be_bytes().to_vec();
    message.extend(query.bytes());
    stream.write_all(&message).await?;
    let length = stream.read_u16().await?;
    let mut answer = vec![0; usize::from(length)];
    stream.read_exact(&mut answer).await?;
    query.answer(&answer).map_err(ExchangeError::Malformed)
}
