//! A service tries to connect to its receiver, and nobody answers the first packet.

use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::explanations,
    code::Code,
    export::ExportSettings,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    snapshot::ConnectionState,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(441),
    name: "connection-unanswered",
    severity: Severity::Error,
    summary: "a service's connections to its receiver are never answered",
    why: "The first packet is sent again and again until the export times out; meanwhile the queue fills, and many SDKs print nothing.",
    causes: &[
        "A firewall on the engine's host drops the packets (`DOCKER-USER`, `nftables`).",
        "The address is of a network that is not routed from here.",
        "The receiver's process is frozen and its queue of connections is full.",
    ],
    remedy: "Find out who drops the packets: look at the firewall's rules for the bridge, and at whether the address is the receiver's own.",
    verify: "`ptctl probe SERVICE` connects.",
    masked_by: &[
        explanations::ENDPOINT,
        explanations::NETWORK_PATH,
        explanations::BACKEND,
        explanations::RELAY,
        &[Cause::same_subject(Code::new(114))],
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let container = service.container;
    let Some(sockets) = &container.sockets else {
        return Ok(Outcome::NotApplicable(
            "nobody looked at the sockets of its network namespace",
        ));
    };
    let sockets = sockets.get()?;
    let Some(port) = service.settings.known().and_then(ExportSettings::port) else {
        return Ok(Outcome::NotApplicable(
            "nothing tells the port that it sends to",
        ));
    };
    let unanswered: Vec<_> = sockets
        .connections_to(port)
        .filter(|connection| connection.state == ConnectionState::Connecting)
        .collect();
    let is_answered = sockets
        .connections_to(port)
        .any(|connection| connection.state == ConnectionState::Established);
    // A connection that is just being opened looks the same for a moment; its twin is then open already.
    let Some(first) = unanswered.first().filter(|_| !is_answered) else {
        return Ok(Outcome::Pass);
    };
    let proof = |text: String| Evidence::new(EvidenceKind::Socket, &container.name, text);
    let report = Report::new(
        format!(
            "`{}` tries to connect to {} and gets no answer at all",
            service.label(),
            first.remote
        ),
        proof(format!("SYN_SENT to {}", first.remote)),
        Remedy::edit(
            "find out who drops the packets on the way: a firewall rule, a route, an address that is nobody's",
        ),
    );
    let rest = unanswered
        .iter()
        .skip(1)
        .map(|connection| proof(format!("SYN_SENT to {}", connection.remote)));
    fail(report.proof(rest).likely())
}
