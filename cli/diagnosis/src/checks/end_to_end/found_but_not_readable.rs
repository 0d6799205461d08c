//! Traces that search finds and that cannot be read.

use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::{
        storage::volume_shared,
        tempo::{block_lost, writes_failing},
    },
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    snapshot::QueryAnswer,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(602),
    name: "found-but-not-readable",
    severity: Severity::Warning,
    summary: "a trace that search finds cannot be read by its id",
    why: "A list of traces looks healthy in Grafana, and every click on one of them ends in `404`.",
    causes: &[
        "Its blocks were lost between the search and now: a write that failed, a second Tempo on the volume.",
        "Blocks in a format that this version no longer reads.",
        "A proxy in front that passes on one path only.",
    ],
    remedy: "Read Tempo's log for errors of blocks, and see whether a second Tempo writes the same volume.",
    verify: "`ptctl doctor` reads the newest trace by its id.",
    masked_by: &[&[
        Cause::same_subject(writes_failing::CHECK.code),
        Cause::same_subject(block_lost::CHECK.code),
        Cause::same_subject(volume_shared::CHECK.code),
    ]],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let query = backend.tempo.query.get()?;
    if let QueryAnswer::Refused { .. } = query.answer {
        return Ok(Outcome::NotApplicable("its search does not answer"));
    }
    let Some(read) = &query.read_back else {
        return Ok(Outcome::NotApplicable(
            "its search found no trace in the window",
        ));
    };
    let QueryAnswer::Refused {
        status: 404,
        reason,
    } = &read.answer
    else {
        return Ok(Outcome::Pass);
    };
    let url = backend
        .tempo
        .reached
        .known()
        .map_or("", |reached| reached.url());
    let message = format!(
        "search of Tempo `{}` finds trace `{}`, which cannot be read by its id",
        backend.label(),
        read.trace_id
    );
    let found = format!(
        "{} traces, the newest of them {}",
        query.found, read.trace_id
    );
    let remedy = Remedy::edit(
        "read its log for errors of blocks, and see whether a second Tempo writes its volume",
    );
    let proof = Evidence::new(
        EvidenceKind::Http,
        format!("{url}/api/traces/{}", read.trace_id),
        format!("HTTP 404 {reason}").trim_end().to_owned(),
    );
    fail(
        Report::new(message, proof.at(Some(stack.snapshot.taken_at)), remedy).proof([
            Evidence::new(
                EvidenceKind::Search,
                format!("{url}{}", query.search),
                found,
            )
            .at(read.started_at),
        ]),
    )
}
