//! A program with an HTTP API that is played: it answers with what lies in its folders, and anything else with the page
//! `missing`. An answer is a file named as its path, `/api/health` in `api/health.http`: status line, headers, an empty
//! line, body.

use std::fs;
use std::io;
use std::net::TcpStream;

/// Where answers are looked for, the first that has one wins: what came while it runs, and what was mounted.
const FOLDERS: [&str; 2] = ["/shown", "/pages"];
/// The answer to any other path.
const MISSING: &str = "/missing";

/// Answers one request.
pub(crate) fn answer(connection: TcpStream) -> io::Result<()> {
    let asked = crate::request(&connection)?;
    let path = asked.split('?').next().unwrap_or(&asked);
    let (head, body) = page(path)
        .or_else(|| page(MISSING))
        .ok_or(io::ErrorKind::NotFound)?;
    crate::send(connection, &head.replace('\n', "\r\n"), &body)
}

/// The head and the body of the answer to a path.
fn page(path: &str) -> Option<(String, String)> {
    let mut files = FOLDERS.iter().map(|folder| format!("{folder}{path}.http"));
    let text = files.find_map(|file| fs::read_to_string(file).ok())?;
    let (head, body) = text.split_once("\n\n")?;
    Some((head.to_owned(), body.to_owned()))
}
