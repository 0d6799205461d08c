//! Tempo accepts spans and throws them away.

use super::{
    discards::{OF_THEIR_OWN, counter},
    proof::counting_since,
    spans_refused,
};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Remedy, Severity},
    policy::Policy,
    snapshot::Discarded,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(205),
    name: "spans-discarded",
    severity: Severity::Warning,
    summary: "Tempo throws spans away for a reason of its own",
    why: "The counter names the reason; for many of them the sender is told that all is well.",
    causes: &[
        "`unknown_error`: Tempo could not keep them; its log says why.",
        "`trace_too_large_to_compact`: a trace outgrew its limit while blocks were merged.",
    ],
    remedy: "Read what Tempo's log says about the reason that the counter names.",
    verify: "`ptctl status` shows the count of discarded spans standing still.",
    masked_by: &[&[Cause::same_subject(spans_refused::CHECK.code)]],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let metrics = backend.tempo.metrics.get()?;
    let mut others: Vec<&Discarded> = metrics
        .discarded
        .iter()
        .filter(|discarded| !OF_THEIR_OWN.contains(&discarded.reason.as_str()))
        .collect();
    others.sort_by_key(|discarded| std::cmp::Reverse(discarded.spans));
    let Some((worst, rest)) = others.split_first() else {
        return Ok(Outcome::Pass);
    };
    let message = format!(
        "Tempo `{}` threw away {} spans since its start as `{}`, its own word for the reason",
        backend.label(),
        worst.spans,
        worst.reason,
    );
    let remedy = Remedy::edit("read what Tempo's log says about it");
    fail(
        Report::new(message, counter(backend, worst), remedy)
            .since(counting_since(backend))
            .proof(rest.iter().map(|discarded| counter(backend, discarded))),
    )
}
