//! The second rung: a connection to each address. Nothing is sent.

use std::{io, net::SocketAddr, time::Duration};

use ptctl_diagnosis::snapshot::ConnectOutcome;
use tokio::net::TcpStream;

use super::untold::{Unanswered, Untold, wait};
use crate::clients::{cause::innermost, deadline::Deadline};

/// A first packet that was lost is sent again after a second: longer than that, so that one loss is no verdict.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Connects and hangs up.
pub(super) async fn connect(
    address: SocketAddr,
    deadline: Deadline,
) -> Result<ConnectOutcome, Untold> {
    match wait(TcpStream::connect(address), PATIENCE, deadline).await {
        Ok(Ok(_)) => Ok(ConnectOutcome::Open),
        Ok(Err(error)) => match Untold::of(&error) {
            Some(untold) => Err(untold),
            None => Ok(outcome(&error)),
        },
        Err(Unanswered::Silence) => Ok(ConnectOutcome::NoAnswer),
        Err(Unanswered::CutShort) => Err(Untold::over()),
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
