//! The second rung: a connection to each address. Nothing is sent.

use std::{io, net::SocketAddr, time::Duration};

use ptctl_diagnosis::snapshot::ConnectOutcome;
use tokio::net::TcpStream;

use crate::clients::{cause::innermost, deadline::Deadline};

/// A first packet that was lost is sent again after a second: longer than that, so that one loss is no verdict.
pub(super) const PATIENCE: Duration = Duration::from_millis(1500);

/// Connects and hangs up.
pub(super) async fn connect(address: SocketAddr, deadline: Deadline) -> ConnectOutcome {
    match open(address, deadline).await {
        Ok(_) => ConnectOutcome::Open,
        Err(outcome) => outcome,
    }
}

/// Connects.
pub(super) async fn open(
    address: SocketAddr,
    deadline: Deadline,
) -> Result<TcpStream, ConnectOutcome> {
    match deadline
        .capped(PATIENCE)
        .cut(TcpStream::connect(address))
        .await
    {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => Err(outcome(&error)),
        Err(_) => Err(ConnectOutcome::NoAnswer),
    }
}

fn outcome(error: &io::Error) -> ConnectOutcome {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => ConnectOutcome::Refused,
        io::ErrorKind::ConnectionReset => ConnectOutcome::Reset,
        io::ErrorKind::HostUnreachable => ConnectOutcome::HostUnreachable,
        // A namespace without IPv6 has no address to send from.
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::AddrNotAvailable => {
            ConnectOutcome::NetworkUnreachable
        }
        io::ErrorKind::TimedOut => ConnectOutcome::NoAnswer,
        _ => ConnectOutcome::Failed {
            reason: innermost(error),
        },
    }
}
