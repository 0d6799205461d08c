//! Lines whose trace id is zero.

use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::{
        configuration::agent_hook_missing, explanations, export_errors::sdk_start_failed,
        quality::serves_but_sends_nothing,
    },
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    view::{Service, Stack},
};

/// Fewer lines than this prove nothing: what is logged outside of any span has no id.
const ENOUGH: u64 = 5;

pub(crate) static CHECK: Check = Check {
    code: Code::new(902),
    name: "trace-ids-zero",
    severity: Severity::Warning,
    summary: "a traced service's log lines carry trace ids that are all zero",
    why: "The logger is connected and finds no span: links between a trace and its logs find nothing.",
    causes: &[
        "The lines are written outside of the span, or in a thread or task that does not carry its context.",
        "The tracer is not started, so that every span is one that records nothing.",
    ],
    remedy: "Log inside of the span, hand its context on to threads and tasks, and start the tracer before the first request.",
    verify: "A line written by the next request carries a `trace_id` that is not zero.",
    masked_by: &[
        explanations::SWITCHED_OFF,
        &[
            Cause::same_subject(sdk_start_failed::CHECK.code),
            Cause::same_subject(agent_hook_missing::CHECK.code),
            Cause::same_subject(serves_but_sends_nothing::CHECK.code),
        ],
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let logs = service.container.logs.get()?;
    let coverage = logs.trace_ids;
    if coverage.with_trace_id > 0 || coverage.zero_ids == 0 {
        return Ok(Outcome::Pass);
    }
    if coverage.zero_ids < ENOUGH {
        return Ok(Outcome::NotApplicable(
            "too few of its lines carry any trace id",
        ));
    }
    let text = format!(
        "{} lines with a trace id of zeros, none with another",
        coverage.zero_ids
    );
    fail(Report::new(
        format!(
            "all {} trace ids in the log of `{}` are zero",
            coverage.zero_ids,
            service.label()
        ),
        Evidence::new(EvidenceKind::Log, &service.container.name, text),
        Remedy::edit(
            "log inside of the span, and start the tracer before the first request is served",
        ),
    ))
}
