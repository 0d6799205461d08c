//! Finding the first rung that does not hold.

use super::{Break, Extent, Judgement, NameFault, Obstacle, RungName};
use crate::snapshot::{
    ConnectOutcome, Destination, Encryption, ExportAttempt, ExportFault, ExportOutcome, Ladder,
    Listener, NameResult, OtlpProtocol, Plaintext, Speech, Way,
};

/// Judges a ladder by how spans are sent there.
pub fn judge<'l>(destination: &Destination, ladder: &'l Ladder) -> Judgement<'l> {
    if let NameResult::Untold { reason } = &ladder.resolution.result {
        return Judgement::Untold(reason);
    }
    if let Some(fault) = NameFault::of(&ladder.resolution.result) {
        return Judgement::Breaks(Break {
            obstacle: Obstacle::Name(fault),
            way: None,
            extent: Extent::All,
        });
    }
    let judged: Vec<(&Way, Result<RungName, Obstacle<'l>>)> = ladder
        .ways
        .iter()
        .map(|way| (way, judge_way(destination, way)))
        .collect();
    let good = || {
        judged
            .iter()
            .filter_map(|(way, judged)| Some((*way, *judged.as_ref().ok()?)))
    };
    let bad = || {
        judged
            .iter()
            .filter_map(|(way, judged)| Some((*way, judged.as_ref().err()?)))
    };
    let Some(reached) = good().map(|(_, rung)| rung).min() else {
        // Of several the one that got furthest says most: a namespace without IPv6 has no way to any such address.
        return match bad().max_by_key(|(_, obstacle)| obstacle.rung()) {
            Some((way, obstacle)) => Judgement::Breaks(Break {
                obstacle: obstacle.clone(),
                way: Some(way),
                extent: Extent::All,
            }),
            None => Judgement::Holds(RungName::Resolve),
        };
    };
    let is_of_good_family =
        |way: &Way| good().any(|(good, _)| good.address.is_ipv4() == way.address.is_ipv4());
    // An address of another family that nothing leads to is passed over by every program.
    let broken = bad().find(|(way, obstacle)| {
        // Of others that were not tried as far nobody can say that they are well.
        let others_are_well = ladder.unfinished.is_none() || obstacle.rung() <= reached;
        others_are_well
            && (is_of_good_family(way)
                || way.connection.found != ConnectOutcome::NetworkUnreachable)
    });
    match broken {
        None => Judgement::Holds(reached),
        Some((way, obstacle)) => Judgement::Breaks(Break {
            obstacle: if is_of_good_family(way) {
                obstacle.clone()
            } else {
                Obstacle::Family
            },
            way: Some(way),
            extent: Extent::Part,
        }),
    }
}

/// The highest rung that holds at one address, or what stands in the way.
fn judge_way<'l>(destination: &Destination, way: &'l Way) -> Result<RungName, Obstacle<'l>> {
    match &way.connection.found {
        ConnectOutcome::Open => {}
        ConnectOutcome::Refused => return Err(Obstacle::Refused),
        outcome @ (ConnectOutcome::NoAnswer
        | ConnectOutcome::HostUnreachable
        | ConnectOutcome::NetworkUnreachable
        | ConnectOutcome::Reset
        | ConnectOutcome::Failed { .. }) => return Err(Obstacle::Unreached(outcome)),
    }
    let Some(speech) = &way.speech else {
        return Ok(RungName::Connect);
    };
    let speech = &speech.found;
    let export = way.export.as_ref().map(|export| &export.found);
    if export.is_some_and(|export| export.delivery.is_accepted()) {
        return Ok(RungName::Authenticate);
    }
    secrecy(destination, speech)?;
    protocol(destination, speech, export)?;
    match export {
        None => Ok(RungName::Speak),
        Some(export) => Err(refusal(speech, export)),
    }
}

/// Whether both sides mean TLS, or both plaintext.
fn secrecy<'l>(destination: &Destination, speech: &'l Speech) -> Result<(), Obstacle<'l>> {
    if speech.is_mute() {
        return Err(Obstacle::Mute(&speech.plaintext));
    }
    let answers_plaintext = matches!(speech.plaintext, Plaintext::Http | Plaintext::Other { .. });
    match (destination.encryption, &speech.tls) {
        (Some(Encryption::Tls), None) if answers_plaintext => Err(Obstacle::TlsToPlaintext),
        (Some(Encryption::Tls), Some(tls)) if tls.trust.fault().is_some() => {
            Err(Obstacle::Certificate(tls))
        }
        (Some(Encryption::Plaintext), Some(_)) if !answers_plaintext => {
            Err(Obstacle::PlaintextToTls)
        }
        (Some(Encryption::Plaintext), None) if speech.plaintext == Plaintext::WantsTls => {
            Err(Obstacle::PlaintextToTls)
        }
        _ => Ok(()),
    }
}

/// Whether the port takes OTLP by the protocol that is spoken to it.
fn protocol<'l>(
    destination: &Destination,
    speech: &'l Speech,
    export: Option<&'l ExportAttempt>,
) -> Result<(), Obstacle<'l>> {
    let asks = export.is_some_and(|export| export.wants().is_some());
    match (destination.protocol, speech.otlp.as_slice()) {
        // A server that refuses everybody may be a receiver behind its guard.
        (_, []) if asks => Ok(()),
        // Nobody was asked who it is, or it was too slow to say.
        (_, []) if speech.listener == Listener::Unknown => Ok(()),
        (_, []) => match export.map(|export| &export.delivery.outcome) {
            // A server that nobody knows by its pages may be a receiver that refuses everything.
            Some(ExportOutcome::HttpStatus { status, .. })
                if matches!(speech.listener, Listener::Web { .. }) && !lacks_path(*status) =>
            {
                Ok(())
            }
            _ => Err(Obstacle::NotAReceiver(&speech.listener)),
        },
        (Some(spoken), [taken]) if *taken != spoken && !speech.untold.contains(&spoken) => {
            Err(Obstacle::Protocol {
                spoken,
                taken: *taken,
            })
        }
        (Some(_) | None, [_, ..]) => Ok(()),
    }
}

/// What an export that was not taken says.
fn refusal<'l>(speech: &'l Speech, export: &'l ExportAttempt) -> Obstacle<'l> {
    if let Some(wanted) = export.wants() {
        return Obstacle::Wants(wanted, export);
    }
    match &export.delivery.outcome {
        ExportOutcome::HttpStatus { status, .. }
            if lacks_path(*status) && export.protocol == OtlpProtocol::Http =>
        {
            Obstacle::Path(export)
        }
        ExportOutcome::HttpStatus { status, .. } if is_redirection(*status) => {
            Obstacle::Redirected(export)
        }
        ExportOutcome::NotOtlp { .. } => Obstacle::NotAReceiver(&speech.listener),
        ExportOutcome::HttpStatus { .. }
        | ExportOutcome::GrpcStatus { .. }
        | ExportOutcome::Accepted
        | ExportOutcome::PartialSuccess { .. }
        | ExportOutcome::Broken(
            ExportFault::Connect { .. }
            | ExportFault::Tls { .. }
            | ExportFault::Protocol { .. }
            | ExportFault::Closed { .. }
            | ExportFault::NoAnswer
            | ExportFault::Unsendable { .. },
        ) => Obstacle::Export(export),
    }
}

fn lacks_path(status: u16) -> bool {
    matches!(status, 404 | 405)
}

fn is_redirection(status: u16) -> bool {
    (300..400).contains(&status)
}

#[cfg(test)]
mod tests;
