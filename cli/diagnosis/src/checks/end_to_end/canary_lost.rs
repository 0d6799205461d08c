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
    observed::{Gap, Probe},
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
        let sights = landings.iter().map(|(_, _, landing)| &landing.by_id);
        return found_or_not(backend, sights, "no canary was looked for here");
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

/// What it comes to where none is missing: that one was found, that nobody could ask, or that nobody did.
pub(super) fn found_or_not<'s>(
    backend: &Backend<'_>,
    sights: impl Iterator<Item = &'s Sight>,
    nobody_asked: &'static str,
) -> Verdict {
    let mut failure = None;
    for sight in sights {
        match sight {
            Sight::Found { .. } => return Ok(Outcome::Pass),
            Sight::Failed { reason } => failure = Some(reason),
            Sight::NotYet { .. } | Sight::Missing { .. } | Sight::NotAsked => {}
        }
    }
    match failure {
        Some(reason) => Err(Gap::new(
            Probe::Canary,
            backend.subject.clone(),
            format!("nobody could look for the canary: {reason}"),
        )),
        None => Ok(Outcome::NotApplicable(nobody_asked)),
    }
}

pub(super) fn is_direct(stack: &Stack<'_>, service: &Service<'_>) -> bool {
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

#[cfg(test)]
mod tests {
    use crate::{
        diagnose,
        diagnosis::Diagnosis,
        fixtures,
        observed::{Observed, Probe},
        policy::Policy,
        snapshot::{Landing, Sight},
    };

    /// A look at a healthy stack whose one canary was looked for like this.
    fn looked_for(change: impl FnOnce(&mut Landing)) -> Diagnosis {
        let mut snapshot = fixtures::healthy();
        let mut canary = fixtures::canary(&snapshot, "scraper");
        let Observed::Known(flight) = &mut canary.flight else {
            panic!("the fixture flies");
        };
        let Some(Observed::Known(landing)) = &mut flight.landing else {
            panic!("the fixture lands");
        };
        change(landing);
        snapshot.canaries = vec![canary];
        diagnose(&snapshot, &Policy::default())
    }

    fn failed() -> Sight {
        Sight::Failed {
            reason: "HTTP 500".to_owned(),
        }
    }

    fn canary_gaps(diagnosis: &Diagnosis) -> usize {
        let of_canaries = diagnosis.gaps.iter();
        of_canaries
            .filter(|gap| gap.probe == Probe::Canary && gap.reason.contains("HTTP 500"))
            .count()
    }

    #[test]
    fn a_canary_that_nobody_could_look_for_is_a_gap() {
        assert_eq!(canary_gaps(&looked_for(|_| {})), 0);
        let by_id = looked_for(|landing| landing.by_id = failed());
        assert_eq!(by_id.causes, []);
        assert!(canary_gaps(&by_id) > 0);
    }

    #[test]
    fn a_search_that_failed_is_a_gap() {
        let by_tags = looked_for(|landing| landing.by_tags = failed());
        let by_query = looked_for(|landing| landing.by_query = failed());
        for diagnosis in [by_tags, by_query] {
            assert_eq!(diagnosis.causes, []);
            assert!(canary_gaps(&diagnosis) > 0);
        }
    }
}
