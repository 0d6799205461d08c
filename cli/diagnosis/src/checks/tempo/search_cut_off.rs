//! The newest half minute is hidden from search.

use super::proof::{release, setting};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Evidence, Remedy, Severity},
    policy::Policy,
    snapshot::Readiness,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(225),
    name: "search-cut-off",
    severity: Severity::Info,
    summary: "search leaves out the last 30 s",
    why: "Tempo 3 ends every search and metrics query 30 s before now: a trace that was just sent is found by its id at once, and by search half a minute later.",
    causes: &["`query_frontend.query_end_cutoff` is not set; its default is 30s since 3.0."],
    remedy: "For development set `query_frontend.query_end_cutoff: 0s`: search then finds a trace after 6 to 10 s.",
    verify: "A search finds a trace ten seconds after it was sent.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(release) = release(backend) else {
        backend.tempo.version.get()?;
        return Ok(Outcome::NotApplicable(
            "its release is not one of Tempo's numbered ones",
        ));
    };
    if release.major < 3 {
        return Ok(Outcome::NotApplicable(
            "only 3.x hides the newest from search",
        ));
    }
    if backend.tempo.ready.known() != Some(&Readiness::Ready) {
        return Ok(Outcome::NotApplicable("it answers no search"));
    }
    let document = backend.tempo.file.get()?;
    let cutoff = setting(backend, &[&["query_frontend", "query_end_cutoff"]]);
    if cutoff.is_some() {
        return Ok(Outcome::Pass);
    }
    let message = format!(
        "Tempo `{}` leaves the last 30 s out of every search: a trace just sent is found by its id only",
        backend.label()
    );
    let section = document.at(&["query_frontend"]).unwrap_or(&document.root);
    let proof = Evidence::setting(
        document.location(section),
        "query_frontend.query_end_cutoff is not set; its default is 30s",
    );
    fail(Report::new(
        message,
        proof,
        Remedy::edit(
            "for development set `query_frontend.query_end_cutoff: 0s` in its configuration and restart it",
        ),
    ))
}
