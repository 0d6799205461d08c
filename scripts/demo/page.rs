//! The web page that the demo has scraped: one HTML page on port 8080, whatever is asked for, with nothing but the
//! standard library. `scripts/images` compiles it by itself, so it is no part of the workspace.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

const PAGE: &str = include_str!("page.html");

fn main() -> io::Result<()> {
    let listener = TcpListener::bind(("0.0.0.0", 8080))?;
    for connection in listener.incoming() {
        if let Err(error) = connection.and_then(answer) {
            eprintln!("a visitor went without the page: {error}");
        }
    }
    Ok(())
}

/// Reads one request head, at most 8 KiB of it, and sends the page.
fn answer(mut connection: TcpStream) -> io::Result<()> {
    connection.set_read_timeout(Some(Duration::from_secs(5)))?;
    connection.set_write_timeout(Some(Duration::from_secs(5)))?;
    let mut head = io::Read::take(BufReader::new(connection.try_clone()?), 8 * 1024);
    let mut line = String::new();
    while head.read_line(&mut line)? > 0 && !line.trim_end().is_empty() {
        line.clear();
    }
    write!(
        connection,
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{PAGE}",
        PAGE.len()
    )
}
