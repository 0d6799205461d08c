//! The files by which a container finds names: `/etc/hosts` and `/etc/resolv.conf`.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use ptctl_diagnosis::snapshot::ResolverFile;

/// The port of DNS.
const PORT: u16 = 53;
/// No resolver reads more name servers (`resolv.conf(5)`, `MAXNS`).
const SERVERS: usize = 3;
/// The largest number of dots that anybody counts.
const MOST_DOTS: u8 = 15;

/// How names are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Resolver {
    /// What the file says.
    pub(super) file: ResolverFile,
    /// How long one server has for one answer.
    pub(super) timeout: Duration,
    /// How often all servers are asked.
    pub(super) attempts: u8,
    /// Servers with a zone, as in `fe80::1%eth0`, which only the container's own resolver can ask.
    pub(super) zoned: Vec<String>,
}

impl Resolver {
    /// Reads `/etc/resolv.conf` as the C library does (`resolv.conf(5)`): of `domain` and `search` the last line counts.
    pub(super) fn read(text: &str) -> Self {
        let mut resolver = Self::default();
        for line in text.lines() {
            let line = line.split(['#', ';']).next().unwrap_or_default();
            let mut words = line.split_ascii_whitespace();
            match words.next() {
                Some("nameserver") => {
                    let all = resolver.file.servers.len() + resolver.zoned.len();
                    if let Some(word) = words.next()
                        && all < SERVERS
                    {
                        resolver.add(word);
                    }
                }
                Some("search" | "domain") => {
                    resolver.file.search = words
                        .map(|domain| domain.trim_end_matches('.').to_owned())
                        .filter(|domain| !domain.is_empty())
                        .collect();
                }
                Some("options") => words.for_each(|option| resolver.set(option)),
                Some(_) | None => {}
            }
        }
        resolver
    }

    fn add(&mut self, server: &str) {
        if let Ok(address) = server.parse::<IpAddr>() {
            self.file.servers.push(SocketAddr::new(address, PORT));
        } else if let Some((address, _)) = server.split_once('%')
            && address.parse::<IpAddr>().is_ok()
        {
            self.zoned.push(server.to_owned());
        }
    }

    fn set(&mut self, option: &str) {
        let Some((name, value)) = option.split_once(':') else {
            return;
        };
        let Ok(value) = value.parse::<u8>() else {
            return;
        };
        match name {
            "ndots" => self.file.ndots = value.min(MOST_DOTS),
            "timeout" => self.timeout = Duration::from_secs(value.clamp(1, 30).into()),
            "attempts" => self.attempts = value.clamp(1, 5),
            _ => {}
        }
    }

    /// The whole names that a name is tried as, in order.
    pub(super) fn candidates(&self, name: &str) -> Vec<String> {
        if let Some(whole) = name.strip_suffix('.') {
            return vec![whole.to_owned()];
        }
        let dots = name.bytes().filter(|byte| *byte == b'.').count();
        let searched = self
            .file
            .search
            .iter()
            .map(|domain| format!("{name}.{domain}"));
        let as_it_is = std::iter::once(name.to_owned());
        if dots >= usize::from(self.file.ndots) {
            as_it_is.chain(searched).collect()
        } else {
            searched.chain(as_it_is).collect()
        }
    }
}

impl Default for Resolver {
    fn default() -> Self {
        Self {
            file: ResolverFile {
                ndots: 1,
                ..ResolverFile::default()
            },
            timeout: Duration::from_secs(5),
            attempts: 2,
            zoned: Vec::new(),
        }
    }
}

/// The addresses that `/etc/hosts` gives to a name, each once.
pub(super) fn hosts(text: &str, name: &str) -> Vec<IpAddr> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let mut addresses = Vec::new();
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or_default();
        let mut words = line.split_ascii_whitespace();
        let Some(address) = words.next().and_then(|word| word.parse().ok()) else {
            continue;
        };
        if words.any(|alias| alias.eq_ignore_ascii_case(name)) && !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    addresses
}

/// The server that the C library asks where the file names none.
pub(super) fn own_server() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, PORT).into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_file_of_docker_is_read_with_its_options() {
        let text = "# by the engine\nnameserver 127.0.0.11\nsearch lan corp.example.\noptions ndots:0 timeout:2 attempts:9 edns0\n";
        let resolver = Resolver::read(text);
        assert_eq!(
            resolver.file.shown(),
            "nameserver 127.0.0.11, search lan corp.example, ndots:0"
        );
        assert_eq!(
            (resolver.timeout, resolver.attempts),
            (Duration::from_secs(2), 5)
        );
    }

    #[test]
    fn a_fourth_server_and_the_earlier_of_two_searches_do_not_count() {
        let text = "nameserver 1.1.1.1\nnameserver nonsense\nnameserver fe80::1%eth0\nnameserver 8.8.8.8\nnameserver 9.9.9.9\nsearch a\ndomain b\n";
        let resolver = Resolver::read(text);
        let servers: Vec<_> = resolver.file.servers.iter().map(SocketAddr::ip).collect();
        assert_eq!(servers, [IpAddr::from([1, 1, 1, 1]), [8, 8, 8, 8].into()]);
        assert_eq!(resolver.zoned, ["fe80::1%eth0"]);
        assert_eq!(resolver.file.search, ["b"]);
    }

    #[test]
    fn short_names_are_searched_first_and_names_with_dots_last() {
        let resolver = Resolver::read("search lan\n");
        assert_eq!(resolver.candidates("tempo"), ["tempo.lan", "tempo"]);
        assert_eq!(resolver.candidates("a.b"), ["a.b", "a.b.lan"]);
        assert_eq!(resolver.candidates("tempo."), ["tempo"]);
        let docker = Resolver::read("search lan\noptions ndots:0\n");
        assert_eq!(docker.candidates("tempo"), ["tempo", "tempo.lan"]);
    }

    #[test]
    fn a_name_of_the_hosts_file_has_all_its_addresses() {
        let text = "127.0.0.1\tlocalhost\n::1 ip6-localhost LOCALHOST # own\n10.0.0.9 tempo tempo.lan\nx y\n";
        let text_of = |addresses: Vec<IpAddr>| {
            addresses
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(text_of(hosts(text, "localhost")), ["127.0.0.1", "::1"]);
        assert_eq!(text_of(hosts(text, "tempo.lan.")), ["10.0.0.9"]);
        assert!(hosts(text, "own").is_empty());
    }

    proptest! {
        #[test]
        fn no_file_makes_it_stumble(text in "\\PC{0,200}", name in "\\PC{0,20}") {
            let resolver = Resolver::read(&text);
            prop_assert!(!resolver.candidates(&name).is_empty());
            prop_assert!(resolver.file.servers.len() + resolver.zoned.len() <= SERVERS);
            let _ = hosts(&text, &name);
        }
    }
}
