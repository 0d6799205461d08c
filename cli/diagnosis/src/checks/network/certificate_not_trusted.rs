//! A certificate that a service cannot trust.

use super::path::{self, Authority, Complaint};
use crate::{
    check::{Check, Examine, Outcome, Verdict},
    code::Code,
    finding::{Remedy, Severity},
    ladder::{Obstacle, RungName},
    policy::Policy,
    snapshot::{Encryption, Trust},
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(439),
    name: "certificate-not-trusted",
    severity: Severity::Error,
    summary: "the certificate at a service's endpoint is not trusted, has expired, or is for another name",
    why: "The SDK ends the handshake, and no span arrives.",
    causes: &[
        "It is self-signed, or its authority is not named in `OTEL_EXPORTER_OTLP_CERTIFICATE`.",
        "It has expired.",
        "It was made for another name than the one in the endpoint.",
    ],
    remedy: "Name the authority, renew the certificate, or use a name that it is for.",
    verify: path::VERIFY,
    masked_by: path::MASKED_BY,
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let verdict = path::examine(service, stack, RungName::Speak, |broken| {
        let Obstacle::Certificate(tls) = &broken.at.obstacle else {
            return None;
        };
        let fault = tls.trust.fault()?;
        let names = tls
            .certificate
            .as_ref()
            .map(|certificate| certificate.names.join(", "))
            .unwrap_or_default();
        let (what, remedy) = match &tls.trust {
            Trust::Expired | Trust::NotYetValid => (
                fault,
                Remedy::edit("renew the receiver's certificate, then restart the receiver"),
            ),
            Trust::WrongName => (
                format!("{fault}: {names}"),
                Remedy::edit("use a name in the endpoint that the certificate is for"),
            ),
            Trust::UnknownIssuer
            | Trust::Refused { .. }
            | Trust::Trusted
            | Trust::Unchecked { .. } => (
                fault,
                Remedy::edit(
                    "put the authority's certificate into the container and name it in `OTEL_EXPORTER_OTLP_CERTIFICATE`",
                ),
            ),
        };
        let complaint = Complaint::new(
            format!(
                "but the certificate of {} is not to be trusted: {what}",
                broken.place()
            ),
            remedy,
        );
        // Programs may trust more than the files tell: a store of their own, or anybody.
        Some(match (&tls.trust, broken.names_authority()) {
            (Trust::UnknownIssuer, Authority::Unnamed) => complaint.likely(),
            _ => complaint,
        })
    });
    match (verdict, unchecked(service, stack)) {
        (Ok(Outcome::Pass), Some(reason)) => Err(path::gap(service, reason)),
        (verdict, _) => verdict,
    }
}

/// Why nobody could tell whether a certificate that counts is trusted.
fn unchecked<'s>(service: &Service<'_>, stack: &Stack<'s>) -> Option<&'s str> {
    let path = stack.path_of(service)?;
    if path.destination.encryption == Some(Encryption::Plaintext) {
        return None;
    }
    path.ladder.known()?.ways.iter().find_map(|way| {
        let tls = way.speech.as_ref()?.found.tls.as_ref()?;
        match &tls.trust {
            Trust::Unchecked { reason } => Some(reason.as_str()),
            _ => None,
        }
    })
}
