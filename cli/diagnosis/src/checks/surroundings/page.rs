//! What a program's own page about itself says.

use jiff::SignedDuration;

use crate::{
    check::{Outcome, Report, Verdict, fail},
    checks::commands,
    finding::{Evidence, EvidenceKind, Moment, Remedy},
    observed::Observed,
    snapshot::{Container, Reached, Readiness},
    view::Stack,
};

/// So long a start may take.
const STARTING: SignedDuration = SignedDuration::from_secs(90);

/// Judges what `name`, as a sentence calls it, says of itself.
pub(super) fn examine(
    name: &str,
    container: &Container,
    ready: &Observed<Readiness>,
    reached: &Observed<Reached>,
    stack: &Stack<'_>,
) -> Verdict {
    let url = reached.known().map_or("", |reached| reached.url());
    let (status, reason) = match ready.get()? {
        Readiness::Ready => return Ok(Outcome::Pass),
        // A page elsewhere, behind a prefix or credentials, says nothing of what is behind it.
        Readiness::NotReady { status, .. } if *status < 500 => {
            return Ok(Outcome::NotApplicable("its page is elsewhere"));
        }
        Readiness::NotReady { status, reason } => (status, reason),
        // Its port may be another than the usual one.
        Readiness::NoAnswer { .. } => {
            return Ok(Outcome::NotApplicable("nothing answers at its usual port"));
        }
    };
    let age = container
        .state
        .started_at
        .map(|started| stack.snapshot.taken_at.duration_since(started));
    if age.is_some_and(|age| age < STARTING) {
        return Ok(Outcome::NotApplicable("it started a moment ago"));
    }
    let said = reason.lines().next().unwrap_or_default();
    let since = container
        .state
        .started_at
        .map(|at| Moment::new(at, "it started"));
    fail(
        Report::new(
            format!("{name} is not ready: HTTP {status} {said}"),
            Evidence::new(EvidenceKind::Http, url, format!("HTTP {status}: {reason}")),
            Remedy::run("read its log", commands::logs(container)),
        )
        .since(since),
    )
}
