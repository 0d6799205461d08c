//! A collector whose exports fail.

use jiff::{SignedDuration, Timestamp};

use super::{
    collector_export_on_another_network, collector_export_port, collector_export_tls,
    collector_export_unknown_host, collector_not_running, collector_sends_to_itself,
};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::{explanations, standing, tempo::spans_refused},
    code::Code,
    export_errors::{ErrorKind, Loss},
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    snapshot::ErrorGroup,
    view::{Relay, Stack},
};

/// For so long the collector's own retries bridge an outage.
const LASTING: SignedDuration = SignedDuration::from_mins(5);
/// Retries are tried so often; without a line for longer, they have ended.
const RECENT: SignedDuration = SignedDuration::from_mins(2);

pub(crate) static CHECK: Check = Check {
    code: Code::new(423),
    name: "collector-exports-fail",
    severity: Severity::Error,
    summary: "a collector cannot hand its traces on",
    why: "Its senders see no error: the collector keeps spans for minutes and then drops them.",
    causes: &[
        "Tempo is down or refuses what it is sent.",
        "The exporter's endpoint, protocol or TLS is wrong.",
        "Tempo's limits are exceeded.",
    ],
    remedy: "Mend what the line's `error` names: the exporter's endpoint, or Tempo itself.",
    verify: "Its log is quiet, and Tempo counts accepted spans.",
    masked_by: &[
        &[
            Cause::same_subject(collector_not_running::CHECK.code),
            Cause::same_subject(collector_sends_to_itself::CHECK.code),
            Cause::same_subject(collector_export_unknown_host::CHECK.code),
            Cause::same_subject(collector_export_on_another_network::CHECK.code),
            Cause::same_subject(collector_export_port::CHECK.code),
            Cause::same_subject(collector_export_tls::CHECK.code),
        ],
        explanations::BACKEND,
        &[Cause::export_target(spans_refused::CHECK.code)],
    ],
    explains: &[],
    examine: Examine::EachCollector(examine),
};

fn examine(relay: &Relay<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let logs = relay.container.logs.get()?;
    let over = over_until(relay, stack);
    let newest = logs
        .errors
        .iter()
        .filter(|group| !is_of_receiving(group.kind) && standing::stands(group, over))
        .max_by_key(|group| (group.lost == Loss::Yes, group.last_at));
    let Some(group) = newest else {
        return Ok(Outcome::Pass);
    };
    let report = report(relay, group);
    match group.lost {
        Loss::Yes => fail(report),
        Loss::No | Loss::Unknown if lasts(group, stack.snapshot.taken_at) => {
            fail(report.severity(Severity::Warning))
        }
        Loss::No | Loss::Unknown => Ok(Outcome::NotApplicable(
            "its failed exports are tried again, and have not failed for long",
        )),
    }
}

/// Whether an error is about what it receives rather than about what it sends.
pub(super) fn is_of_receiving(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::CollectorMemoryLimiter
            | ErrorKind::CollectorQueueFull
            | ErrorKind::CollectorConfigInvalid
    )
}

fn lasts(group: &ErrorGroup, now: Timestamp) -> bool {
    let (Some(first), Some(last)) = (group.first_at, group.last_at) else {
        return false;
    };
    last.duration_since(first) > LASTING && now.duration_since(last) < RECENT
}

/// The last moment at which something shows that what it sends arrives: a span of a service that sends through it, or
/// the start of the Tempo behind it, if that is ready now.
fn over_until(relay: &Relay<'_>, stack: &Stack<'_>) -> Option<Timestamp> {
    let sighted = stack
        .clients_of(relay)
        .filter_map(|service| stack.sighting_of(service).ok()??.last_at)
        .max();
    let back = stack
        .backends_of(relay)
        .filter_map(|backend| standing::came_back(backend, stack))
        .max();
    sighted.max(back)
}

fn report(relay: &Relay<'_>, group: &ErrorGroup) -> Report {
    let to = relay.routes.first().map_or(String::new(), |route| {
        format!(" to `{}`", route.exporter.shown())
    });
    let advice = group.kind.advice().trim_end_matches('.');
    let counters = relay
        .facts
        .metrics
        .known()
        .map(|metrics| Evidence::new(EvidenceKind::Metric, &metrics.url, metrics.shown()));
    Report::new(
        format!(
            "collector `{}` fails to export traces{to}: {} ({})",
            relay.label(),
            group.kind.describe(),
            standing::count(group)
        ),
        Evidence::log(&relay.container.name, &group.sample),
        Remedy::edit(advice),
    )
    .since(standing::since(group))
    .proof(counters)
    .proof(relay.routes.iter().map(|route| route.exporter.proof()))
}
