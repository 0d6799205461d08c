//! A Tempo that is played: minitempo with a file of its own, and beside it what these words say, in their order.
//!
//!   print FILE               prints the lines of a recording
//!   page PATH STATUS FILE    answers a path with this status and the text of a recording; minitempo answers all others
//!   end CODE                 ends with this code, as a Tempo does that cannot start
//!   swallow PORT             takes every export by HTTP at this port, and keeps none
//!   serve FILE               runs minitempo with this configuration, whatever is mounted for Tempo; comes last

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{self, Command};
use std::thread;

/// The program that the image is of.
const PROGRAM: &str = "/tempo";
/// Where it answers in its own container, behind the pages.
const BEHIND: &str = "127.0.0.1:13200";

/// A page that is not minitempo's.
#[derive(Debug, Clone)]
struct Page {
    path: String,
    status: String,
    body: String,
}

/// Plays it until minitempo ends.
pub(crate) fn play(mut actions: &[&str]) -> io::Result<()> {
    let mut pages = Vec::new();
    loop {
        actions = match actions {
            ["print", file, rest @ ..] => {
                eprint!("{}", std::fs::read_to_string(file)?);
                rest
            }
            ["page", path, status, file, rest @ ..] => {
                pages.push(Page {
                    path: (*path).to_owned(),
                    status: (*status).to_owned(),
                    body: std::fs::read_to_string(file)?,
                });
                rest
            }
            ["swallow", port, rest @ ..] => {
                swallow(port)?;
                rest
            }
            // A flag of Tempo's own, which tells ptctl how to read its file.
            ["-config.expand-env=true", rest @ ..] => rest,
            ["end", code, ..] => {
                let unknown = || io::Error::from(io::ErrorKind::InvalidInput);
                process::exit(code.parse().map_err(|_| unknown())?)
            }
            ["serve", file] => return serve(file, pages),
            _ => {
                let unknown = "unknown action of a Tempo";
                return Err(io::Error::new(io::ErrorKind::InvalidInput, unknown));
            }
        };
    }
}

fn serve(file: &str, pages: Vec<Page>) -> io::Result<()> {
    let (_, port) = BEHIND.split_once(':').unwrap_or_default();
    let mut program = Command::new(PROGRAM);
    program.args([
        format!("-config.file={file}"),
        format!("-server.http-listen-port={port}"),
    ]);
    let mut running = program.spawn()?;
    let listener = TcpListener::bind("0.0.0.0:3200")?;
    thread::spawn(move || {
        for connection in listener.incoming() {
            let pages = pages.clone();
            // A client that goes away is nothing to speak of.
            thread::spawn(move || connection.and_then(|connection| answer(connection, &pages)));
        }
    });
    running.wait().map(|_| ())
}

/// Takes every export at a port and keeps none.
fn swallow(port: &str) -> io::Result<()> {
    let listener = TcpListener::bind(format!("0.0.0.0:{port}"))?;
    thread::spawn(move || {
        for connection in listener.incoming() {
            thread::spawn(move || connection.and_then(acknowledge));
        }
    });
    Ok(())
}

/// Answers each request of a connection as Tempo does what it took.
fn acknowledge(mut client: TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            match line.trim_end().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse().unwrap_or(0);
                }
                Some(_) => {}
                None if line == "\r\n" => break,
                None => {}
            }
        }
        io::copy(&mut reader.by_ref().take(length), &mut io::sink())?;
        let answer =
            "HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n";
        client.write_all(answer.as_bytes())?;
    }
}

/// Answers one request, itself or by what minitempo answers to it.
fn answer(client: TcpStream, pages: &[Page]) -> io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    let mut head = String::new();
    while reader.read_line(&mut head)? > 0 && !head.ends_with("\r\n\r\n") {}
    let asked = head.split([' ', '?']).nth(1).unwrap_or("/");
    let mut client = client;
    if let Some(page) = pages.iter().find(|page| page.path == asked) {
        let (status, body) = (&page.status, &page.body);
        return write!(
            client,
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
    }
    let mut server = TcpStream::connect(BEHIND)?;
    // One request a connection: the next may be for one of the pages.
    let head = head.replacen("\r\n", "\r\nConnection: close\r\n", 1);
    server.write_all(head.as_bytes())?;
    server.write_all(reader.buffer())?;
    io::copy(&mut server, &mut client)?;
    client.shutdown(Shutdown::Both)
}
