//! Behaviour over the wire: a server in this process, real clients.

mod config;
mod durability;
mod generator;
mod ingest;
mod limits;
mod program;
mod recorded;
mod support;
