//! A scrape target of Prometheus that is down although its container runs.

use super::source;
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    export::Target,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    snapshot::{Prometheus, ScrapeTarget, Status},
    view::{Neighbour, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(1015),
    name: "prometheus-target-down",
    severity: Severity::Info,
    summary: "Prometheus cannot scrape a running container of the stack",
    why: "Metrics beside the traces are missing; traces themselves are not touched by it.",
    causes: &[
        "The port or path in `scrape_configs` is wrong.",
        "The service has no metrics.",
    ],
    remedy: "Correct port and path of the target in Prometheus' configuration.",
    verify: "Prometheus' page `/targets` shows it as up.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachPrometheus(examine),
};

fn examine(prometheus: &Neighbour<'_, Prometheus>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let targets = prometheus.facts.targets.get()?;
    // What does not run is no fault of the scrape.
    let runs = |target: &&ScrapeTarget| {
        let way = source::way(&target.url, prometheus.container, stack.snapshot);
        matches!(way.map(|way| way.target), Some(Target::Container { container, .. })
            if container.state.status == Status::Running)
    };
    let down: Vec<&ScrapeTarget> = targets
        .iter()
        .filter(|target| target.health == "down")
        .filter(runs)
        .collect();
    let Some(first) = down.first() else {
        return Ok(Outcome::Pass);
    };
    let url = prometheus
        .facts
        .reached
        .known()
        .map_or("", |reached| reached.url());
    let proof = |target: &ScrapeTarget| {
        let text = format!("{} down: {}", target.url, target.last_error);
        Evidence::new(EvidenceKind::Http, format!("{url}/api/v1/targets"), text)
    };
    fail(
        Report::new(
            format!(
                "Prometheus `{}` cannot scrape `{}` (job `{}`): {}",
                prometheus.label(),
                first.url,
                first.job,
                first.last_error
            ),
            proof(first),
            Remedy::edit("correct the target's port and path in Prometheus' configuration"),
        )
        .proof(down[1..].iter().map(|target| proof(target))),
    )
}
