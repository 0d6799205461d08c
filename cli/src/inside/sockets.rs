//! The TCP sockets of a network namespace, as the kernel lists them.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use ptctl_diagnosis::snapshot::{Connection, ConnectionState, Sockets};
use serde::{Deserialize, Serialize};

use super::{Answer, Place, Task, Work};

/// So many connections are kept; a busy proxy has thousands that all say the same.
const CONNECTIONS: usize = 512;

/// Read the tables of TCP sockets.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SocketsTask {
    /// The remote ports whose connections are wanted; listeners are always told.
    pub(crate) ports: Vec<u16>,
}

impl From<SocketsTask> for Task {
    fn from(task: SocketsTask) -> Self {
        Self::Sockets(task)
    }
}

impl Work for SocketsTask {
    type Found = Result<Sockets, String>;

    fn found(answer: Answer) -> Option<Self::Found> {
        match answer {
            Answer::Sockets(found) => Some(found),
            _ => None,
        }
    }
}

impl SocketsTask {
    /// Reads both tables. A kernel without IPv6 has one only.
    pub(super) fn perform(&self, place: &Place) -> Result<Sockets, String> {
        let mut sockets = Sockets::default();
        let read = |name: &str| std::fs::read_to_string(place.net().join(name));
        let table = read("tcp").map_err(|error| format!("its table of sockets: {error}"))?;
        self.add(&table, &mut sockets);
        match read("tcp6") {
            Ok(table) => self.add(&table, &mut sockets),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(format!("its table of IPv6 sockets: {error}")),
        }
        sockets.listening.sort();
        sockets.listening.dedup();
        Ok(sockets)
    }

    fn add(&self, table: &str, sockets: &mut Sockets) {
        for row in table.lines().skip(1).filter_map(Row::read) {
            match row.state {
                RowState::Listening => sockets.listening.push(row.local),
                RowState::Connection(state) if self.ports.contains(&row.remote.port()) => {
                    if sockets.connections.len() < CONNECTIONS {
                        sockets.connections.push(Connection {
                            remote: row.remote,
                            state,
                            unsent_bytes: row.unsent,
                        });
                    }
                }
                RowState::Connection(_) | RowState::JustBegun => {}
            }
        }
    }
}

/// One row of a table.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    local: SocketAddr,
    remote: SocketAddr,
    state: RowState,
    unsent: u64,
}

#[derive(Debug, PartialEq, Eq)]
enum RowState {
    Listening,
    Connection(ConnectionState),
    /// A first packet whose answer may be on its way: only one that had to be sent again tells anything.
    JustBegun,
}

impl Row {
    /// `  0: 0B00007F:9D03 00000000:0000 0A 00000000:00000000 …`; `None` for what is no such row.
    fn read(row: &str) -> Option<Self> {
        let mut words = row.split_ascii_whitespace().skip(1);
        let local = address(words.next()?)?;
        let remote = address(words.next()?)?;
        let state = match words.next()? {
            "0A" => RowState::Listening,
            "01" => RowState::Connection(ConnectionState::Established),
            "02" => RowState::Connection(ConnectionState::Connecting),
            _ => RowState::Connection(ConnectionState::Closing),
        };
        let (unsent, _) = words.next()?.split_once(':')?;
        // The timer stands in between.
        let sent_again = u64::from_str_radix(words.nth(1)?, 16).ok()?;
        let state = match state {
            RowState::Connection(ConnectionState::Connecting) if sent_again == 0 => {
                RowState::JustBegun
            }
            state => state,
        };
        Some(Self {
            local,
            remote,
            state,
            unsent: u64::from_str_radix(unsent, 16).ok()?,
        })
    }
}

/// `0100007F:10DD`: the address as words of this machine's byte order, the port as a number.
fn address(text: &str) -> Option<SocketAddr> {
    let (address, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let word = |at: usize| {
        let digits = address.get(at * 8..at * 8 + 8)?;
        Some(u32::from_str_radix(digits, 16).ok()?.to_ne_bytes())
    };
    let address = match address.len() {
        8 => IpAddr::V4(Ipv4Addr::from(word(0)?)),
        32 => {
            let mut bytes = [0; 16];
            for (at, part) in bytes.chunks_exact_mut(4).enumerate() {
                part.copy_from_slice(&word(at)?);
            }
            let address = Ipv6Addr::from(bytes);
            address
                .to_ipv4_mapped()
                .map_or(IpAddr::V6(address), IpAddr::V4)
        }
        _ => return None,
    };
    Some(SocketAddr::new(address, port))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_listens_and_who_is_connected_is_read_from_the_kernel() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let _client = std::net::TcpStream::connect(address).expect("a connection");
        let task = SocketsTask {
            ports: vec![address.port()],
        };
        let sockets = task.perform(&Place::own()).expect("a table");
        assert!(sockets.listening.contains(&address));
        assert!(
            sockets
                .connections
                .iter()
                .any(|connection| connection.remote == address
                    && connection.state == ConnectionState::Established)
        );
    }

    #[test]
    fn an_unanswered_attempt_and_both_families_are_told_apart() {
        let folder = tempfile::tempdir().expect("a folder");
        let head = "  sl  local_address rem_address   st tx_queue rx_queue\n";
        let tcp = format!(
            "{head}   0: 0B00007F:9D03 00000000:0000 0A 00000000:00000000 00:00000000 00000000\n   1: 020012AC:8001 030012AC:10DD 02 00000001:00000000 01:00000064 00000002\n   2: 020012AC:8003 030012AC:10DD 02 00000001:00000000 01:00000064 00000000\n"
        );
        let tcp6 = format!(
            "{head}   0: 00000000000000000000000000000000:10DE 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000\n   1: 0000000000000000FFFF0000020012AC:8002 0000000000000000FFFF0000030012AC:10DD 01 000001F4:00000000 02:00000064 00000000\n"
        );
        std::fs::write(folder.path().join("tcp"), tcp).expect("a file");
        std::fs::write(folder.path().join("tcp6"), tcp6).expect("a file");
        let place = Place::at(folder.path(), folder.path());
        let sockets = SocketsTask { ports: vec![4317] }
            .perform(&place)
            .expect("tables");
        let address = |text: &str| text.parse::<SocketAddr>().expect("an address");
        assert_eq!(
            sockets.listening,
            [address("127.0.0.11:40195"), address("[::]:4318")]
        );
        assert_eq!(
            sockets.connections,
            [
                Connection {
                    remote: address("172.18.0.3:4317"),
                    state: ConnectionState::Connecting,
                    unsent_bytes: 1,
                },
                Connection {
                    remote: address("172.18.0.3:4317"),
                    state: ConnectionState::Established,
                    unsent_bytes: 500,
                },
            ]
        );
    }

    proptest! {
        #[test]
        fn no_row_makes_it_stumble(row in "\\PC{0,120}", hex in "[0-9A-Fa-f: ]{0,120}") {
            let _ = Row::read(&row);
            let _ = Row::read(&hex);
        }
    }
}
