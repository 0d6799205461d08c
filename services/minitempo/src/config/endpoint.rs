//! Where a port listens, as a configuration writes it: `host:port`, the host possibly a name or empty.

use std::fmt;
use std::net::SocketAddr;

/// A host and a port to listen on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    host: String,
    port: u16,
}

impl Endpoint {
    /// An endpoint on a host; an empty one means all addresses of the machine.
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self {
            host: host.into(),
            port,
        }
    }

    /// Reads `host:port`, `:port` or `[address]:port`.
    pub fn parse(text: &str) -> Option<Self> {
        let (host, port) = text.rsplit_once(':')?;
        let host = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host);
        Some(Self {
            host: host.to_owned(),
            port: port.parse().ok()?,
        })
    }

    /// The host; empty for all addresses of the machine.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port; zero lets the system choose.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The same host with another port.
    pub(crate) fn with_port(&self, port: u16) -> Self {
        Self::new(self.host.clone(), port)
    }

    /// What to try to bind, the first that works: an empty host is all addresses, of both families where there are two.
    pub(crate) fn candidates(&self) -> Vec<(String, u16)> {
        let hosts = if self.host.is_empty() {
            vec!["::".to_owned(), "0.0.0.0".to_owned()]
        } else {
            vec![self.host.clone()]
        };
        hosts.into_iter().map(|host| (host, self.port)).collect()
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(formatter, "[{}]:{}", self.host, self.port)
        } else {
            write!(formatter, "{}:{}", self.host, self.port)
        }
    }
}

impl From<SocketAddr> for Endpoint {
    fn from(address: SocketAddr) -> Self {
        Self::new(address.ip().to_string(), address.port())
    }
}

#[cfg(test)]
mod tests {
    use super::Endpoint;

    #[test]
    fn the_usual_ways_to_write_an_endpoint_are_read() {
        for text in ["0.0.0.0:4317", "tempo:4317", ":4317", "[::1]:4317"] {
            let endpoint = Endpoint::parse(text).expect(text);
            assert_eq!(
                (endpoint.port(), endpoint.to_string().as_str()),
                (4317, text)
            );
        }
        assert_eq!(Endpoint::parse("tempo"), None);
        assert_eq!(Endpoint::parse("tempo:otlp"), None);
    }
}
