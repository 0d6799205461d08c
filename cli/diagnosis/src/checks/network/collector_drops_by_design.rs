//! A collector that leaves traces out because it is told to.

use super::relay;
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Remedy, Severity},
    policy::Policy,
    view::{Relay, Stack},
};

/// Processors that leave out traces or spans.
const DROPPING: [&str; 3] = ["tail_sampling", "probabilistic_sampler", "filter"];

pub(crate) static CHECK: Check = Check {
    code: Code::new(422),
    name: "collector-drops-by-design",
    severity: Severity::Info,
    summary: "a collector samples or filters traces",
    why: "A trace that is not there may have been left out on purpose: nothing fails and nothing is logged.",
    causes: &[
        "A `tail_sampling`, `probabilistic_sampler` or `filter` processor stands in the traces pipeline.",
    ],
    remedy: "Nothing, where that is wanted; else take the processor out of the traces pipeline.",
    verify: "Without the processor every request has a trace.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachCollector(examine),
};

fn examine(relay: &Relay<'_>, _: &Stack<'_>, _: &Policy) -> Verdict {
    let pipelines = relay.pipelines.get()?;
    if !pipelines.handles_traces() {
        return Ok(Outcome::NotApplicable(relay::NO_TRACES));
    }
    let mut dropping = pipelines
        .processors
        .iter()
        .filter(|part| DROPPING.contains(&part.kind.as_str()));
    let Some(first) = dropping.next() else {
        return Ok(Outcome::Pass);
    };
    let rest: Vec<_> = dropping.collect();
    let all = [first].into_iter().chain(rest.iter().copied());
    fail(
        Report::new(
            format!(
                "collector `{}` keeps a part of the traces only: {}",
                relay.label(),
                relay::names(all.map(|part| part.id.as_str()))
            ),
            first.proof(),
            Remedy::edit(
                "take the processor out of the traces pipeline where every trace is wanted",
            ),
        )
        .proof(rest.into_iter().map(crate::collector::Part::proof)),
    )
}
