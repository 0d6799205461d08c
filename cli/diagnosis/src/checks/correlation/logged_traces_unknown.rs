//! Traces that a service's lines name, and that Tempo does not have.

use jiff::Timestamp;

use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::{
        configuration::sampler_off,
        end_to_end::{canary_lost, received_but_not_found, sent_but_not_received},
        explanations,
        quality::serves_but_sends_nothing,
        tempo::{block_lost, query_fails, rate_limited, spans_discarded, spans_refused},
    },
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    observed::Gap,
    policy::Policy,
    snapshot::{LoggedTrace, SampledFlag},
    trace::SETTLED,
    view::{Service, Stack},
};

/// Fewer traces than this prove nothing.
const ENOUGH: usize = 2;
/// And so many where no line says that they are kept: a sampler may have left them out.
const ENOUGH_UNSAID: usize = 3;

pub(crate) static CHECK: Check = Check {
    code: Code::new(904),
    name: "logged-traces-unknown",
    severity: Severity::Warning,
    summary: "Tempo has none of the traces that a service's log lines name",
    why: "Links from a line to its trace end at \"trace not found\".",
    causes: &[
        "The ids in the log are not those of OpenTelemetry: another tracer's, or a request's.",
        "A collector samples the traces, or sends them to another Tempo or tenant.",
        "The service drops spans before they are sent.",
    ],
    remedy: "Compare an id in the log with the `traceparent` that the service sends, and look at the sampling of its SDK and its collector.",
    verify: "`ptctl trace show TRACE` finds the trace of a line that is a minute old.",
    masked_by: &[
        explanations::SWITCHED_OFF,
        explanations::ENDPOINT,
        explanations::NETWORK_PATH,
        explanations::BACKEND,
        explanations::RELAY,
        explanations::SERVICE_AWAY,
        explanations::EXPORT_ERRORS,
        &[
            Cause::same_subject(serves_but_sends_nothing::CHECK.code),
            Cause::concerned(sampler_off::CHECK.code),
            Cause::export_target(canary_lost::CHECK.code),
            Cause::same_subject(sent_but_not_received::CHECK.code),
            Cause::export_target(received_but_not_found::CHECK.code),
            Cause::export_target(query_fails::CHECK.code),
            Cause::export_target(spans_refused::CHECK.code),
            Cause::export_target(spans_discarded::CHECK.code),
            Cause::export_target(rate_limited::CHECK.code),
            Cause::export_target(block_lost::CHECK.code),
        ],
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let logs = service.container.logs.get()?;
    let Some(from) = kept_since(service, stack)? else {
        return Ok(Outcome::NotApplicable(
            "Tempo has no span of it to compare with",
        ));
    };
    let settled: Vec<&LoggedTrace> = logs
        .traces
        .iter()
        .filter(|logged| logged.sampled != SampledFlag::Dropped && logged.at > from)
        .filter(|logged| stack.snapshot.taken_at.duration_since(logged.at) >= SETTLED)
        .collect();
    if settled.is_empty() {
        return Ok(Outcome::NotApplicable(
            "no line names a trace that should be in Tempo by now",
        ));
    }
    let mut answers = Vec::new();
    for logged in settled {
        if let Some(found) = is_found(logged, stack)? {
            answers.push((logged, found));
        }
    }
    if answers.iter().any(|(_, found)| *found) {
        return Ok(Outcome::Pass);
    }
    let says_kept = answers
        .iter()
        .all(|(logged, _)| logged.sampled == SampledFlag::Kept);
    let enough = if says_kept { ENOUGH } else { ENOUGH_UNSAID };
    if answers.len() < enough || (!says_kept && samples(stack)) {
        return Ok(Outcome::NotApplicable(
            "too few of the traces that its lines name were asked for, or a sampler may have left them out",
        ));
    }
    let proofs: Vec<Evidence> = answers
        .iter()
        .map(|(logged, _)| {
            let said = match logged.sampled {
                SampledFlag::Kept => ", as one that is kept",
                SampledFlag::Unsaid | SampledFlag::Dropped => "",
            };
            let text = format!(
                "a line names trace {}{said}; Tempo has no span of it",
                logged.id
            );
            Evidence::new(EvidenceKind::Log, &service.container.name, text).at(Some(logged.at))
        })
        .collect();
    let mut proofs = proofs.into_iter();
    let (Some(first), Some((logged, _))) = (proofs.next(), answers.first()) else {
        return Ok(Outcome::Pass);
    };
    let report = Report::new(
        format!(
            "Tempo has none of the {} traces that lines of `{}` name, though it has others of its spans",
            answers.len(),
            service.label()
        ),
        first,
        Remedy::run(
            "see whether the ids in the log are those of its spans, and what samples its traces",
            format!("ptctl trace show {}", logged.id),
        ),
    )
    .proof(proofs);
    fail(if says_kept {
        report
    } else {
        report.severity(Severity::Info).likely()
    })
}

/// From when on a trace of a service should be there: since it and Tempo started, within Tempo's retention, and not after
/// the last span of it that arrived. `None` where none arrived.
fn kept_since(service: &Service<'_>, stack: &Stack<'_>) -> Result<Option<Timestamp>, Gap> {
    if service.name.is_none() || stack.backends.is_empty() {
        return Ok(None);
    }
    let arrived = stack
        .sighting_of(service)?
        .and_then(|sighting| sighting.last_at);
    let Some(_) = arrived else {
        return Ok(None);
    };
    let starts = stack
        .backends
        .iter()
        .filter_map(|backend| backend.container)
        .chain([service.container])
        .filter_map(|container| container.state.started_at);
    let now = stack.snapshot.taken_at;
    let kept = stack.backends.iter().filter_map(|backend| {
        let retention = backend.tempo.config.known()?.retention?;
        now.checked_sub(retention).ok()
    });
    Ok(starts.chain(kept).chain([stack.snapshot.since]).max())
}

/// Whether any backend has a trace; `None` where nobody was asked. `Err` where one could not be asked, and no other has it.
fn is_found(logged: &LoggedTrace, stack: &Stack<'_>) -> Result<Option<bool>, Gap> {
    let mut found = None;
    let mut gap = None;
    for backend in &stack.backends {
        match backend.tempo.logged.as_ref().map(|asked| asked.get()) {
            Some(Ok(asked)) => {
                let answer = asked.iter().find(|asked| asked.id == logged.id);
                if let Some(answer) = answer {
                    found = Some(found.unwrap_or(false) || answer.found);
                }
            }
            Some(Err(missing)) => gap = Some(missing),
            None => {}
        }
    }
    match (found, gap) {
        (None | Some(false), Some(gap)) => Err(gap),
        (found, _) => Ok(found),
    }
}

/// Whether a setting in the stack, or a collector, may leave traces out.
fn samples(stack: &Stack<'_>) -> bool {
    let named = stack.services.iter().any(|service| {
        let sampler = service.container.setting("OTEL_TRACES_SAMPLER");
        sampler.is_some_and(|sampler| !sampler.ends_with("always_on"))
    });
    named || !stack.collectors.is_empty()
}

#[cfg(test)]
mod tests {
    use crate::{
        diagnose, fixtures,
        observed::Observed,
        policy::Policy,
        snapshot::{SampledFlag, Snapshot},
    };

    fn codes(change: impl FnOnce(&mut Snapshot)) -> Vec<String> {
        let mut snapshot = fixtures::healthy();
        change(&mut snapshot);
        let diagnosis = diagnose(&snapshot, &Policy::default());
        let codes = diagnosis.findings().map(|finding| finding.code.to_string());
        codes.collect()
    }

    #[test]
    fn traces_that_were_not_kept_or_are_too_young_or_too_old_are_no_finding() {
        let no_finding = [""; 0];
        assert_eq!(
            codes(|stack| stack.logged([100, 200, 300], SampledFlag::Dropped)),
            no_finding
        );
        assert_eq!(
            codes(|stack| stack.logged([5, 15, 25], SampledFlag::Kept)),
            no_finding
        );
        // Tempo and the service started 600 s ago.
        assert_eq!(
            codes(|stack| stack.logged([700, 800, 900], SampledFlag::Kept)),
            no_finding
        );
        assert_eq!(
            codes(|stack| stack.logged([100, 200, 300], SampledFlag::Unsaid)),
            ["PT0904"]
        );
    }

    #[test]
    fn a_sampler_explains_what_no_line_calls_kept() {
        let sampled = |stack: &mut Snapshot| {
            stack.logged([100, 200, 300], SampledFlag::Unsaid);
            stack.add_variable(
                "controller",
                "OTEL_TRACES_SAMPLER",
                "parentbased_traceidratio",
            );
        };
        assert_eq!(codes(sampled), [""; 0]);
    }

    #[test]
    fn one_trace_that_is_there_is_enough() {
        let found = |stack: &mut Snapshot| {
            stack.logged([100, 200, 300], SampledFlag::Kept);
            let Some(Observed::Known(asked)) = &mut stack.tempos[0].logged else {
                unreachable!()
            };
            asked[1].found = true;
        };
        assert_eq!(codes(found), [""; 0]);
    }
}
