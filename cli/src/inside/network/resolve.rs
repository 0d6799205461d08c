//! The first rung: a name becomes addresses, as the container's own files and name servers have it.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use ptctl_diagnosis::snapshot::{
    NameAnswer, NameQuestion, NameResult, NameSource, Resolution, ResolverFile,
};
use tokio::time::Instant;

use super::{
    clock::micros,
    dns::{self, Family, NotAName, Query, ResponseCode},
    resolver_file::{Resolver, hosts, own_server},
};
use crate::{clients::deadline::Deadline, inside::Place};

/// No server is waited for longer: whoever looks is waiting.
const PATIENCE: Duration = Duration::from_secs(1);

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
            hosts: read(place, "etc/hosts")?,
            resolver: Resolver::read(&read(place, "etc/resolv.conf")?),
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
        if servers.is_empty() {
            servers.push(own_server());
        }
        let mut worst = NameResult::NoSuchName;
        for name in resolver.candidates(host) {
            match self.ask_all(&name, &servers, &resolver).await {
                Ok(found) => return Ok(found),
                Err(NameResult::NotAName) => return Err(NameResult::NotAName),
                Err(result) => worst = graver(worst, result),
            }
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
        for _ in 0..resolver.attempts {
            for server in servers {
                if self.deadline.has_passed() {
                    return Err(worst.unwrap_or(NameResult::ServerSilent));
                }
                let begun = Instant::now();
                let limit = self.deadline.capped(resolver.timeout.min(PATIENCE));
                let (answer, addresses) = ask_one(*server, name, limit)
                    .await
                    .map_err(|NotAName| NameResult::NotAName)?;
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

/// Asks one server for both families at once.
async fn ask_one(
    server: SocketAddr,
    name: &str,
    deadline: Deadline,
) -> Result<(NameAnswer, Vec<IpAddr>), NotAName> {
    let v4 = Query::new(random_id(), name, Family::V4)?;
    let v6 = Query::new(random_id(), name, Family::V6)?;
    let (v4, v6) = tokio::join!(
        deadline.cut(dns::ask(server, &v4)),
        deadline.cut(dns::ask(server, &v6)),
    );
    let mut addresses = Vec::new();
    let mut answers = Vec::new();
    for answer in [v4, v6] {
        answers.push(match answer {
            Ok(Ok(answer)) => {
                addresses.extend(&answer.addresses);
                match answer.code {
                    ResponseCode::Ok if answer.addresses.is_empty() => NameAnswer::NoAddress,
                    ResponseCode::Ok => NameAnswer::Addresses {
                        count: answer.addresses.len(),
                    },
                    ResponseCode::NoSuchName => NameAnswer::NoSuchName,
                    ResponseCode::Other(_) => NameAnswer::Code {
                        code: answer.code.word(),
                    },
                }
            }
            Ok(Err(error)) => NameAnswer::Failed {
                reason: error.to_string(),
            },
            Err(_) => NameAnswer::Silent,
        });
    }
    if !addresses.is_empty() {
        let count = addresses.len();
        return Ok((NameAnswer::Addresses { count }, addresses));
    }
    // Of two answers without addresses, the one that says least about the name counts: the other may be a guess.
    let answer = answers
        .into_iter()
        .max_by_key(gravity)
        .unwrap_or(NameAnswer::Silent);
    Ok((answer, addresses))
}

fn gravity(answer: &NameAnswer) -> u8 {
    match answer {
        NameAnswer::Addresses { .. } => 0,
        NameAnswer::NoSuchName => 1,
        NameAnswer::NoAddress => 2,
        NameAnswer::Code { .. } => 3,
        NameAnswer::Failed { .. } => 4,
        NameAnswer::Silent => 5,
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
        NameResult::NoServer | NameResult::Unreadable { .. } | NameResult::NotAName => 5,
    };
    if gravity(&other) > gravity(&one) {
        other
    } else {
        one
    }
}

/// A file of the container; one that is not there says nothing.
fn read(place: &Place, path: &str) -> Result<String, NameResult> {
    match std::fs::read(place.file(path)) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(NameResult::Unreadable {
            reason: format!("/{path}: {error}"),
        }),
    }
}

/// A number that nobody guesses.
fn random_id() -> u16 {
    let [first, second, ..] = *uuid::Uuid::new_v4().as_bytes();
    u16::from_be_bytes([first, second])
}

/// The addresses of a name in the place where this runs; none where nobody knows it.
pub(in crate::inside) async fn addresses_of(
    host: &str,
    place: &Place,
    deadline: Deadline,
) -> Vec<IpAddr> {
    resolve(host, place, deadline).await.addresses
}
