//! A collector that receives on its own loopback only.

use super::{collector_not_running, relay};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::tempo::receiver_bound_to_loopback::{announced_address, is_loopback},
    code::Code,
    collector::{LOOPBACK_BY_DEFAULT, Listener},
    finding::{Evidence, Severity},
    observed::{Gap, Probe},
    policy::Policy,
    snapshot::{CollectorFlavour, LogLine},
    view::{Relay, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(413),
    name: "collector-bound-to-loopback",
    severity: Severity::Error,
    summary: "a collector accepts OTLP only from inside its own container",
    why: "Every other container is refused, while the collector itself is healthy.",
    causes: &[
        "The receiver has no `endpoint`: since version 0.104 it then listens on localhost.",
        "The configuration says `127.0.0.1` or `localhost`.",
    ],
    remedy: "Set `receivers.otlp.protocols.grpc.endpoint: 0.0.0.0:4317` (and `http.endpoint: 0.0.0.0:4318`), then restart the collector.",
    verify: "Its log says `Starting GRPC server` with `0.0.0.0:4317` or `[::]:4317`.",
    masked_by: &[&[Cause::same_subject(collector_not_running::CHECK.code)]],
    explains: &[],
    examine: Examine::EachCollector(examine),
};

fn examine(relay: &Relay<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let container = relay.container;
    if container.network_mode == "host" || container.network_mode.starts_with("container:") {
        return Ok(Outcome::NotApplicable(
            "it shares the network of somebody else, whose loopback it is",
        ));
    }
    let clients = relay::clients(relay, stack);
    if clients.is_empty() {
        return Ok(Outcome::NotApplicable(relay::NO_CLIENTS));
    }
    let pipelines = relay.pipelines.get()?;
    // Only an address that a service needs is missed.
    let is_needed = |port: Option<u16>| {
        clients.iter().any(|client| {
            port.is_none() || relay::port_of(client).is_none_or(|to| Some(to) == port)
        })
    };
    let announced = container
        .logs
        .known()
        .map_or(&[][..], |logs| logs.receivers.as_slice());
    let mut proofs = Vec::new();
    for listener in &pipelines.listeners {
        if !is_needed(listener.port()) {
            continue;
        }
        match bound(relay, listener, announced)? {
            Bound::Loopback(proof) => proofs.extend(proof),
            Bound::Elsewhere => {}
        }
    }
    let mut proofs = proofs.into_iter();
    let Some(first) = proofs.next() else {
        return Ok(Outcome::Pass);
    };
    let report = Report::new(
        format!(
            "collector `{}` receives OTLP on its own loopback only, so that {} {} refused",
            relay.label(),
            relay::names(clients.iter().map(|client| client.label())),
            if clients.len() == 1 { "is" } else { "are" },
        ),
        first,
        relay::mend(
            relay,
            "set the receiver's `endpoint` to `0.0.0.0:4317` (gRPC) and `0.0.0.0:4318` (HTTP)",
        ),
    );
    let senders = clients
        .iter()
        .filter_map(|client| relay::client_proof(client));
    fail(
        report
            .since(relay::started(relay))
            .proof(proofs)
            .proof(senders),
    )
}

/// Where a listener is bound.
enum Bound {
    /// To loopback, as these prove.
    Loopback(Vec<Evidence>),
    /// To an address that others reach, or to none that is known.
    Elsewhere,
}

/// What it said at its start is what it does; the configuration speaks where the start is not in the log.
fn bound(relay: &Relay<'_>, listener: &Listener, announced: &[LogLine]) -> Result<Bound, Gap> {
    let said = announced.iter().rev().find(|line| {
        let address = announced_address(&line.text);
        let port = address.and_then(|address| address.rsplit_once(':')?.1.parse().ok());
        port.is_some() && port == listener.port()
    });
    if let Some(line) = said {
        let loopback = announced_address(&line.text).is_some_and(is_loopback);
        return Ok(if loopback {
            let log = Evidence::log(&relay.container.name, line);
            Bound::Loopback(vec![log, listener.proof()])
        } else {
            Bound::Elsewhere
        });
    }
    let loopback = match (&listener.endpoint, relay.facts.flavour) {
        (Some(setting), _) if setting.text.contains("${") => false,
        (Some(setting), _) => is_loopback(&setting.text),
        (None, CollectorFlavour::Alloy | CollectorFlavour::GrafanaAgent) => false,
        (None, CollectorFlavour::OpenTelemetry) => {
            let release = relay.facts.flavour.release_of(relay.container);
            let release = release.ok_or_else(|| {
                Gap::new(
                    Probe::CollectorConfig,
                    relay.subject.clone(),
                    "its receivers name no address, and nothing tells its version, whose default would decide",
                )
            })?;
            release >= LOOPBACK_BY_DEFAULT
        }
    };
    Ok(if loopback {
        Bound::Loopback(vec![listener.proof()])
    } else {
        Bound::Elsewhere
    })
}
