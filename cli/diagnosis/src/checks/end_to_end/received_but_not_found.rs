//! Spans that were accepted and that no search finds.

use jiff::SignedDuration;

use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::{
        storage::disk_nearly_full,
        tempo::{
            live_traces_exceeded,
            proof::{counting_since, metric},
            query_fails, trace_too_large, writes_failing,
        },
    },
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    snapshot::QueryAnswer,
    view::{Backend, Stack},
};

/// A Tempo that started later may not have answered its first search.
const SETTLED: SignedDuration = SignedDuration::from_mins(3);
/// So long after the last request every span of it has left memory and is found.
const QUIET: SignedDuration = SignedDuration::from_mins(2);

pub(crate) static CHECK: Check = Check {
    code: Code::new(603),
    name: "received-but-not-found",
    severity: Severity::Warning,
    summary: "Tempo accepted spans, and its search finds none",
    why: "Everything on the way in works, and yet nothing can be looked at.",
    causes: &[
        "Writes fail, so that spans are gone when they leave memory.",
        "The times on the spans lie outside of what is searched: a clock that is wrong.",
        "Everything was dropped after it was acknowledged.",
    ],
    remedy: "Read Tempo's log for failed writes; compare the clocks of the senders with Tempo's.",
    verify: "`ptctl status` shows a last span.",
    masked_by: &[&[
        Cause::same_subject(disk_nearly_full::CHECK.code),
        Cause::same_subject(writes_failing::CHECK.code),
        Cause::same_subject(query_fails::CHECK.code),
        Cause::same_subject(trace_too_large::CHECK.code),
        Cause::same_subject(live_traces_exceeded::CHECK.code),
    ]],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let metrics = backend.tempo.metrics.get()?;
    let query = backend.tempo.query.get()?;
    let services = backend.tempo.services.get()?;
    let finds = query.found > 0 || query.canaries > 0 || !services.is_empty();
    if query.answer != QueryAnswer::Answered || finds {
        return Ok(Outcome::Pass);
    }
    let discarded: u64 = metrics
        .discarded
        .iter()
        .map(|discarded| discarded.spans)
        .sum();
    if metrics.accepted <= discarded {
        return Ok(Outcome::NotApplicable(
            "it has accepted no span that it did not drop",
        ));
    }
    let now = stack.snapshot.taken_at;
    // Older counts may be of spans that are older than what is searched.
    let counts_are_of_window = metrics.started_at.is_some_and(|started| {
        started >= stack.snapshot.since && now.duration_since(started) >= SETTLED
    });
    if !counts_are_of_window {
        return Ok(Outcome::NotApplicable(
            "when it accepted spans is not known",
        ));
    }
    // Fresh spans are in memory, or within the half minute that 3.x hides: then it is too early to tell.
    let last_request = stack
        .services
        .iter()
        .filter(|service| {
            stack
                .backend_of(service)
                .is_some_and(|target| target.subject == backend.subject)
        })
        .filter_map(|service| service.container.logs.known()?.requests.last.as_ref()?.at)
        .max();
    let is_quiet = metrics.live_traces == Some(0)
        && last_request.is_some_and(|last| now.duration_since(last) >= QUIET);
    if !is_quiet {
        return Ok(Outcome::NotApplicable(
            "its spans may be too fresh to be found",
        ));
    }
    let url = backend
        .tempo
        .reached
        .known()
        .map_or("", |reached| reached.url());
    let message = format!(
        "Tempo `{}` accepted {} spans since its start, and its search finds none of them",
        backend.label(),
        metrics.accepted
    );
    let remedy = Remedy::edit(
        "read its log for failed writes, and compare the clocks of the senders with its own",
    );
    let counter = format!("tempo_receiver_accepted_spans {}", metrics.accepted);
    fail(
        Report::new(message, metric(backend, counter), remedy)
            .likely()
            .since(counting_since(backend))
            .proof([Evidence::new(
                EvidenceKind::Search,
                format!("{url}{}", query.search),
                "nothing found",
            )
            .at(Some(now))]),
    )
}
