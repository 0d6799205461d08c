//! Behaviour over the wire: a server in this process, real clients.

mod ingest;
mod support;
