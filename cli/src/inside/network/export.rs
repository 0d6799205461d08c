//! The fourth rung: an export without a span, as the service would send it.

use std::time::Duration;

use ptctl_diagnosis::snapshot::{
    Encryption, ExportAttempt, ExportFault, ExportOutcome, OtlpProtocol, Plaintext, Speech, Trust,
};

use super::{NetworkTask, door::Door, trust::Roots, untold::Untold};
use crate::clients::{
    deadline::Deadline,
    otlp::{Exporter, Payload, Protocol, Security, TlsSettings},
};

/// Half of what an SDK waits: who has not answered an empty export by then is no slow receiver.
const PATIENCE: Duration = Duration::from_secs(5);

/// Sends an empty export; `None` where nobody would answer. What only this side is to blame for is no answer.
pub(super) async fn export(
    task: &NetworkTask,
    door: &Door<'_>,
    speech: &Speech,
    roots: &Roots,
    deadline: Deadline,
) -> Result<Option<ExportAttempt>, Untold> {
    if speech.is_mute() {
        return Ok(None);
    }
    let (exporter, protocol, encryption) = prepared(task, speech, roots)?;
    let path = match protocol {
        OtlpProtocol::Grpc => None,
        OtlpProtocol::Http => exporter.path.clone(),
    };
    let whole = Deadline::after(PATIENCE);
    let peers = [door.address];
    let sending = exporter.send(&peers, Payload::Empty, deadline.min(whole));
    let delivery = Box::pin(sending).await;
    match &delivery.outcome {
        ExportOutcome::Broken(ExportFault::Unsendable { reason }) => {
            return Err(unsent(reason));
        }
        outcome if outcome.is_silence() && deadline < whole => return Err(Untold::over()),
        _ => {}
    }
    Ok(Some(ExportAttempt {
        protocol,
        encryption,
        path,
        delivery,
    }))
}

fn unsent(reason: &str) -> Untold {
    Untold(format!("no export was tried: {reason}"))
}

/// How the service exports there, as far as everybody may.
fn prepared(
    task: &NetworkTask,
    speech: &Speech,
    roots: &Roots,
) -> Result<(Exporter, OtlpProtocol, Encryption), Untold> {
    let mut exporter = task.exporter.clone().map_err(|reason| unsent(&reason))?;
    let destination = &task.destination;
    // What only the program knows is done as the port wants it.
    let protocol = destination
        .protocol
        .or_else(|| speech.otlp.first().copied())
        .ok_or_else(|| unsent("nothing tells the protocol that it sends by"))?;
    let encryption = destination.encryption.unwrap_or_else(|| spoken(speech));
    // An SDK that means TLS sends nothing in plaintext, its credentials least of all.
    if (destination.encryption, encryption) == (None, Encryption::Plaintext)
        && matches!(exporter.security, Security::Tls(_))
        && !exporter.headers.is_empty()
    {
        return Err(unsent(
            "the port speaks plaintext, and nothing tells that its headers may go out in plaintext",
        ));
    }
    if encryption == Encryption::Tls
        && names_nobody(&exporter.security)
        && let Some(Trust::Unchecked { reason }) = speech.tls.as_ref().map(|tls| &tls.trust)
    {
        return Err(unsent(reason));
    }
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
    Ok((exporter, protocol, encryption))
}

/// Whether a service was not told whom to trust.
fn names_nobody(security: &Security) -> bool {
    match security {
        Security::Plain => true,
        Security::Tls(settings) => settings.authorities.is_none(),
    }
}

/// How the port is spoken to, where nothing says how the service does.
fn spoken(speech: &Speech) -> Encryption {
    match (&speech.plaintext, &speech.tls) {
        (Plaintext::Http, _) | (_, None) => Encryption::Plaintext,
        (_, Some(_)) => Encryption::Tls,
    }
}
