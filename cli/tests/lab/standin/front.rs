//! A Tempo that finds traces and cannot read them: it passes everything on to one behind it, but a question for a trace by
//! its id, to which it gives Tempo's own answer for one that it does not have.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

/// The ports for queries and for spans.
const QUERIES: u16 = 3200;
const SPANS: [u16; 2] = [4317, 4318];
/// What Tempo 3.0 answers for a trace that it does not have: no body, no type.
const NO_SUCH_TRACE: &str = "HTTP/1.1 404 Not Found\r\nVary: Accept-Encoding\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// Stands before the Tempo of this name.
pub(crate) fn play(behind: &str) -> io::Result<()> {
    for port in SPANS {
        let listener = TcpListener::bind(("0.0.0.0", port))?;
        let target = format!("{behind}:{port}");
        thread::spawn(move || crate::collector::forward(&listener, &target));
    }
    let listener = TcpListener::bind(("0.0.0.0", QUERIES))?;
    for connection in listener.incoming() {
        let behind = behind.to_owned();
        thread::spawn(move || {
            // A client that goes away is nothing to speak of.
            connection.and_then(|connection| answer(connection, &behind))
        });
    }
    Ok(())
}

/// One request for one connection, so that every request is looked at.
fn answer(mut client: TcpStream, behind: &str) -> io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Ok(());
        }
    }
    let path = head.split(' ').nth(1).unwrap_or_default();
    if path.starts_with("/api/traces/") || path.starts_with("/api/v2/traces/") {
        return client.write_all(NO_SUCH_TRACE.as_bytes());
    }
    let mut tempo = TcpStream::connect((behind, QUERIES))?;
    let lines = head.trim_end().split("\r\n");
    let kept = lines.filter(|line| !line.to_ascii_lowercase().starts_with("connection:"));
    for line in kept {
        write!(tempo, "{line}\r\n")?;
    }
    tempo.write_all(b"Connection: close\r\n\r\n")?;
    io::copy(&mut tempo, &mut client)?;
    client.shutdown(Shutdown::Both)
}
