//! Behaviour over the wire: a server in this process, real clients.

mod config;
mod ingest;
mod recorded;
mod support;
