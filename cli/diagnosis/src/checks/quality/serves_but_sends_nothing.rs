//! A service that serves requests and sends no spans.

use jiff::SignedDuration;

use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::{
        configuration::{agent_hook_missing, forks_before_export, sampler_off},
        end_to_end::{canary_lost, canary_refused},
        explanations, silent_sdk,
        tempo::{spans_discarded, spans_refused},
    },
    code::Code,
    export::Target,
    finding::{Evidence, EvidenceKind, Moment, Remedy, Severity},
    observed::{Gap, Probe},
    policy::Policy,
    snapshot::ConnectionState,
    subject::Subject,
    view::{Service, Stack},
};

/// A span needs this long at most to be found: batch delay, Tempo's cut, and the 30 s by which 3.x hides fresh traces.
const UNTIL_FOUND: SignedDuration = SignedDuration::from_secs(60);

pub(crate) static CHECK: Check = Check {
    code: Code::new(701),
    name: "serves-but-sends-nothing",
    severity: Severity::Error,
    summary: "a service serves requests and no span of it arrives",
    why: "Many SDKs print nothing when they are switched off or fail: requests without spans are the only sign.",
    causes: &[
        "The SDK is never initialised, or failed to initialise and the service went on without it.",
        "The sampler drops everything, or a caller's `traceparent` says so.",
        "The exporter is `none` or the SDK is disabled.",
    ],
    remedy: "Look at the first lines of the service's log for its tracer, and at `ptctl env` for what switches it off.",
    verify: "`ptctl status` shows a last span of the service after the next request.",
    masked_by: &[
        explanations::SWITCHED_OFF,
        explanations::ENDPOINT,
        explanations::NETWORK_PATH,
        explanations::REFUSED_EXPORT,
        explanations::BACKEND,
        explanations::RELAY,
        explanations::SERVICE_AWAY,
        explanations::EXPORT_ERRORS,
        &[
            Cause::same_subject(canary_refused::CHECK.code),
            Cause::export_target(canary_lost::CHECK.code),
        ],
        &[
            Cause::export_target(spans_refused::CHECK.code),
            Cause::export_target(spans_discarded::CHECK.code),
        ],
        explanations::SETTINGS,
        &[
            Cause::same_subject(agent_hook_missing::CHECK.code),
            Cause::same_subject(forks_before_export::CHECK.code),
        ],
        &[Cause::concerned(sampler_off::CHECK.code)],
        explanations::ANOTHER_NAME,
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let sampler = service.container.setting("OTEL_TRACES_SAMPLER");
    if sampler.is_some_and(|sampler| sampler.contains("ratio")) && counters(service).is_none() {
        return Ok(Outcome::NotApplicable(
            "its sampler keeps a part of its traces only",
        ));
    }
    let served = match served(service, stack) {
        Served::Nothing => {
            return Ok(Outcome::NotApplicable(
                "nobody has called it within the window",
            ));
        }
        Served::Unknown(gap) => return Err(gap),
        Served::Requests(proof) => proof,
    };
    if let Some(counters) = counters(service) {
        if counters.made == 0 {
            let report = report(service, served, "and its tracer made no span");
            return fail(report.concerning(deciding_callers(service, stack)));
        }
        if counters.waiting > 0 && counters.failed + counters.dropped == 0 {
            return Ok(Outcome::Pass);
        }
    }
    if service.target == Some(Target::Outside) {
        return Ok(Outcome::NotApplicable(
            "its spans go to an endpoint outside this engine: not checked here",
        ));
    }
    if !served_within_window(service, &served, stack) {
        return Ok(Outcome::NotApplicable(
            "nothing tells that it was called within the window",
        ));
    }
    let Some(name) = &service.name else {
        return Err(Gap::new(
            Probe::TempoSearch,
            service.subject.clone(),
            "nothing tells the service name under which its spans would stand",
        ));
    };
    if stack.backends.is_empty() {
        return Ok(Outcome::NotApplicable("there is no Tempo to look in"));
    }
    match stack.sighting_of(service)? {
        Some(sighting) if sighting.last_at.is_some() => Ok(Outcome::Pass),
        Some(_) | None if too_fresh(&served, stack) => Err(Gap::new(
            Probe::TempoSearch,
            service.subject.clone(),
            "its first request is too fresh for its spans to be found",
        )),
        Some(_) | None if were_taken(service, stack) => Err(Gap::new(
            Probe::TempoSearch,
            service.subject.clone(),
            "Tempo took its spans, and they are not found yet",
        )),
        Some(_) | None => {
            let looked = format!(
                "no span with service.name={:?} since {}",
                name.0, stack.snapshot.since
            );
            let proof = Evidence::new(EvidenceKind::Search, "Tempo", looked);
            let canary = arrived(service, stack);
            let but = if canary.is_some() {
                "and Tempo has no span of it, though one written with its settings arrives: its SDK sends none"
            } else {
                "and Tempo has no span of it"
            };
            fail(
                report(service, served, but)
                    .concerning(deciding_callers(service, stack))
                    .proof([proof])
                    .proof(canary)
                    .proof(connection(service))
                    .likely(),
            )
        }
    }
}

/// The services that may call it and begin no trace: what they do not sample is not sampled by whom they call either,
/// unless its own sampler asks no caller.
fn deciding_callers(service: &Service<'_>, stack: &Stack<'_>) -> Vec<Subject> {
    if !sampler_off::follows_its_callers(service) {
        return Vec::new();
    }
    let own = &service.container.attachments;
    stack
        .services
        .iter()
        .filter(|other| other.subject != service.subject && sampler_off::begins_nothing(other))
        .filter(|other| {
            let mut theirs = other.container.attachments.iter();
            theirs.any(|theirs| own.iter().any(|own| own.network == theirs.network))
        })
        .map(|other| other.subject.clone())
        .collect()
}

/// That a canary with the service's settings is in Tempo.
fn arrived(service: &Service<'_>, stack: &Stack<'_>) -> Option<Evidence> {
    let flight = stack.flight_of(service).ok().flatten()?;
    let landing = flight.landed().filter(|landing| landing.by_id.is_found())?;
    let asked = format!("{}/api/traces/{}", landing.asked, flight.trace_id);
    let text = format!("a canary sent from its network to {}", flight.to);
    Some(Evidence::new(EvidenceKind::Search, asked, text).at(Some(flight.sent_at)))
}

/// What the service's own sockets tell: whether its SDK is connected to the receiver at all.
fn connection(service: &Service<'_>) -> Option<Evidence> {
    let sockets = service.container.sockets.as_ref()?.known()?;
    let port = service.settings.known()?.port()?;
    let open = sockets
        .connections_to(port)
        .find(|connection| connection.state == ConnectionState::Established);
    let text = match open {
        Some(connection) => format!("connected to {}", connection.remote),
        None => format!("no connection to any port {port} at the moment of the look"),
    };
    Some(Evidence::new(
        EvidenceKind::Socket,
        &service.container.name,
        text,
    ))
}

enum Served {
    Requests(Evidence),
    Nothing,
    Unknown(Gap),
}

/// Whether the service served anything that a tracer would have recorded, by its own counter or its access log.
fn served(service: &Service<'_>, stack: &Stack<'_>) -> Served {
    let container = service.container;
    let metrics = container.metrics.as_ref();
    if let Some(metrics) = metrics.and_then(|metrics| metrics.known())
        && let Some(requests) = metrics.requests
    {
        return match requests {
            0 => Served::Nothing,
            count => Served::Requests(Evidence::new(
                EvidenceKind::Metric,
                &metrics.url,
                format!("http_requests_total {count}"),
            )),
        };
    }
    match container.logs.get() {
        Ok(logs) if logs.requests.count > 0 => {
            let last = logs.requests.last.as_ref();
            let proof = last.map_or_else(
                || {
                    Evidence::new(
                        EvidenceKind::Log,
                        &container.name,
                        format!("{} requests", logs.requests.count),
                    )
                },
                |line| Evidence::log(&container.name, line),
            );
            // A request line from before the window's spans could be found proves nothing about them.
            match last.and_then(|line| line.at) {
                Some(at) if at < stack.snapshot.since => Served::Nothing,
                Some(_) | None => Served::Requests(proof),
            }
        }
        Ok(_) => Served::Nothing,
        Err(gap) => Served::Unknown(gap),
    }
}

/// Whether any of its requests came within the window in which spans were searched for: a counter alone does not tell.
fn served_within_window(service: &Service<'_>, served: &Evidence, stack: &Stack<'_>) -> bool {
    let container = service.container;
    let logged = container
        .logs
        .known()
        .and_then(|logs| logs.requests.last.as_ref()?.at);
    let since = stack.snapshot.since;
    served.at.is_some()
        || logged.is_some_and(|at| at >= since)
        || container.state.started_at.is_some_and(|at| at >= since)
}

/// Whether it counts spans that a Tempo itself took, which says more than a search that lags behind.
fn were_taken(service: &Service<'_>, stack: &Stack<'_>) -> bool {
    stack.backend_of(service).is_some() && counters(service).is_some_and(|spans| spans.sent > 0)
}

fn counters(service: &Service<'_>) -> Option<crate::snapshot::SpanCounters> {
    service.container.metrics.as_ref()?.known()?.spans
}

fn too_fresh(served: &Evidence, stack: &Stack<'_>) -> bool {
    served
        .at
        .is_some_and(|at| stack.snapshot.taken_at.duration_since(at) < UNTIL_FOUND)
}

fn report(service: &Service<'_>, served: Evidence, but: &str) -> Report {
    let started = service.container.state.started_at;
    let look = "look for its tracer in the first lines of its log";
    let action = match silent_sdk::speak_up(service.container) {
        Some(hint) => format!("{look}; {hint}"),
        None => look.to_owned(),
    };
    Report::new(
        format!("`{}` serves requests, {but}", service.label()),
        served,
        Remedy::run(
            action,
            format!("docker logs {} 2>&1 | head -20", service.container.name),
        ),
    )
    .since(started.map(|at| Moment::new(at, "it started")))
    .proof(counters(service).map(|counters| {
        let text = format!(
            "spans made {}, sent {}, failed {}, dropped {}",
            counters.made, counters.sent, counters.failed, counters.dropped
        );
        Evidence::new(EvidenceKind::Metric, &service.container.name, text)
    }))
}

#[cfg(test)]
mod tests {
    use crate::{diagnose, fixtures, policy::Policy};

    use crate::{
        diagnosis::Diagnosis,
        observed::Observed,
        snapshot::{ServiceMetrics, Snapshot},
    };

    /// A look at a stack whose Tempo has no span of `scraper`, which says this of itself.
    fn unseen(change: impl FnOnce(&mut Snapshot, &mut ServiceMetrics)) -> Diagnosis {
        let mut snapshot = fixtures::healthy();
        if let Observed::Known(sightings) = &mut snapshot.tempos[0].sightings {
            sightings.retain(|sighting| sighting.service_name != "docutag-scraper");
        }
        let mut metrics = match &snapshot.service_mut("scraper").metrics {
            Some(Observed::Known(metrics)) => metrics.clone(),
            other => panic!("the fixture counts: {other:?}"),
        };
        change(&mut snapshot, &mut metrics);
        snapshot.service_mut("scraper").metrics = Some(Observed::Known(metrics));
        diagnose(&snapshot, &Policy::default())
    }

    #[test]
    fn spans_that_tempo_took_and_does_not_find_yet_are_no_finding() {
        let diagnosis = unseen(|_, _| {});
        assert_eq!(diagnosis.causes, []);
        assert!(!diagnosis.is_blind());
        assert_eq!(diagnosis.gaps.len(), 1);
    }

    #[test]
    fn a_service_that_nobody_called_within_the_window_is_no_finding() {
        let diagnosis = unseen(|snapshot, metrics| {
            metrics.spans = None;
            let scraper = snapshot.service_mut("scraper");
            scraper.state.started_at = Some(fixtures::ago(86_400));
            if let Observed::Known(logs) = &mut scraper.logs {
                logs.requests.last = None;
            }
        });
        assert_eq!(diagnosis.causes, []);
    }

    #[test]
    fn requests_without_spans_are_a_finding() {
        let diagnosis = unseen(|_, metrics| metrics.spans = None);
        let codes: Vec<_> = diagnosis
            .causes
            .iter()
            .map(|cause| cause.finding.code.to_string())
            .collect();
        assert_eq!(codes, ["PT0701"]);
    }

    #[test]
    fn a_callee_follows_a_caller_that_samples_nothing_unless_its_own_sampler_asks_nobody() {
        let codes = |own_sampler: Option<&str>| {
            let diagnosis = unseen(|snapshot, metrics| {
                metrics.spans = None;
                snapshot.add_variable("controller", "OTEL_TRACES_SAMPLER", "always_off");
                if let Some(sampler) = own_sampler {
                    snapshot.add_variable("scraper", "OTEL_TRACES_SAMPLER", sampler);
                }
                if let Observed::Known(sightings) = &mut snapshot.tempos[0].sightings {
                    sightings.clear();
                }
            });
            let codes = diagnosis.causes.iter().map(|cause| cause.finding.code);
            codes.map(|code| code.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(codes(None), ["PT0322"]);
        assert_eq!(codes(Some("parentbased_always_on")), ["PT0322"]);
        assert_eq!(codes(Some("parentbased_adaptive")), ["PT0322"]);
        assert_eq!(codes(Some("always_on")), ["PT0322", "PT0701"]);
    }

    #[test]
    fn spans_without_a_name_may_be_those_that_are_missed() {
        let nameless = fixtures::request(100).span(
            2,
            "unknown_service",
            crate::trace::SpanKind::Server,
            "POST /scrape",
            (20, 30),
        );
        let diagnosis = unseen(|snapshot, metrics| {
            metrics.spans = None;
            snapshot.traced([nameless]);
        });
        let [cause] = diagnosis.causes.as_slice() else {
            panic!("one root cause: {:?}", diagnosis.causes)
        };
        let symptoms = cause.symptoms.iter();
        let codes: Vec<String> = [cause.finding.code]
            .into_iter()
            .chain(symptoms.map(|symptom| symptom.code))
            .map(|code| code.to_string())
            .collect();
        assert_eq!(codes, ["PT0705", "PT0701"]);
    }

    #[test]
    fn spans_that_leave_the_engine_are_not_missed_in_its_tempo() {
        let mut snapshot = fixtures::healthy();
        let url = "https://otlp.example.com";
        snapshot.set_variable("scraper", "OTEL_EXPORTER_OTLP_ENDPOINT", url);
        if let Observed::Known(sightings) = &mut snapshot.tempos[0].sightings {
            sightings.retain(|sighting| sighting.service_name != "docutag-scraper");
        }
        let diagnosis = diagnose(&snapshot, &Policy::default());
        assert_eq!(diagnosis.causes, []);
    }
}
