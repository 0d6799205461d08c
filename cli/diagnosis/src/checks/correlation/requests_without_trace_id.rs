//! Requests that are logged as free text, without the ids of their traces.

use super::{logs_without_trace_id, trace_ids_zero};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::quality::serves_but_sends_nothing,
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    view::{Service, Stack},
};

/// Fewer request lines than this prove nothing.
const ENOUGH: u64 = 5;

pub(crate) static CHECK: Check = Check {
    code: Code::new(905),
    name: "requests-without-trace-id",
    severity: Severity::Info,
    summary: "Tempo has traces of a service, and no line of its log names one",
    why: "Nobody gets from a trace to the lines that were written meanwhile, nor from a line to its trace.",
    causes: &[
        "The log's format has no place for the ids: `%(otelTraceID)s`, `%X{trace_id}`.",
        "The lines are those of a web server's access log, which knows nothing of spans.",
    ],
    remedy: "Connect the logger to the tracer, and put `trace_id` into the format of its lines.",
    verify: "A line written by the next request holds a `trace_id` of 32 digits.",
    masked_by: &[&[
        Cause::same_subject(serves_but_sends_nothing::CHECK.code),
        Cause::same_subject(logs_without_trace_id::CHECK.code),
        Cause::same_subject(trace_ids_zero::CHECK.code),
    ]],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let logs = service.container.logs.get()?;
    let coverage = logs.trace_ids;
    if coverage.with_trace_id > 0 {
        return Ok(Outcome::Pass);
    }
    // Records, and ids of zeros, are other checks'.
    if coverage.request_lines > 0 || coverage.zero_ids > 0 || logs.requests.count < ENOUGH {
        return Ok(Outcome::NotApplicable(
            "too few of its requests are logged as free text",
        ));
    }
    if service.name.is_none() || stack.backends.is_empty() {
        return Ok(Outcome::NotApplicable(
            "there is no Tempo to look in, or no name to look for",
        ));
    }
    let Some(last_at) = stack
        .sighting_of(service)?
        .and_then(|sighting| sighting.last_at)
    else {
        return Ok(Outcome::NotApplicable("Tempo has no span of it"));
    };
    let container = &service.container.name;
    let count = logs.requests.count;
    let proof = logs.requests.last.as_ref().map_or_else(
        || Evidence::new(EvidenceKind::Log, container, format!("{count} requests")),
        |line| Evidence::log(container, line),
    );
    fail(
        Report::new(
            format!(
                "`{}` logs its requests without the ids of their traces: Tempo has such, and none of {count} lines names one",
                service.label()
            ),
            proof,
            Remedy::edit(format!(
                "put the trace's id into the format of the lines of `{}`, and connect its logger to its tracer",
                service.label()
            )),
        )
        .proof([Evidence::new(EvidenceKind::Search, "Tempo", "the last span of it").at(Some(last_at))]),
    )
}
