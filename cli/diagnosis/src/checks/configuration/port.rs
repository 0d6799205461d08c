//! What a port of Tempo's is, for a service that sends spans there.

use super::endpoint_protocol_mismatch::receiver_at;
use crate::{snapshot::TempoConfig, view::Backend};

/// What a port of Tempo's is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PortUse {
    /// A receiver of OTLP.
    Receiver,
    /// Its HTTP API for queries.
    Query,
    /// The gRPC port by which its parts talk to each other, and streaming queries to it.
    Internal,
    /// A port of the host, behind which this one of the container stands.
    Published(u16),
    /// A port that another protocol, or OTLP of old, has by convention.
    Legacy(&'static str),
    /// Nothing known.
    Nothing,
}

/// Tempo's gRPC port where its configuration names none.
const INTERNAL_PORT: u16 = 9095;
/// Ports that something else than today's OTLP has by convention.
const LEGACY: [(u16, &str); 8] = [
    (55680, "OTLP over gRPC until 2021"),
    (55681, "OTLP over HTTP until 2021"),
    (14268, "Jaeger's Thrift over HTTP"),
    (14250, "Jaeger's gRPC"),
    (9411, "Zipkin"),
    (6831, "Jaeger's compact Thrift over UDP"),
    (6832, "Jaeger's binary Thrift over UDP"),
    (55678, "OpenCensus"),
];

impl PortUse {
    /// What `port` is to `backend`.
    pub(super) fn of(backend: &Backend<'_>, config: &TempoConfig, port: u16) -> Self {
        if receiver_at(config, port).is_some() {
            return Self::Receiver;
        }
        if port == config.http_port {
            return Self::Query;
        }
        let internal = backend
            .tempo
            .file
            .known()
            .and_then(|file| {
                file.at(&["server", "grpc_listen_port"])?
                    .text()?
                    .parse()
                    .ok()
            })
            .unwrap_or(INTERNAL_PORT);
        if port == internal {
            return Self::Internal;
        }
        let published = backend.container.and_then(|container| {
            container
                .published_ports
                .iter()
                .find(|published| published.host_port == port && published.container_port != port)
        });
        if let Some(published) = published {
            return Self::Published(published.container_port);
        }
        LEGACY
            .iter()
            .find(|(legacy, _)| *legacy == port)
            .map_or(Self::Nothing, |(_, whose)| Self::Legacy(whose))
    }
}
