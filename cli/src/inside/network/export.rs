//! The fourth rung: an export without a span, as the service would send it.

use std::time::Duration;

use ptctl_diagnosis::snapshot::{Encryption, ExportAttempt, OtlpProtocol, Plaintext, Speech};

use super::{NetworkTask, door::Door, trust::Roots};
use crate::clients::{
    deadline::Deadline,
    otlp::{Payload, Protocol, Security, TlsSettings},
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
    let mut exporter = task.exporter.clone()?;
    if speech.is_mute() {
        return None;
    }
    let destination = &task.destination;
    // What only the program knows is done as the port wants it.
    let protocol = destination
        .protocol
        .or_else(|| speech.otlp.first().copied())?;
    let encryption = destination.encryption.unwrap_or_else(|| spoken(speech));
    exporter.protocol = match (protocol, exporter.protocol) {
        (OtlpProtocol::Grpc, _) => Protocol::Grpc,
        (OtlpProtocol::Http, Protocol::HttpJson) => Protocol::HttpJson,
        (OtlpProtocol::Http, Protocol::HttpProtobuf | Protocol::Grpc) => Protocol::HttpProtobuf,
    };
    exporter.security = match (encryption, exporter.security) {
        (Encryption::Plaintext, _) => Security::Plain,
        (Encryption::Tls, Security::Tls(settings)) if settings.authorities.is_some() => {
            Security::Tls(settings)
        }
        (Encryption::Tls, Security::Tls(settings)) => Security::Tls(TlsSettings {
            authorities: roots.authorities(),
            ..settings
        }),
        (Encryption::Tls, Security::Plain) => Security::Tls(TlsSettings {
            authorities: roots.authorities(),
            ..TlsSettings::default()
        }),
    };
    let path = match protocol {
        OtlpProtocol::Grpc => None,
        OtlpProtocol::Http => exporter.path.clone(),
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
