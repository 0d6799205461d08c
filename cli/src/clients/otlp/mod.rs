//! One export of traces by OTLP (<https://opentelemetry.io/docs/specs/otlp/>), as an SDK would send it, with a typed answer.
//!
//! Nothing is kept between two exports and nothing is started beside them, so that an export belongs to the thread, and
//! with it to the network namespace, that sends it. The few messages are written by hand: no stub generator, no pool.

mod connection;
mod exporter;
mod http1;
mod http2;
mod message;
mod protobuf;
mod reply;
mod tap;
mod tls;
mod words;

pub(crate) use self::{
    exporter::{
        Compression, Exporter, Header, Identity, Payload, Protocol, Security, ServerTrust,
        TlsSettings,
    },
    message::{Span, SpanBatch},
};

#[cfg(test)]
mod tests;
