//! The address of an engine.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use thiserror::Error;

/// Where an engine listens and how it is spoken to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineEndpoint {
    /// A Unix socket.
    Unix(PathBuf),
    /// Plain TCP.
    Tcp {
        /// The host name or address, without brackets.
        host: String,
        /// The port.
        port: u16,
    },
    /// TCP with TLS.
    Tls {
        /// The host name or address, without brackets.
        host: String,
        /// The port.
        port: u16,
        /// The certificates.
        material: TlsMaterial,
    },
    /// `docker system dial-stdio` on a host that `ssh` logs in to.
    Ssh {
        /// The user; `ssh` decides where unset.
        user: Option<String>,
        /// The host or an alias of `ssh`'s own configuration.
        host: String,
        /// The port; `ssh` decides where unset.
        port: Option<u16>,
    },
}

/// Whether the server's certificate is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerCheck {
    /// It must be signed by a known authority and name the host.
    Verify,
    /// Any certificate will do, as the user's own configuration says.
    Skip,
}

/// The files of a TLS connection. A file that is not there is not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsMaterial {
    /// The authority that signed the server's certificate; the public ones where unset.
    pub authority: Option<PathBuf>,
    /// The client's certificate and its key.
    pub client: Option<(PathBuf, PathBuf)>,
    /// Whether the server's certificate is checked.
    pub check: ServerCheck,
}

impl TlsMaterial {
    /// `ca.pem`, `cert.pem` and `key.pem` of a folder, as Docker names them.
    pub fn in_folder(folder: Option<&Path>, check: ServerCheck) -> Self {
        let file = |name: &str| {
            folder
                .map(|dir| dir.join(name))
                .filter(|path| path.is_file())
        };
        Self {
            authority: file("ca.pem"),
            client: file("cert.pem").zip(file("key.pem")),
            check,
        }
    }
}

/// What is wrong with an engine's address.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EndpointError {
    /// A scheme that is not spoken here.
    #[error("`{0}` is not `unix://`, `tcp://`, `http://`, `https://` or `ssh://`")]
    Scheme(String),
    /// No host or no path.
    #[error("`{0}` names no host")]
    NoHost(String),
    /// Something else than a number from 1 to 65535.
    #[error("`{0}` is not a port")]
    Port(String),
}

/// Docker's ports for plain TCP and for TLS.
const PLAIN_PORT: u16 = 2375;
const TLS_PORT: u16 = 2376;

impl EngineEndpoint {
    /// Reads an address as `DOCKER_HOST` has it; `tls` makes `tcp://` a TLS connection, as Docker's client does.
    pub fn parse(address: &str, tls: Option<TlsMaterial>) -> Result<Self, EndpointError> {
        let (scheme, rest) = match address.split_once("://") {
            Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
            None if address.starts_with('/') => ("unix".to_owned(), address),
            None => ("tcp".to_owned(), address),
        };
        match scheme.as_str() {
            "unix" if rest.is_empty() => Err(EndpointError::NoHost(address.to_owned())),
            "unix" => Ok(Self::Unix(PathBuf::from(rest))),
            "ssh" => ssh(address, rest),
            "tcp" | "http" => {
                let default = if tls.is_some() { TLS_PORT } else { PLAIN_PORT };
                let (host, port) = host_and_port(address, rest, default)?;
                Ok(match tls {
                    Some(material) => Self::Tls {
                        host,
                        port,
                        material,
                    },
                    None => Self::Tcp { host, port },
                })
            }
            "https" => {
                let (host, port) = host_and_port(address, rest, TLS_PORT)?;
                let material =
                    tls.unwrap_or_else(|| TlsMaterial::in_folder(None, ServerCheck::Verify));
                Ok(Self::Tls {
                    host,
                    port,
                    material,
                })
            }
            _ => Err(EndpointError::Scheme(scheme)),
        }
    }

    /// Whether containers of this engine can be expected on a network of this very machine.
    ///
    /// Docker Desktop's sockets lie in the home folder and lead into a virtual machine.
    pub fn is_on_this_machine(&self) -> bool {
        match self {
            Self::Unix(path) => {
                cfg!(target_os = "linux")
                    && !path.ends_with(".docker/run/docker.sock")
                    && !path.ends_with(".docker/desktop/docker.sock")
            }
            Self::Tcp { host, .. } | Self::Tls { host, .. } => {
                cfg!(target_os = "linux") && is_loopback(host)
            }
            Self::Ssh { .. } => false,
        }
    }

    /// The host on which published ports are reached from here.
    pub fn published_host(&self) -> &str {
        match self {
            Self::Unix(_) => "127.0.0.1",
            Self::Tcp { host, .. } | Self::Tls { host, .. } | Self::Ssh { host, .. } => host,
        }
    }
}

impl fmt::Display for EngineEndpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(formatter, "unix://{}", path.display()),
            Self::Tcp { host, port } | Self::Tls { host, port, .. } => {
                write!(formatter, "tcp://{}:{port}", bracketed(host))
            }
            Self::Ssh { user, host, port } => {
                formatter.write_str("ssh://")?;
                if let Some(user) = user {
                    write!(formatter, "{user}@")?;
                }
                formatter.write_str(&bracketed(host))?;
                match port {
                    Some(port) => write!(formatter, ":{port}"),
                    None => Ok(()),
                }
            }
        }
    }
}

/// A host as it stands in a URL: an IPv6 address in brackets.
pub(crate) fn bracketed(host: &str) -> std::borrow::Cow<'_, str> {
    if host.contains(':') {
        format!("[{host}]").into()
    } else {
        host.into()
    }
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn ssh(address: &str, rest: &str) -> Result<EngineEndpoint, EndpointError> {
    let authority = rest.split('/').next().unwrap_or(rest);
    let (user, host) = match authority.rsplit_once('@') {
        // A password has no place on a command line that others can read.
        Some((user, host)) => (user.split(':').next().map(str::to_owned), host),
        None => (None, authority),
    };
    let (host, port) = split_port(host)?;
    // A host that begins with a dash would be an option of `ssh`.
    if host.is_empty()
        || host.starts_with('-')
        || user.as_ref().is_some_and(|user| user.starts_with('-'))
    {
        return Err(EndpointError::NoHost(address.to_owned()));
    }
    Ok(EngineEndpoint::Ssh {
        user: user.filter(|user| !user.is_empty()),
        host: host.to_owned(),
        port,
    })
}

fn host_and_port(address: &str, rest: &str, default: u16) -> Result<(String, u16), EndpointError> {
    let authority = rest.split('/').next().unwrap_or(rest);
    let (host, port) = split_port(authority)?;
    if host.is_empty() {
        return Err(EndpointError::NoHost(address.to_owned()));
    }
    Ok((host.to_owned(), port.unwrap_or(default)))
}

fn split_port(authority: &str) -> Result<(&str, Option<u16>), EndpointError> {
    let (host, port) = match authority
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
    {
        Some((host, after)) => (host, after.strip_prefix(':')),
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    match port {
        None => Ok((host, None)),
        Some(port) => match port.parse::<u16>() {
            Ok(number) if number > 0 => Ok((host, Some(number))),
            Ok(_) | Err(_) => Err(EndpointError::Port(port.to_owned())),
        },
    }
}
