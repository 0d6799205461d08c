//! Names, by a name server of every kind.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use ptctl_diagnosis::snapshot::{NameAnswer, NameResult, NameSource, ResolverFile};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, UdpSocket},
    task::JoinSet,
};

use crate::{
    clients::deadline::Deadline,
    inside::network::{
        resolve::{Files, Resolved, resolve_by},
        resolver_file::Resolver,
    },
};

/// What a name server does with a question for `A`; it has no address of IPv6.
#[derive(Debug, Clone, Copy)]
enum Does {
    /// It knows these addresses of every name.
    Knows(&'static [[u8; 4]]),
    /// It knows an address of names that end so, and nothing of others.
    KnowsIn(&'static str),
    /// It answers with this code.
    Says(u8),
    /// It knows more than fits, so that it is asked by TCP.
    KnowsTooMuch,
    /// It answers nothing.
    Nothing,
    /// It answers what nobody can read.
    Nonsense,
}

/// A name server on the loopback until it is dropped.
struct Server {
    address: SocketAddr,
    _serving: JoinSet<()>,
}

impl Server {
    async fn start(does: Does) -> Self {
        // Both transports have one port; another program may have the other half of a first one.
        let (udp, tcp) = loop {
            let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))
                .await
                .expect("a free port");
            let address = udp.local_addr().expect("an address");
            if let Ok(tcp) = TcpListener::bind(address).await {
                break (udp, tcp);
            }
        };
        let address = udp.local_addr().expect("an address");
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut buffer = [0; 512];
            while let Ok((length, from)) = udp.recv_from(&mut buffer).await {
                if let Some(answer) = answer(&buffer[..length], does, Transport::Udp) {
                    udp.send_to(&answer, from).await.ok();
                }
            }
        });
        serving.spawn(async move {
            while let Ok((mut stream, _)) = tcp.accept().await {
                let Ok(length) = stream.read_u16().await else {
                    continue;
                };
                let mut query = vec![0; usize::from(length)];
                if stream.read_exact(&mut query).await.is_ok()
                    && let Some(answer) = answer(&query, does, Transport::Tcp)
                {
                    let length = u16::try_from(answer.len()).expect("short");
                    stream.write_u16(length).await.ok();
                    stream.write_all(&answer).await.ok();
                }
            }
        });
        Self {
            address,
            _serving: serving,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transport {
    Udp,
    Tcp,
}

fn answer(query: &[u8], does: Does, transport: Transport) -> Option<Vec<u8>> {
    const MANY: &[[u8; 4]] = &[[10, 0, 0, 7]; 1];
    let is_v4 = query[query.len() - 4..query.len() - 2] == [0, 1];
    let name = String::from_utf8_lossy(&query[12..query.len() - 5]).into_owned();
    let (flags, addresses): (u16, &[[u8; 4]]) = match does {
        Does::Nothing => return None,
        Does::Nonsense => (0x8180, &[]),
        Does::Says(code) => (0x8180 | u16::from(code), &[]),
        Does::Knows(addresses) => (0x8180, addresses),
        Does::KnowsIn(domain) if name.ends_with(domain) => (0x8180, &[[10, 0, 0, 9]]),
        Does::KnowsIn(_) => (0x8183, &[]),
        Does::KnowsTooMuch if transport == Transport::Udp => (0x8380, &[]),
        Does::KnowsTooMuch => (0x8180, MANY),
    };
    let addresses = if is_v4 { addresses } else { &[] };
    let mut message = query.to_vec();
    message[2..4].copy_from_slice(&flags.to_be_bytes());
    message[7] = u8::try_from(addresses.len()).expect("few");
    if matches!(does, Does::Nonsense) {
        message[7] = 3;
    }
    for address in addresses {
        message.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4]);
        message.extend(address);
    }
    Some(message)
}

/// Resolves `tempo` by these servers and search domains.
async fn resolved(servers: &[SocketAddr], search: &[&str], hosts: &str) -> Resolved {
    let files = Files {
        hosts: hosts.to_owned(),
        resolver: Resolver {
            file: ResolverFile {
                servers: servers.to_vec(),
                search: search.iter().map(|domain| (*domain).to_owned()).collect(),
                ndots: 1,
            },
            timeout: Duration::from_millis(300),
            attempts: 1,
            zoned: Vec::new(),
        },
    };
    resolve_by("tempo", Ok(files), Deadline::after(Duration::from_secs(20))).await
}

fn found(server: &Server, name: &str) -> NameResult {
    NameResult::Found {
        by: NameSource::Server {
            server: server.address,
            name: name.to_owned(),
        },
    }
}

#[tokio::test]
async fn every_address_of_a_name_is_found() {
    let server = Server::start(Does::Knows(&[[10, 0, 0, 5], [10, 0, 0, 6]])).await;
    let resolved = resolved(&[server.address], &[], "").await;
    assert_eq!(resolved.resolution.result, found(&server, "tempo"));
    assert_eq!(resolved.addresses.len(), 2);
}

#[tokio::test]
async fn an_answer_that_does_not_fit_is_asked_for_by_tcp() {
    let server = Server::start(Does::KnowsTooMuch).await;
    let resolved = resolved(&[server.address], &[], "").await;
    assert_eq!(resolved.resolution.result, found(&server, "tempo"));
    assert_eq!(resolved.addresses.len(), 1);
}

#[tokio::test]
async fn search_domains_are_tried_in_their_order() {
    let server = Server::start(Does::KnowsIn("lan")).await;
    let resolved = resolved(&[server.address], &["corp", "lan"], "").await;
    assert_eq!(resolved.resolution.result, found(&server, "tempo.lan"));
    let asked: Vec<_> = resolved
        .resolution
        .questions
        .iter()
        .map(|question| question.name.as_str())
        .collect();
    assert_eq!(asked, ["tempo.corp", "tempo.lan"]);
}

#[tokio::test]
async fn the_hosts_file_comes_first_and_asks_nobody() {
    let resolved = resolved(&[], &[], "10.0.0.8 tempo\n").await;
    let expected = NameResult::Found {
        by: NameSource::HostsFile,
    };
    assert_eq!(resolved.resolution.result, expected);
    assert!(resolved.resolution.questions.is_empty());
    assert!(resolved.resolution.file.is_none());
}

#[tokio::test]
async fn every_way_of_not_knowing_is_told_apart() {
    let code = |word: &str| NameResult::ServerFails {
        code: word.to_owned(),
    };
    for (does, expected) in [
        (Does::Says(3), NameResult::NoSuchName),
        (Does::Knows(&[]), NameResult::NoAddress),
        (Does::Says(2), code("SERVFAIL")),
        (Does::Says(5), code("REFUSED")),
        (Does::Nothing, NameResult::ServerSilent),
    ] {
        let server = Server::start(does).await;
        let resolved = resolved(&[server.address], &[], "").await;
        assert_eq!(resolved.resolution.result, expected, "{does:?}");
    }
    let server = Server::start(Does::Nonsense).await;
    let resolved = resolved(&[server.address], &[], "").await;
    let NameResult::ServerUnreachable { reason } = &resolved.resolution.result else {
        panic!("{:?}", resolved.resolution);
    };
    assert!(reason.contains("malformed"), "{reason}");
}

#[tokio::test]
async fn where_nobody_answers_dns_the_refusal_is_told() {
    let gone = {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a port");
        socket.local_addr().expect("an address")
    };
    let resolved = resolved(&[gone], &[], "").await;
    assert!(
        matches!(
            &resolved.resolution.result,
            NameResult::ServerUnreachable { .. }
        ),
        "{:?}",
        resolved.resolution
    );
}

#[tokio::test]
async fn a_second_server_is_asked_where_the_first_one_fails() {
    let bad = Server::start(Does::Says(2)).await;
    let good = Server::start(Does::Knows(&[[10, 0, 0, 5]])).await;
    let resolved = resolved(&[bad.address, good.address], &[], "").await;
    assert_eq!(resolved.resolution.result, found(&good, "tempo"));
    let answers: Vec<_> = resolved
        .resolution
        .questions
        .iter()
        .map(|question| question.answer.clone())
        .collect();
    let fails = NameAnswer::Code {
        code: "SERVFAIL".to_owned(),
    };
    assert_eq!(answers, [fails, NameAnswer::Addresses { count: 1 }]);
}

#[tokio::test]
async fn a_server_that_knows_that_there_is_nothing_is_believed() {
    let first = Server::start(Does::Says(3)).await;
    let second = Server::start(Does::Knows(&[[10, 0, 0, 5]])).await;
    let resolved = resolved(&[first.address, second.address], &[], "").await;
    assert_eq!(resolved.resolution.result, NameResult::NoSuchName);
    assert_eq!(resolved.resolution.questions.len(), 1);
}

/// Resolves `tempo` by these files within this time.
async fn within(time: Duration, servers: &[SocketAddr], zoned: &[&str]) -> Resolved {
    let files = Files {
        hosts: String::new(),
        resolver: Resolver {
            file: ResolverFile {
                servers: servers.to_vec(),
                search: Vec::new(),
                ndots: 0,
            },
            timeout: Duration::from_secs(5),
            attempts: 2,
            zoned: zoned.iter().map(|server| (*server).to_owned()).collect(),
        },
    };
    resolve_by("tempo", Ok(files), Deadline::after(time)).await
}

#[tokio::test]
async fn a_server_that_was_not_waited_for_as_long_as_the_container_waits_is_not_silent() {
    let slow = Server::start(Does::Nothing).await;
    let resolved = within(Duration::from_millis(200), &[slow.address], &[]).await;
    let NameResult::Untold { reason } = &resolved.resolution.result else {
        panic!("{:?}", resolved.resolution);
    };
    assert!(reason.contains("time of the look"), "{reason}");
}

#[tokio::test]
async fn a_server_that_only_the_container_can_ask_leaves_the_name_untold() {
    let knows_nothing = Server::start(Does::Says(3)).await;
    for servers in [&[knows_nothing.address][..], &[]] {
        let resolved = within(Duration::from_secs(5), servers, &["fe80::1%eth0"]).await;
        assert!(
            matches!(resolved.resolution.result, NameResult::Untold { .. }),
            "{:?}",
            resolved.resolution
        );
    }
    let knows = Server::start(Does::Knows(&[[10, 0, 0, 5]])).await;
    let resolved = within(Duration::from_secs(5), &[knows.address], &["fe80::1%eth0"]).await;
    assert_eq!(resolved.resolution.result, found(&knows, "tempo"));
}
