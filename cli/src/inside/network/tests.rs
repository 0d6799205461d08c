//! The ladder against real listeners on the loopback, and against a name server of every kind.

pub(in crate::inside) mod listeners;
mod names;
mod ports;

use std::net::SocketAddr;
use std::time::Duration;

use ptctl_diagnosis::snapshot::{Destination, Encryption, Ladder, LadderDepth, OtlpProtocol, Way};

use super::NetworkTask;
use crate::{
    clients::{
        deadline::Deadline,
        otlp::{Compression, Exporter, Protocol, Security, TlsSettings},
    },
    inside::Place,
};

/// A task to an address of the loopback, all rungs.
fn task(address: SocketAddr, protocol: OtlpProtocol, encryption: Encryption) -> NetworkTask {
    NetworkTask {
        destination: Destination {
            host: address.ip().to_string(),
            port: address.port(),
            protocol: Some(protocol),
            encryption: Some(encryption),
            path: (protocol == OtlpProtocol::Http).then(|| "/v1/traces".to_owned()),
        },
        depth: LadderDepth::Full,
        engine_addresses: Vec::new(),
        beyond: LadderDepth::Connect,
        exporter: Ok(Exporter {
            host: address.ip().to_string(),
            port: address.port(),
            protocol: match protocol {
                OtlpProtocol::Grpc => Protocol::Grpc,
                OtlpProtocol::Http => Protocol::HttpProtobuf,
            },
            security: match encryption {
                Encryption::Plaintext => Security::Plain,
                Encryption::Tls => Security::Tls(TlsSettings::default()),
            },
            path: (protocol == OtlpProtocol::Http).then(|| "/v1/traces".to_owned()),
            headers: Vec::new(),
            compression: Compression::None,
        }),
    }
}

async fn climb(task: &NetworkTask) -> Ladder {
    task.perform(&Place::own(), Deadline::after(Duration::from_secs(20)))
        .await
}

/// The only way of a ladder.
fn only(ladder: &Ladder) -> &Way {
    let [way] = ladder.ways.as_slice() else {
        panic!("{ladder:?}");
    };
    way
}

/// The same task of a service that sends to another path.
fn at_path(mut task: NetworkTask, path: &str) -> NetworkTask {
    task.destination.path = Some(path.to_owned());
    if let Ok(exporter) = &mut task.exporter {
        exporter.path = Some(path.to_owned());
    }
    task
}

/// The same task of a service that was told whom to trust.
fn trusting(mut task: NetworkTask, authorities: Option<&str>) -> NetworkTask {
    if let Ok(exporter) = &mut task.exporter {
        exporter.security = Security::Tls(TlsSettings {
            authorities: authorities.map(str::to_owned),
            ..TlsSettings::default()
        });
    }
    task
}
