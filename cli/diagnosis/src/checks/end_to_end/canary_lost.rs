//! Canaries that were acknowledged and are nowhere.

use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::{
        explanations,
        network::name_answered_twice,
        storage::disk_nearly_full,
        tempo::{
            data_not_writable, live_traces_exceeded, ring_empty, spans_discarded, trace_too_large,
            writes_failing,
        },
    },
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    snapshot::{Flight, Landing, Sight},
    view::{Backend, Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(606),
    name: "canary-lost",
    severity: Severity::Error,
    summary: "Tempo acknowledges a span and does not have it",
    why: "Tempo answers 200 to spans that it then drops: to all traces above its limit, and to everything while it cannot write. No SDK and no collector notices.",
    causes: &[
        "The limit of live traces is reached (`max_traces_per_user`).",
        "Another container answers to Tempo's name, or another tenant gets the spans.",
        "Tempo cannot write to its disk.",
        "A collector on the way drops what it took.",
    ],
    remedy: "Look at Tempo's discard counters and its log for failed writes; see who else answers to its name.",
    verify: "`ptctl canary SERVICE` is found by its id.",
    masked_by: &[
        &[
            Cause::concerned(name_answered_twice::CHECK.code),
            Cause::same_subject(data_not_writable::CHECK.code),
            Cause::same_subject(writes_failing::CHECK.code),
            Cause::same_subject(live_traces_exceeded::CHECK.code),
            Cause::same_subject(trace_too_large::CHECK.code),
            Cause::same_subject(ring_empty::CHECK.code),
            Cause::same_subject(spans_discarded::CHECK.code),
            // A disk that is nearly full may still take what is written.
            Cause::same_subject(disk_nearly_full::CHECK.code),
        ],
        explanations::TEMPO_AWAY,
    ],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let landings: Vec<_> = stack.landings_in(backend).collect();
    let lost: Vec<_> = landings
        .iter()
        .filter_map(|(service, flight, landing)| match landing.by_id {
            Sight::Missing { waited } => Some((*service, *flight, *landing, waited)),
            Sight::Found { .. } | Sight::NotYet { .. } | Sight::Failed { .. } | Sight::NotAsked => {
                None
            }
        })
        .collect();
    let Some((first, flight, landing, waited)) = lost.first() else {
        let found = landings
            .iter()
            .any(|(_, _, landing)| landing.by_id.is_found());
        return Ok(if found {
            Outcome::Pass
        } else {
            Outcome::NotApplicable("no canary was looked for here")
        });
    };
    let who = match lost.len() {
        1 => format!("the canary of `{}`", first.label()),
        count => format!(
            "the canaries of {count} services, such as `{}`,",
            first.label()
        ),
    };
    let message = format!(
        "Tempo `{}` acknowledged {who} and has no trace of it {:.1} s later",
        backend.label(),
        waited.as_secs_f64()
    );
    let direct = lost.iter().all(|(service, ..)| is_direct(stack, service));
    let report = Report::new(message, sent(first, flight), remedy(backend))
        .proof([unseen(flight, landing)])
        .concerning(lost.iter().map(|(service, ..)| service.subject.clone()));
    fail(if direct { report } else { report.likely() })
}

fn is_direct(stack: &Stack<'_>, service: &Service<'_>) -> bool {
    stack.backend_of(service).is_some()
}

/// That the receiver took it.
pub(super) fn sent(service: &Service<'_>, flight: &Flight) -> Evidence {
    Evidence::new(
        EvidenceKind::Http,
        &flight.to,
        format!(
            "OTLP export from the network of {}: {}",
            service.container.name, flight.delivery.outcome
        ),
    )
    .at(Some(flight.sent_at))
}

fn unseen(flight: &Flight, landing: &Landing) -> Evidence {
    Evidence::new(
        EvidenceKind::Search,
        format!("{}/api/traces/{}", landing.asked, flight.trace_id),
        "404",
    )
}

fn remedy(backend: &Backend<'_>) -> Remedy {
    let action = "look for failed writes and dropped traces in its log, and for another container of its name";
    match backend.container {
        Some(container) => Remedy::run(action, format!("docker logs --tail 50 {}", container.name)),
        None => Remedy::edit(action),
    }
}
