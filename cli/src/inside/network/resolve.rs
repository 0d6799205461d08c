//! The first rung: a name becomes addresses, as the container's own files and name servers have it.

mod question;

use std::{
    io,
    net::{IpAddr, SocketAddr},
};

use ptctl_diagnosis::snapshot::{
    NameAnswer, NameQuestion, NameResult, NameSource, Resolution, ResolverFile,
};
use tokio::time::Instant;

use self::question::{NoAnswer, ask_one};
use super::{
    clock::micros,
    files,
    resolver_file::{Resolver, hosts, own_server},
    untold::Untold,
};
use crate::{clients::deadline::Deadline, inside::Place};

/// What a name came to, with its addresses in the order in which they were given.
pub(super) struct Resolved {
    pub(super) resolution: Resolution,
    pub(super) addresses: Vec<IpAddr>,
}

/// What a container finds names by.
#[derive(Debug)]
pub(super) struct Files {
    /// The text of `/etc/hosts`.
    pub(super) hosts: String,
    /// What `/etc/resolv.conf` says.
    pub(super) resolver: Resolver,
}

impl Files {
    fn read(place: &Place) -> Result<Self, NameResult> {
        Ok(Self {
            hosts: read(place, "/etc/hosts")?,
            resolver: Resolver::read(&read(place, "/etc/resolv.conf")?),
        })
    }
}

/// Resolves a name in the place where this runs.
pub(super) async fn resolve(host: &str, place: &Place, deadline: Deadline) -> Resolved {
    resolve_by(host, Files::read(place), deadline).await
}

/// Resolves a name by these files.
pub(super) async fn resolve_by(
    host: &str,
    files: Result<Files, NameResult>,
    deadline: Deadline,
) -> Resolved {
    let begun = Instant::now();
    let mut search = Search {
        questions: Vec::new(),
        file: None,
        deadline,
    };
    let (result, addresses) = match search.run(host, files).await {
        Ok((by, addresses)) => (NameResult::Found { by }, addresses),
        Err(result) => (result, Vec::new()),
    };
    Resolved {
        resolution: Resolution {
            took_us: micros(begun),
            result,
            file: search.file,
            questions: search.questions,
        },
        addresses,
    }
}

/// A search under way, and what it has seen so far.
struct Search {
    questions: Vec<NameQuestion>,
    file: Option<ResolverFile>,
    deadline: Deadline,
}

impl Search {
    async fn run(
        &mut self,
        host: &str,
        files: Result<Files, NameResult>,
    ) -> Result<(NameSource, Vec<IpAddr>), NameResult> {
        if let Ok(address) = host.parse() {
            return Ok((NameSource::Literal, vec![address]));
        }
        let Files {
            hosts: listed,
            resolver,
        } = files?;
        let listed = hosts(&listed, host);
        if !listed.is_empty() {
            return Ok((NameSource::HostsFile, listed));
        }
        self.file = Some(resolver.file.clone());
        let mut servers = resolver.file.servers.clone();
        if let (true, Some(server)) = (servers.is_empty(), resolver.zoned.first()) {
            return Err(zoned(server));
        }
        if servers.is_empty() {
            servers.push(own_server());
        }
        let mut worst = NameResult::NoSuchName;
        for name in resolver.candidates(host) {
            match self.ask_all(&name, &servers, &resolver).await {
                Ok(found) => return Ok(found),
                Err(result @ (NameResult::NotAName | NameResult::Untold { .. })) => {
                    return Err(result);
                }
                Err(result) => worst = graver(worst, result),
            }
        }
        // The one that was not asked may know what the others do not.
        if let Some(server) = resolver.zoned.first() {
            return Err(zoned(server));
        }
        if resolver.file.servers.is_empty() && worst != NameResult::NoSuchName {
            return Err(NameResult::NoServer);
        }
        Err(worst)
    }

    /// Asks one server after the other for one whole name, until one of them knows.
    async fn ask_all(
        &mut self,
        name: &str,
        servers: &[SocketAddr],
        resolver: &Resolver,
    ) -> Result<(NameSource, Vec<IpAddr>), NameResult> {
        let mut worst = None;
        for attempt in 0..resolver.attempts {
            for server in servers {
                let begun = Instant::now();
                let asked = ask_one(*server, name, resolver.timeout, self.deadline).await;
                let (answer, addresses) = match asked {
                    Ok(heard) => heard,
                    Err(NoAnswer::NotAName) => return Err(NameResult::NotAName),
                    // Each of them has been waited for as long as the container's own resolver waits.
                    Err(NoAnswer::CutShort) if attempt > 0 => break,
                    Err(NoAnswer::CutShort) => {
                        let Untold(reason) = Untold::over();
                        return Err(NameResult::Untold { reason });
                    }
                    Err(NoAnswer::Untold(Untold(reason))) => {
                        return Err(NameResult::Untold { reason });
                    }
                };
                self.questions.push(NameQuestion {
                    name: name.to_owned(),
                    server: *server,
                    took_us: micros(begun),
                    answer: answer.clone(),
                });
                match result_of(answer) {
                    None => {
                        let by = NameSource::Server {
                            server: *server,
                            name: name.to_owned(),
                        };
                        return Ok((by, addresses));
                    }
                    // A server that knows that there is nothing is believed; one that fails is passed over.
                    Some(result @ (NameResult::NoSuchName | NameResult::NoAddress)) => {
                        return Err(result);
                    }
                    Some(result) => worst = Some(result),
                }
            }
        }
        Err(worst.unwrap_or(NameResult::ServerSilent))
    }
}

fn result_of(answer: NameAnswer) -> Option<NameResult> {
    match answer {
        NameAnswer::Addresses { .. } => None,
        NameAnswer::NoSuchName => Some(NameResult::NoSuchName),
        NameAnswer::NoAddress => Some(NameResult::NoAddress),
        NameAnswer::Code { code } => Some(NameResult::ServerFails { code }),
        NameAnswer::Silent => Some(NameResult::ServerSilent),
        NameAnswer::Failed { reason } => Some(NameResult::ServerUnreachable { reason }),
    }
}

/// Of the results of two candidates the one that leaves more open: a server that failed for one of them may know it.
fn graver(one: NameResult, other: NameResult) -> NameResult {
    let gravity = |result: &NameResult| match result {
        NameResult::Found { .. } | NameResult::NoSuchName => 0,
        NameResult::NoAddress => 1,
        NameResult::ServerFails { .. } => 2,
        NameResult::ServerUnreachable { .. } => 3,
        NameResult::ServerSilent => 4,
        NameResult::NoServer | NameResult::Untold { .. } | NameResult::NotAName => 5,
    };
    if gravity(&other) > gravity(&one) {
        other
    } else {
        one
    }
}

/// A file of the container; one that is not there says nothing.
fn read(place: &Place, path: &str) -> Result<String, NameResult> {
    match files::read(place, path) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(NameResult::Untold {
            reason: format!("`{path}` of the container cannot be read: {error}"),
        }),
    }
}

fn zoned(server: &str) -> NameResult {
    NameResult::Untold {
        reason: format!("its name server `{server}` cannot be asked from here"),
    }
}

/// The addresses of a name in the place where this runs, or why there are none.
pub(in crate::inside) async fn addresses_of(
    host: &str,
    place: &Place,
    deadline: Deadline,
) -> Result<Vec<IpAddr>, NameResult> {
    let resolved = resolve(host, place, deadline).await;
    match resolved.resolution.result {
        NameResult::Found { .. } => Ok(resolved.addresses),
        result => Err(result),
    }
}
