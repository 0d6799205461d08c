//! Lines written while a request was served, without a trace id.

use super::trace_ids_zero;
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
    code: Code::new(901),
    name: "logs-without-trace-id",
    severity: Severity::Warning,
    summary: "a traced service's request logs carry no trace id",
    why: "Grafana's links between a trace and its logs find nothing, in both directions.",
    causes: &[
        "The logger is not connected to the tracer (MDC, `LoggingInstrumentor`, an slog handler).",
        "The lines are written outside the span.",
    ],
    remedy: "Connect the logger to the tracer, so that each line inside a span carries `trace_id` and `span_id`.",
    verify: "A line written by the next request carries a `trace_id` of 32 digits.",
    masked_by: &[&[
        Cause::same_subject(serves_but_sends_nothing::CHECK.code),
        Cause::same_subject(trace_ids_zero::CHECK.code),
    ]],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let logs = service.container.logs.get()?;
    let coverage = logs.trace_ids;
    if coverage.request_lines < ENOUGH {
        return Ok(Outcome::NotApplicable(
            "too few of its log lines belong to requests",
        ));
    }
    if coverage.with_trace_id > 0 {
        return Ok(Outcome::Pass);
    }
    let proof = logs.requests.last.as_ref().map_or_else(
        || {
            let text = format!(
                "{} structured lines of requests, none with a trace id",
                coverage.request_lines
            );
            Evidence::new(EvidenceKind::Log, &service.container.name, text)
        },
        |line| Evidence::log(&service.container.name, line),
    );
    fail(Report::new(
        format!(
            "none of the {} log lines that `{}` wrote while serving requests carries a trace id",
            coverage.request_lines,
            service.label()
        ),
        proof,
        Remedy::edit(
            "connect its logger to its tracer, so that lines inside a span carry `trace_id`",
        ),
    ))
}
