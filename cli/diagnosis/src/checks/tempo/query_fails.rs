//! Tempo answers queries with errors.

use super::not_ready;
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::{
        commands,
        storage::{object_storage, object_storage_unreachable},
    },
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    observed::{Gap, Probe},
    policy::Policy,
    snapshot::QueryAnswer,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(230),
    name: "query-fails",
    severity: Severity::Error,
    summary: "Tempo answers queries with errors",
    why: "Traces may arrive and be stored, and yet nobody can read them.",
    causes: &[
        "A part of Tempo that queries need does not work; its log says which.",
        "Too many queries at once: `job queue full`, `too many outstanding requests`.",
        "The storage does not answer, or holds blocks in a format that this version no longer reads.",
    ],
    remedy: "Read Tempo's log at the time of the query; raise `query_frontend.max_outstanding_per_tenant` where it says that too many are waiting.",
    verify: "`ptctl status` shows the last span of each service.",
    masked_by: &[
        object_storage::CAUSES,
        &[
            Cause::same_subject(not_ready::CHECK.code),
            Cause::same_subject(object_storage_unreachable::CHECK.code),
        ],
    ],
    explains: &[Probe::TempoSearch, Probe::Traces],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let query = backend.tempo.query.get()?;
    let url = backend
        .tempo
        .reached
        .known()
        .map_or("", |reached| reached.url());
    let read_back = query
        .read_back
        .as_ref()
        .map(|read| (format!("/api/traces/{}", read.trace_id), &read.answer));
    let asked = std::iter::once((query.search.clone(), &query.answer)).chain(read_back);
    for (path, answer) in asked {
        let QueryAnswer::Refused { status, reason } = answer else {
            continue;
        };
        match status {
            // That the trace is not there is another check's.
            404 => continue,
            429 | 500.. => {}
            // A tenant or credentials that we do not have, or something else in its place.
            _ => {
                let reason = format!("HTTP {status}: {reason}");
                return Err(Gap::new(
                    Probe::TempoSearch,
                    backend.subject.clone(),
                    reason,
                ));
            }
        }
        let message = format!(
            "Tempo `{}` answers queries with HTTP {status}: {reason}",
            backend.label()
        );
        let remedy = match backend.container {
            Some(container) => Remedy::run(
                "read what its log says at the time of the query",
                commands::logs(container),
            ),
            None => Remedy::edit("ask whoever runs it; its own log names the reason"),
        };
        let proof = Evidence::new(
            EvidenceKind::Http,
            format!("{url}{path}"),
            format!("HTTP {status}: {reason}"),
        )
        .at(Some(stack.snapshot.taken_at));
        return fail(Report::new(message, proof, remedy));
    }
    Ok(Outcome::Pass)
}
