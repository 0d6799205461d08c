//! The way from a container's network namespace to an endpoint, rung by rung: name, connection, speech, export.
//!
//! Only what was seen; what stands in the way is decided by [`crate::ladder`].

mod export;
mod name;
mod speech;

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

pub use self::{
    export::{ExportAttempt, Wanted},
    name::{NameAnswer, NameQuestion, NameResult, NameSource, Resolution, ResolverFile},
    speech::{Certificate, Listener, Plaintext, RootsUsed, Speech, TlsSpeech, Trust},
};
use super::{ContainerId, OtlpProtocol};
use crate::observed::Observed;

/// A way that was tried from a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkPath {
    /// The container whose network namespace it was tried from.
    pub from: ContainerId,
    /// Where it leads.
    pub destination: Destination,
    /// What was found, or why nobody could look.
    pub ladder: Observed<Ladder>,
}

/// Where a way leads, and how spans are sent there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destination {
    /// The host name or address, brackets of IPv6 removed.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The protocol; `None` where only the program itself knows.
    #[serde(default)]
    pub protocol: Option<OtlpProtocol>,
    /// Whether TLS is spoken; `None` where only the program itself knows.
    #[serde(default)]
    pub encryption: Option<Encryption>,
    /// The path of requests over HTTP with its first slash; `None` where nothing tells it.
    #[serde(default)]
    pub path: Option<String>,
}

/// Whether TLS is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encryption {
    /// It is not.
    Plaintext,
    /// It is.
    Tls,
}

/// How far a ladder was climbed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LadderDepth {
    /// Names and connections: nothing is sent.
    Connect,
    /// All rungs.
    Full,
}

/// What each rung came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ladder {
    /// How far it was to be climbed.
    pub depth: LadderDepth,
    /// What the name is.
    pub resolution: Resolution,
    /// What each address came to, in the order in which they were given.
    pub ways: Vec<Way>,
    /// How long all of it took, in microseconds.
    pub took_us: u64,
    /// Why it was not climbed as far as it was to be, where what stopped it is no fault of the way.
    #[serde(default)]
    pub unfinished: Option<String>,
}

/// What one address came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// The address.
    pub address: IpAddr,
    /// The container that has it, where one of this engine does.
    #[serde(default)]
    pub owner: Option<String>,
    /// Whether the address belongs to this engine.
    pub place: WayPlace,
    /// What came of the connection.
    pub connection: Rung<ConnectOutcome>,
    /// What the port speaks; `None` where that was not tried.
    #[serde(default)]
    pub speech: Option<Rung<Speech>>,
    /// What an empty export came to; `None` where none was sent.
    #[serde(default)]
    pub export: Option<Rung<ExportAttempt>>,
}

/// Whose an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WayPlace {
    /// A container's, the engine's host's, or the loopback.
    Engine,
    /// Another machine's: nothing is sent there unless that was asked for.
    Outside,
}

/// What one rung came to, and how long it took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung<T> {
    /// How long, in microseconds.
    pub took_us: u64,
    /// What it came to.
    pub found: T,
}

/// A time in microseconds as a person would say it: `0.4 ms`, `12 ms`, `1.5 s`.
pub fn spoken_time(micros: u64) -> String {
    let tenths = (micros + 50) / 100;
    match tenths {
        0..100 => format!("{}.{} ms", tenths / 10, tenths % 10),
        100..10_000 => format!("{} ms", (micros + 500) / 1_000),
        _ => {
            let tenths = (micros + 50_000) / 100_000;
            format!("{}.{} s", tenths / 10, tenths % 10)
        }
    }
}

/// What came of a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum ConnectOutcome {
    /// Somebody takes it.
    Open,
    /// The host answers that nobody listens there.
    Refused,
    /// The first packet was never answered.
    NoAnswer,
    /// No way leads to the host, as its network or a router says.
    HostUnreachable,
    /// The namespace has no way to that network, such as to any address of IPv6.
    NetworkUnreachable,
    /// It was cut as it began.
    Reset,
    /// Something else.
    Failed {
        /// What the system says.
        reason: String,
    },
}

impl ConnectOutcome {
    /// What it is, as a fragment: `refused`.
    pub fn describe(&self) -> &str {
        match self {
            Self::Open => "open",
            Self::Refused => "refused: nobody listens there",
            Self::NoAnswer => "no answer to the first packet",
            Self::HostUnreachable => "host unreachable",
            Self::NetworkUnreachable => "no route to that network",
            Self::Reset => "reset",
            Self::Failed { reason } => reason,
        }
    }
}

impl Ladder {
    /// The addresses that took a connection.
    pub fn open(&self) -> impl Iterator<Item = &Way> {
        self.ways
            .iter()
            .filter(|way| way.connection.found == ConnectOutcome::Open)
    }
}

impl Way {
    /// The address as a person would write it, with the container that has it: `172.20.0.5 (shop_tempo_1)`.
    pub fn shown(&self) -> String {
        match &self.owner {
            Some(owner) => format!("{} ({owner})", self.address),
            None => self.address.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_said_with_the_unit_that_fits() {
        for (micros, said) in [
            (0, "0.0 ms"),
            (449, "0.4 ms"),
            (12_345, "12 ms"),
            (999_499, "999 ms"),
            (1_500_000, "1.5 s"),
        ] {
            assert_eq!(spoken_time(micros), said);
        }
    }
}
