//! Which hosts may be scraped although their addresses are forbidden: for intranets and tests.

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use service_kit::Setting;
use thiserror::Error;
use url::Host;

use super::address::{Forbidden, forbidden};

/// Host names and networks that are allowed, from a comma-separated list. Empty by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowList {
    names: Vec<String>,
    networks: Vec<IpNet>,
}

impl AllowList {
    /// Whether the list names this host, so that whatever it resolves to is allowed.
    pub fn names_host(&self, host: &str) -> bool {
        let host = normal(host);
        self.names.contains(&host)
    }

    /// Says why a request must not go to `address`, or nothing where it may.
    pub fn refusal(&self, address: IpAddr) -> Option<Forbidden> {
        let canonical = address.to_canonical();
        let allowed = self
            .networks
            .iter()
            .any(|network| network.contains(&canonical));
        if allowed { None } else { forbidden(address) }
    }
}

/// Host names compare without case and without the dot of the root.
fn normal(host: &str) -> String {
    host.trim_end_matches('.').to_ascii_lowercase()
}

/// The text is no list of hosts.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("`{0}` is no host name, IP address or network")]
pub struct NotAHost(String);

impl FromStr for AllowList {
    type Err = NotAHost;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut list = Self::default();
        for entry in text
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
        {
            let bare = entry
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'))
                .unwrap_or(entry);
            if let Ok(address) = bare.parse::<IpAddr>() {
                list.networks.push(IpNet::from(address.to_canonical()));
            } else if let Ok(network) = entry.parse::<IpNet>() {
                list.networks.push(network.trunc());
            } else {
                match Host::parse(entry) {
                    Ok(Host::Domain(name)) => list.names.push(normal(&name)),
                    Ok(Host::Ipv4(_) | Host::Ipv6(_)) | Err(_) => {
                        return Err(NotAHost(entry.to_owned()));
                    }
                }
            }
        }
        Ok(list)
    }
}

impl Setting for AllowList {
    const FORM: &'static str = "a comma-separated list of host names, IP addresses or networks, such as `wiki.internal,10.1.0.0/16`";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> AllowList {
        text.parse().unwrap()
    }

    #[test]
    fn a_listed_network_is_allowed_and_its_neighbours_are_not() {
        let list = list("10.1.0.0/16, 127.0.0.1");
        assert_eq!(list.refusal("10.1.2.3".parse().unwrap()), None);
        assert_eq!(
            list.refusal("10.2.0.1".parse().unwrap()),
            Some(Forbidden::Private)
        );
        assert_eq!(
            list.refusal("127.0.0.2".parse().unwrap()),
            Some(Forbidden::Loopback)
        );
    }

    #[test]
    fn a_mapped_spelling_of_a_listed_address_is_allowed_too() {
        assert_eq!(
            list("127.0.0.1").refusal("::ffff:127.0.0.1".parse().unwrap()),
            None
        );
    }

    #[test]
    fn host_names_compare_without_case_and_final_dot() {
        let list = list("Wiki.Internal");
        assert!(list.names_host("wiki.internal."));
        assert!(!list.names_host("evil-wiki.internal") && !list.names_host("internal"));
    }

    #[test]
    fn what_is_no_host_is_refused_by_name() {
        assert_eq!(
            "wiki,10.0.0.0/99".parse::<AllowList>(),
            Err(NotAHost("10.0.0.0/99".into()))
        );
        assert_eq!(
            "http://wiki".parse::<AllowList>(),
            Err(NotAHost("http://wiki".into()))
        );
    }
}
