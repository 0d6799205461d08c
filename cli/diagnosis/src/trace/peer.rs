//! Whom a call reaches, as its caller's span tells: a host, a database, a queue.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Span, SpanKind};

/// The other side of a call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Peer {
    /// What it is.
    pub kind: PeerKind,
    /// The program, where the span names it: `postgresql`, `kafka`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The host, the queue, or the service, where the span names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
}

/// What the other side of a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeerKind {
    /// A database or a cache.
    Database,
    /// What carries messages.
    Messaging,
    /// Anything else that answers.
    Server,
}

/// Attributes that name a database, in the order in which they are believed
/// (<https://opentelemetry.io/docs/specs/semconv/db/>).
const DATABASES: [&str; 2] = ["db.system.name", "db.system"];
/// The attribute that names what carries messages.
const MESSAGING: &str = "messaging.system";
/// Attributes that name the other side, in the order in which they are believed; the older names come after the newer.
const HOSTS: [&str; 8] = [
    "peer.service",
    "server.address",
    "net.peer.name",
    "http.host",
    "network.peer.address",
    "net.sock.peer.addr",
    "net.peer.ip",
    "messaging.destination.name",
];
/// Attributes with a whole address.
const ADDRESSES: [&str; 2] = ["url.full", "http.url"];
/// The longest name of a host.
const LONGEST: usize = 253;

impl Peer {
    /// Whom the span of a caller says that it called; `None` for other spans, and where it names nobody.
    pub fn of(span: &Span) -> Option<Self> {
        if !matches!(span.kind, SpanKind::Client | SpanKind::Producer) {
            return None;
        }
        let text = |key: &str| {
            let attribute = span.attributes.iter().find(|(name, _)| name == key)?;
            attribute.1.as_str()
        };
        let database = DATABASES.iter().find_map(|key| text(key)).and_then(name);
        let messaging = text(MESSAGING).and_then(name);
        let host = HOSTS
            .iter()
            .find_map(|key| text(key).and_then(host))
            .or_else(|| ADDRESSES.iter().find_map(|key| host_of_address(text(key)?)));
        let (kind, system) = match (database, messaging) {
            (Some(system), _) => (PeerKind::Database, Some(system)),
            (None, Some(system)) => (PeerKind::Messaging, Some(system)),
            (None, None) if span.kind == SpanKind::Producer => (PeerKind::Messaging, None),
            (None, None) => (PeerKind::Server, None),
        };
        (system.is_some() || host.is_some()).then_some(Self { kind, system, host })
    }

    /// One word for it: its host, else its program.
    pub fn name(&self) -> &str {
        let host = self.host.as_deref();
        host.or(self.system.as_deref()).unwrap_or_default()
    }

    /// Attributes from which it is read again.
    pub(super) fn attributes(&self) -> Vec<(String, Value)> {
        let system = match self.kind {
            PeerKind::Database => DATABASES[0],
            PeerKind::Messaging => MESSAGING,
            PeerKind::Server => HOSTS[0],
        };
        let system = self.system.iter().map(|value| (system, value));
        let host = self.host.iter().map(|value| (HOSTS[0], value));
        system
            .chain(host)
            .map(|(key, value)| (key.to_owned(), Value::String(value.clone())))
            .collect()
    }
}

/// A text that may be a name of somebody: no sentence, no statement, no credential, and not what stands for one.
fn name(text: &str) -> Option<String> {
    let fits = !text.is_empty()
        && text.len() <= LONGEST
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b".-_:/".contains(&byte));
    fits.then(|| text.to_owned())
}

/// A host without its port.
fn host(text: &str) -> Option<String> {
    // An IPv6 address stands in brackets, before its port.
    if let Some((address, _)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return name(address).filter(|address| address.contains(':'));
    }
    let without_port = match text.split_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        Some(_) | None => text,
    };
    name(without_port)
}

/// The host in `http://user@host:80/path?query`.
fn host_of_address(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    host(authority.rsplit('@').next()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{redact::REDACTED, trace::tree::tests::span};

    fn peer(kind: SpanKind, attributes: &[(&str, &str)]) -> Option<Peer> {
        let attributes = attributes
            .iter()
            .map(|(key, value)| ((*key).to_owned(), Value::String((*value).to_owned())));
        Peer::of(&Span {
            kind,
            attributes: attributes.collect(),
            ..span(1, None, "web", 0, 1)
        })
    }

    #[test]
    fn whom_a_call_reaches_is_read_from_old_names_and_new_ones() {
        for (attributes, kind, system, host) in [
            (
                &[("server.address", "orders"), ("server.port", "80")][..],
                PeerKind::Server,
                None,
                Some("orders"),
            ),
            (
                &[("http.url", "http://u:p@orders:8080/a?b=c")],
                PeerKind::Server,
                None,
                Some("orders"),
            ),
            (
                &[("db.system", "postgresql"), ("net.peer.name", "db:5432")],
                PeerKind::Database,
                Some("postgresql"),
                Some("db"),
            ),
            (
                &[("db.system.name", "redis")],
                PeerKind::Database,
                Some("redis"),
                None,
            ),
            (
                &[
                    ("messaging.system", "kafka"),
                    ("messaging.destination.name", "paid"),
                ],
                PeerKind::Messaging,
                Some("kafka"),
                Some("paid"),
            ),
        ] {
            let found = peer(SpanKind::Client, attributes).unwrap();
            assert_eq!(
                (found.kind, found.system.as_deref(), found.host.as_deref()),
                (kind, system, host)
            );
            let again = found.attributes();
            let again: Vec<(&str, &str)> = again
                .iter()
                .map(|(key, value)| (key.as_str(), value.as_str().unwrap()))
                .collect();
            assert_eq!(peer(SpanKind::Client, &again), Some(found));
        }
    }

    #[test]
    fn an_address_of_ipv6_is_read_with_and_without_its_port() {
        for (key, value) in [
            ("server.address", "[::1]:8080"),
            ("server.address", "[::1]"),
            ("server.address", "::1"),
            ("url.full", "http://[::1]:8080/a"),
        ] {
            let found = peer(SpanKind::Client, &[(key, value)]);
            assert_eq!(found.unwrap().name(), "::1", "{value}");
        }
    }

    #[test]
    fn what_is_no_name_is_nobody() {
        assert_eq!(peer(SpanKind::Client, &[]), None);
        assert_eq!(
            peer(SpanKind::Server, &[("server.address", "orders")]),
            None
        );
        for value in ["SELECT * FROM users", REDACTED] {
            assert_eq!(peer(SpanKind::Client, &[("peer.service", value)]), None);
        }
    }
}
