//! Plays what the fault lab cannot have, with nothing but the standard library:
//!
//!   standin answer PORT STATUS CONTENT-TYPE BODY    answers every HTTP request with this
//!   standin log PORT                                serves pages and logs each request as JSON, without a trace id
//!   standin hang-up PORT                            takes every connection, and closes it after the request's first line
//!   standin names                                   knows no name: answers every question of DNS with NXDOMAIN
//!   standin names fail                              answers that it could not ask, as one does whose own server is away
//!   standin append FILE LINE TIMES                  writes a line at the end of a file so often and ends
//!   standin hold                                    does nothing, as a database without tracing does
//!   standin recorded-tempo -config.file=FILE ACTION...
//!                                                   plays a Tempo, whose file it does not read: see [`recorded_tempo`]
//!   standin collector --config=FILE ACTION...       plays a collector, whose configuration it does not read: see
//!                                                   [`collector`]
//!   standin tempo -config.file=FILE STORE           stands before a Tempo, and finds no trace by its id: see [`front`]
//!   standin pages PORT                              plays a program with an HTTP API: see [`pages`]
//!   standin fail FILE                               prints the lines of a recording and ends with exit code 1
//!
//! What a program would print that it plays stands in a recording; it makes up nothing.

mod collector;
mod front;
mod pages;
mod recorded_tempo;

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["answer", port, status, content_type, body] => serve(port, |connection| {
            reply(connection, status, content_type, body).map(|_| ())
        }),
        ["log", port] => serve(port, |connection| {
            let path = reply(connection, "200 OK", "text/plain", "ok\n")?;
            log(&path)
        }),
        ["hang-up", port] => serve(port, |connection| {
            BufReader::new(connection)
                .read_line(&mut String::new())
                .map(|_| ())
        }),
        ["recorded-tempo", config, actions @ ..] if config.starts_with("-config.file=") => {
            recorded_tempo::play(actions)
        }
        ["names"] => answer_names(NO_SUCH_NAME),
        ["names", "fail"] => answer_names(FAILURE),
        ["append", file, line, times] => {
            let times = times.parse().map_err(io::Error::other)?;
            std::fs::OpenOptions::new()
                .append(true)
                .open(file)?
                .write_all(format!("{line}\n").repeat(times).as_bytes())
        }
        ["collector", config, actions @ ..] if config.starts_with("--config=") => {
            collector::play(actions)
        }
        ["tempo", config, behind] if config.starts_with("-config.file=") => front::play(behind),
        ["pages", port] => serve(port, pages::answer),
        ["fail", file] => {
            eprint!("{}", std::fs::read_to_string(file)?);
            std::process::exit(1)
        }
        ["hold"] => loop {
            std::thread::park();
        },
        _ => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "unknown part to play",
        )),
    }
}

fn serve(port: &str, answer: impl Fn(TcpStream) -> io::Result<()>) -> io::Result<()> {
    let port = port
        .parse()
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "not a port"))?;
    let listener = TcpListener::bind(("0.0.0.0", port))?;
    for connection in listener.incoming() {
        // A client that goes away, as exporters do, is nothing to speak of.
        if connection.and_then(&answer).is_err() {
            continue;
        }
    }
    Ok(())
}

/// Reads one request with its body, answers it and returns its path.
fn reply(
    connection: TcpStream,
    status: &str,
    content_type: &str,
    body: &str,
) -> io::Result<String> {
    let path = request(&connection)?;
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: {content_type}");
    send(connection, &head, body)?;
    Ok(path)
}

/// Reads one request with its body and returns its path.
fn request(connection: &TcpStream) -> io::Result<String> {
    connection.set_read_timeout(Some(Duration::from_secs(2)))?;
    let mut reader = BufReader::new(connection);
    let mut request = String::new();
    reader.read_line(&mut request)?;
    let mut length = 0_u64;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim_end().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    io::copy(&mut reader.take(length), &mut io::sink())?;
    Ok(request.split(' ').nth(1).unwrap_or("/").to_owned())
}

/// Sends an answer, of which `head` is the status line and the headers that say what the body is.
fn send(mut connection: TcpStream, head: &str, body: &str) -> io::Result<()> {
    write!(
        connection,
        "{head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// A request line as many services write it.
fn log(path: &str) -> io::Result<()> {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    writeln!(
        io::stdout(),
        "{{\"ts\":{}.{:03},\"level\":\"info\",\"msg\":\"request served\",\"method\":\"GET\",\"path\":\"{path}\",\"status\":200,\"duration_ms\":1}}",
        now.as_secs(),
        now.subsec_millis()
    )
}

/// What a resolver answers about every name (RFC 1035, 4.1.1), with recursion available.
const NO_SUCH_NAME: u8 = 0x83;
const FAILURE: u8 = 0x82;

/// A resolver's answer is the question with other flags: a response, and what became of it.
fn answer_names(outcome: u8) -> io::Result<()> {
    let socket = UdpSocket::bind(("0.0.0.0", 53))?;
    let mut message = [0; 512];
    loop {
        let (length, asker) = socket.recv_from(&mut message)?;
        if length < 12 {
            continue;
        }
        message[2] = 0x80 | message[2] & 0x01;
        message[3] = outcome;
        socket.send_to(&message[..length], asker)?;
    }
}
