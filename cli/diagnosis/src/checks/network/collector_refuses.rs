//! A collector that refuses or drops what it receives.

use super::{collector_exports_fail, collector_not_running};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::standing,
    code::Code,
    export_errors::ErrorKind,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    view::{Relay, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(424),
    name: "collector-refuses",
    severity: Severity::Warning,
    summary: "a collector refuses spans because its memory or its queue is full",
    why: "SDKs try again a few times and then drop the batch.",
    causes: &[
        "`memory_limiter` is at its limit.",
        "The sending queue is full, since the backend behind it is slow or away.",
    ],
    remedy: "Raise `memory_limiter` and the container's memory, or `sending_queue.queue_size`; mend the backend where that is slow.",
    verify: "`otelcol_receiver_refused_spans` does not grow.",
    masked_by: &[&[
        Cause::same_subject(collector_not_running::CHECK.code),
        Cause::same_subject(collector_exports_fail::CHECK.code),
    ]],
    explains: &[],
    examine: Examine::EachCollector(examine),
};

fn examine(relay: &Relay<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let logs = relay.container.logs.get()?;
    let refusals = logs.errors.iter().filter(|group| {
        let refuses = matches!(
            group.kind,
            ErrorKind::CollectorMemoryLimiter | ErrorKind::CollectorQueueFull
        );
        refuses && standing::stands(group, None)
    });
    let Some(group) = refusals.max_by_key(|group| group.last_at) else {
        return counted(relay);
    };
    fail(
        Report::new(
            format!(
                "collector `{}` refuses spans: {} ({})",
                relay.label(),
                group.kind.describe(),
                standing::count(group)
            ),
            Evidence::log(&relay.container.name, &group.sample),
            Remedy::edit(group.kind.advice().trim_end_matches('.')),
        )
        .since(standing::since(group)),
    )
}

/// Its own counters, which have no time: history, unless a line of the window says more.
fn counted(relay: &Relay<'_>) -> Verdict {
    let Some(metrics) = relay.facts.metrics.known() else {
        return Ok(Outcome::Pass);
    };
    let refused = metrics.refused.unwrap_or(0);
    let enqueue_failed = metrics.enqueue_failed.unwrap_or(0);
    let lost = refused.saturating_add(enqueue_failed);
    if lost == 0 {
        return Ok(Outcome::Pass);
    }
    let text = format!(
        "otelcol_receiver_refused_spans {refused}, otelcol_exporter_enqueue_failed_spans {enqueue_failed}"
    );
    fail(
        Report::new(
            format!(
                "collector `{}` refused {lost} spans since its start",
                relay.label(),
            ),
            Evidence::new(
                EvidenceKind::Metric,
                &metrics.url,
                format!("{text}; {}", metrics.shown()),
            ),
            Remedy::edit("look whether the counter still grows; its log says why while it does"),
        )
        .severity(Severity::Info),
    )
}
