//! What became of a name.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// What a name came to in a namespace; the addresses themselves are the ladder's ways.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// How long it took, in microseconds.
    pub took_us: u64,
    /// What it came to.
    pub result: NameResult,
    /// What the container's `/etc/resolv.conf` says; `None` where the name needed no name server.
    #[serde(default)]
    pub file: Option<ResolverFile>,
    /// What the name servers were asked, in order.
    #[serde(default)]
    pub questions: Vec<NameQuestion>,
}

/// What a name came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "result")]
pub enum NameResult {
    /// It has addresses.
    Found {
        /// What told them.
        by: NameSource,
    },
    /// The name servers say that there is no such name.
    NoSuchName,
    /// The name exists and has no address.
    NoAddress,
    /// The name servers fail: they answer with this code of DNS.
    ServerFails {
        /// The code: `SERVFAIL`, `REFUSED`.
        code: String,
    },
    /// No name server answered in time.
    ServerSilent,
    /// No name server could be reached.
    ServerUnreachable {
        /// What the system says.
        reason: String,
    },
    /// The container has no name server.
    NoServer,
    /// Nobody can tell: a file or a name server that it takes is not to be used from here, or the time of the look was
    /// over before the name servers could answer.
    #[serde(alias = "unreadable")]
    Untold {
        /// Why.
        reason: String,
    },
    /// It is not a name that DNS can carry.
    NotAName,
}

/// What told the addresses of a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "source")]
pub enum NameSource {
    /// It is an address itself.
    Literal,
    /// The container's `/etc/hosts`.
    HostsFile,
    /// A name server.
    Server {
        /// The server.
        server: SocketAddr,
        /// The name that it knew, with the search domain that was appended.
        name: String,
    },
}

/// What a container's `/etc/resolv.conf` says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolverFile {
    /// The name servers, at most three as everybody reads them.
    pub servers: Vec<SocketAddr>,
    /// The search domains.
    pub search: Vec<String>,
    /// Names with fewer dots are tried with the search domains first.
    pub ndots: u8,
}

/// One question to a name server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameQuestion {
    /// The whole name.
    pub name: String,
    /// The server.
    pub server: SocketAddr,
    /// How long the answer took, in microseconds.
    pub took_us: u64,
    /// The answer.
    pub answer: NameAnswer,
}

/// The answer of a name server about the addresses of a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "answer")]
pub enum NameAnswer {
    /// So many addresses.
    Addresses {
        /// How many.
        count: usize,
    },
    /// `NXDOMAIN`.
    NoSuchName,
    /// No error, and no address.
    NoAddress,
    /// Another code: `SERVFAIL`, `REFUSED`.
    Code {
        /// Its word.
        code: String,
    },
    /// None in time.
    Silent,
    /// The server could not be asked.
    Failed {
        /// What the system says, or what is wrong with the answer.
        reason: String,
    },
}

impl NameAnswer {
    /// What it is, as a fragment.
    pub fn describe(&self) -> String {
        match self {
            Self::Addresses { count: 1 } => "1 address".to_owned(),
            Self::Addresses { count } => format!("{count} addresses"),
            Self::NoSuchName => "no such name (NXDOMAIN)".to_owned(),
            Self::NoAddress => "no address".to_owned(),
            Self::Code { code } => code.clone(),
            Self::Silent => "no answer".to_owned(),
            Self::Failed { reason } => reason.clone(),
        }
    }
}

impl NameResult {
    /// Whether the name has addresses.
    pub fn is_found(&self) -> bool {
        matches!(self, Self::Found { .. })
    }

    /// What it is, as a fragment.
    pub fn describe(&self) -> String {
        match self {
            Self::Found { by } => match by {
                NameSource::Literal => "an address".to_owned(),
                NameSource::HostsFile => "by /etc/hosts".to_owned(),
                NameSource::Server { server, name } => format!("`{name}` by {}", server.ip()),
            },
            Self::NoSuchName => "no such name (NXDOMAIN)".to_owned(),
            Self::NoAddress => "the name has no address".to_owned(),
            Self::ServerFails { code } => format!("the name server answers {code}"),
            Self::ServerSilent => "no name server answers".to_owned(),
            Self::ServerUnreachable { reason } => {
                format!("no name server can be reached: {reason}")
            }
            Self::NoServer => "/etc/resolv.conf names no server".to_owned(),
            Self::Untold { reason } => reason.clone(),
            Self::NotAName => "not a name that DNS can carry".to_owned(),
        }
    }
}

impl ResolverFile {
    /// As a person would read it: `nameserver 127.0.0.11, search lan, ndots:0`.
    pub fn shown(&self) -> String {
        let servers = self.servers.iter().map(|server| {
            if server.port() == 53 {
                format!("nameserver {}", server.ip())
            } else {
                format!("nameserver {server}")
            }
        });
        let search = (!self.search.is_empty()).then(|| format!("search {}", self.search.join(" ")));
        let parts: Vec<String> = servers
            .chain(search)
            .chain([format!("ndots:{}", self.ndots)])
            .collect();
        parts.join(", ")
    }
}
