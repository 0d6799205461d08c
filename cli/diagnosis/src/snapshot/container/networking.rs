//! A container's places on networks, and the names and ports that it has there.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// A container's place on one network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The network's id; empty when the engine no longer knows it.
    pub network_id: String,
    /// The network's name.
    pub network: String,
    /// The names that Docker's DNS answers to on this network, the container's name included.
    pub names: Vec<String>,
    /// Its address there; `None` when it does not run.
    pub address: Option<IpAddr>,
    /// The network's gateway, which is the engine's host; `None` when it does not run.
    pub gateway: Option<IpAddr>,
}

impl Attachment {
    /// Whether Docker's DNS gives this container for a name there.
    pub fn answers_to(&self, name: &str) -> bool {
        self.names.iter().any(|own| own.eq_ignore_ascii_case(name))
    }
}

/// A legacy link: a container under a name of one's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The container that is meant, by its name.
    pub container: String,
    /// The name that it is given here.
    pub alias: String,
}

/// A TCP port published on the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishedPort {
    /// The address on the host, `0.0.0.0` where unset.
    pub host_address: String,
    /// The port on the host.
    pub host_port: u16,
    /// The port in the container.
    pub container_port: u16,
}
