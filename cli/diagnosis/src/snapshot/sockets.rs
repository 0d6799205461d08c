//! The TCP sockets of a container's network namespace.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// Who listens, and who is connected to an OTLP port, at the moment of the look.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sockets {
    /// Where the namespace's processes listen, sorted.
    pub listening: Vec<SocketAddr>,
    /// Connections to a port that spans are sent to; of very many, the first.
    pub connections: Vec<Connection>,
}

/// A connection that a process of the namespace made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// Whom it reaches.
    pub remote: SocketAddr,
    /// How far it is.
    pub state: ConnectionState,
    /// Bytes that the other side has not acknowledged.
    pub unsent_bytes: u64,
}

/// How far a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    /// The first packet was sent more than once and nobody has answered: `SYN_SENT`.
    Connecting,
    /// Both sides agreed: `ESTABLISHED`.
    Established,
    /// On its way to its end.
    Closing,
}

impl Sockets {
    /// Whether a process listens on this port.
    pub fn listens_on(&self, port: u16) -> bool {
        self.listening.iter().any(|address| address.port() == port)
    }

    /// Whether a process listens on this port and all who do accept from the container itself only.
    pub fn listens_on_loopback_only(&self, port: u16) -> bool {
        self.listens_on(port)
            && self
                .listening
                .iter()
                .filter(|address| address.port() == port)
                .all(|address| address.ip().is_loopback())
    }

    /// The connections to a port.
    pub fn connections_to(&self, port: u16) -> impl Iterator<Item = &Connection> {
        self.connections
            .iter()
            .filter(move |connection| connection.remote.port() == port)
    }
}
