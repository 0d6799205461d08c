//! Ports of the engine's host: who has one, and which one the engine could not give.

use std::net::IpAddr;

use crate::{
    snapshot::{ContainerId, PublishedPort},
    view::Stack,
};

/// A port of the host that the engine could not give, in its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::checks) struct Refusal<'e> {
    /// The address on the host.
    pub(in crate::checks) address: &'e str,
    /// The port.
    pub(in crate::checks) port: u16,
}

/// Reads `Bind for 0.0.0.0:4317 failed: port is already allocated` and
/// `listen tcp4 0.0.0.0:4317: bind: address already in use`.
pub(in crate::checks) fn refusal(error: &str) -> Option<Refusal<'_>> {
    let authority = if error.contains("port is already allocated") {
        let (_, rest) = error.split_once("Bind for ")?;
        rest.split_once(" failed")?.0
    } else if error.contains("address already in use") {
        let (_, rest) = error.split_once("listen tcp")?;
        let (_, rest) = rest.split_once(' ')?;
        rest.split_once(": bind")?.0
    } else {
        return None;
    };
    let (address, port) = authority.rsplit_once(':')?;
    Some(Refusal {
        address: address.trim_matches(['[', ']']),
        port: port.parse().ok()?,
    })
}

/// The running container of the engine that has a port of the host, by name; `except` is the one that wants it.
pub(in crate::checks) fn holder<'s>(
    stack: &Stack<'s>,
    address: &str,
    port: u16,
    except: &ContainerId,
) -> Option<&'s str> {
    let has = |published: &[PublishedPort]| {
        published
            .iter()
            .any(|own| own.host_port == port && overlap(&own.host_address, address))
    };
    let snapshot = stack.snapshot;
    let inside = snapshot
        .containers
        .iter()
        .filter(|other| other.id != *except && other.is_running())
        .find(|other| has(&other.published_ports))
        .map(|other| other.name.as_str());
    inside.or_else(|| {
        snapshot
            .elsewhere
            .iter()
            .filter(|other| other.status.is_running())
            .find(|other| has(&other.published_ports))
            .map(|other| other.name.as_str())
    })
}

/// Whether two addresses of the host cannot both have one port.
fn overlap(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    match (one.parse::<IpAddr>(), other.parse::<IpAddr>()) {
        (Ok(one), Ok(other)) => {
            one.is_ipv4() == other.is_ipv4() && (one.is_unspecified() || other.is_unspecified())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_engine_s_sentences_name_the_port() {
        for (error, address, port) in [
            (
                "driver failed programming external connectivity on endpoint shop_tempo_1 (0011): Bind for 0.0.0.0:4317 failed: port is already allocated",
                "0.0.0.0",
                4317,
            ),
            (
                "driver failed programming external connectivity on endpoint a (0): Error starting userland proxy: listen tcp4 127.0.0.1:3200: bind: address already in use",
                "127.0.0.1",
                3200,
            ),
            (
                "failed to set up container networking: driver failed programming external connectivity on endpoint a: failed to bind host port for [::]:4318:172.18.0.2:4318/tcp: address already in use; listen tcp [::]:4318: bind: address already in use",
                "::",
                4318,
            ),
        ] {
            assert_eq!(refusal(error), Some(Refusal { address, port }), "{error}");
        }
        assert_eq!(refusal("exec format error"), None);
    }

    #[test]
    fn addresses_overlap_where_one_of_them_is_all() {
        assert!(overlap("0.0.0.0", "127.0.0.1"));
        assert!(!overlap("127.0.0.1", "127.0.0.2"));
        assert!(!overlap("::", "0.0.0.0"));
    }

    proptest! {
        #[test]
        fn no_error_is_too_strange(error in "(Bind for |listen tcp)?[0-9.:\\[\\] é]{0,24}( failed|: bind)?.{0,9}(port is already allocated|address already in use)?") {
            let _ = refusal(&error);
        }
    }
}
