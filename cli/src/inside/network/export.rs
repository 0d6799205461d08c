//! The fourth rung: an export without a span, as the service would send it.

use std::time::Duration;

use ptctl_diagnosis::snapshot::{Encryption, ExportAttempt, OtlpProtocol, Plaintext, Speech};

use super::{NetworkTask, door::Door, speak::TRACES_PATH, trust::Roots};
use crate::clients::{
    deadline::Deadline,
    otlp::{Exporter, Payload, Protocol, Security, TlsSettings},
};

/// A receiver that is well answers an empty export at once.
const PATIENCE: Duration = Duration::from_secs(2);

/// Sends an empty export; `None` where nothing tells how, or where nobody would answer.
pub(super) async fn export(
    task: &NetworkTask,
    door: &Door<'_>,
    speech: &Speech,
    roots: &Roots,
    deadline: Deadline,
) -> Option<ExportAttempt> {
    if speech.is_mute() {
        return None;
    }
    let destination = &task.destination;
    let protocol = destination
        .protocol
        .or_else(|| speech.otlp.first().copied())?;
    let encryption = destination.encryption.unwrap_or_else(|| spoken(speech));
    let path = match protocol {
        OtlpProtocol::Grpc => None,
        OtlpProtocol::Http => Some(
            destination
                .path
                .clone()
                .unwrap_or_else(|| TRACES_PATH.to_owned()),
        ),
    };
    let exporter = Exporter {
        host: door.host.to_owned(),
        port: door.address.port(),
        protocol: match (protocol, task.encoding) {
            (OtlpProtocol::Grpc, _) => Protocol::Grpc,
            (OtlpProtocol::Http, Protocol::HttpJson) => Protocol::HttpJson,
            (OtlpProtocol::Http, Protocol::HttpProtobuf | Protocol::Grpc) => Protocol::HttpProtobuf,
        },
        security: match encryption {
            Encryption::Plaintext => Security::Plain,
            Encryption::Tls => Security::Tls(TlsSettings {
                authorities: roots.authorities(),
                ..TlsSettings::default()
            }),
        },
        path: path.clone(),
        headers: task.headers.clone(),
        compression: task.compression,
    };
    let delivery = exporter
        .send(&[door.address], Payload::Empty, deadline.capped(PATIENCE))
        .await;
    Some(ExportAttempt {
        protocol,
        encryption,
        path,
        delivery,
    })
}

/// How the port is spoken to, where nothing says how the service does.
fn spoken(speech: &Speech) -> Encryption {
    match (&speech.plaintext, &speech.tls) {
        (Plaintext::Http, _) | (_, None) => Encryption::Plaintext,
        (_, Some(_)) => Encryption::Tls,
    }
}
