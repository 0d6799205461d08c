//! A collector that is played: it does what these words say, in their order.
//!
//!   print FILE               prints the lines of a recording
//!   end CODE                 ends with this exit code
//!   forward ADDRESS TARGET   passes what arrives at `ADDRESS` on to `TARGET`, byte by byte, as long as it runs
//!   refuse ADDRESS STATUS    answers every HTTP request at `ADDRESS` with this status
//!   accept ADDRESS           takes every HTTP request at `ADDRESS`, and nothing becomes of what was in it
//!   drop ADDRESS FILE        the same, and prints the lines of a recording for each

use std::io;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process;
use std::thread;

/// Plays it; what is started side by side goes on until it is killed.
pub(crate) fn play(mut actions: &[&str]) -> io::Result<()> {
    loop {
        actions = match actions {
            ["print", file, rest @ ..] => {
                eprint!("{}", std::fs::read_to_string(file)?);
                rest
            }
            ["end", code, ..] => process::exit(code.parse().map_err(|_| unknown())?),
            ["forward", address, target, rest @ ..] => {
                let listener = TcpListener::bind(address)?;
                let target = (*target).to_owned();
                thread::spawn(move || forward(&listener, &target));
                rest
            }
            ["refuse", address, status, rest @ ..] => {
                answer(address, (*status).to_owned(), String::new())?;
                rest
            }
            ["accept", address, rest @ ..] => {
                answer(address, "200 OK".to_owned(), String::new())?;
                rest
            }
            ["drop", address, file, rest @ ..] => {
                answer(address, "200 OK".to_owned(), std::fs::read_to_string(file)?)?;
                rest
            }
            [] => loop {
                thread::park();
            },
            _ => return Err(unknown()),
        };
    }
}

fn unknown() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "unknown action of a collector")
}

/// Answers every request with a status, and says something after each.
fn answer(address: &str, status: String, said: String) -> io::Result<()> {
    let listener = TcpListener::bind(address)?;
    thread::spawn(move || {
        for connection in listener.incoming() {
            // A client that goes away, as exporters do, is nothing to speak of.
            let answered = connection.and_then(|connection| {
                crate::reply(connection, &status, "application/x-protobuf", "")
            });
            if answered.is_err() {
                continue;
            }
            eprint!("{said}");
        }
    });
    Ok(())
}

/// Passes what arrives on to `target`, byte by byte.
pub(crate) fn forward(listener: &TcpListener, target: &str) {
    for connection in listener.incoming() {
        // Where the target cannot be reached, its client is cut off, and tries again.
        let (Ok(client), Ok(server)) = (connection, TcpStream::connect(target)) else {
            continue;
        };
        let (Ok(back), Ok(forth)) = (client.try_clone(), server.try_clone()) else {
            continue;
        };
        thread::spawn(move || pass(client, forth));
        thread::spawn(move || pass(server, back));
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    let passed = io::copy(&mut from, &mut to);
    // The other direction ends with this one; a connection that is gone cannot be closed once more.
    if passed.is_ok() && to.shutdown(Shutdown::Both).is_err() {
        drop(from);
    }
}
