//! A scrape target of Prometheus that is down although its container runs.

use jiff::SignedDuration;

use super::source;
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    export::Target,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    snapshot::{Container, Prometheus, ScrapeTarget, Status},
    view::{Neighbour, Stack},
};

/// So long a container may take until it answers.
const STARTING: SignedDuration = SignedDuration::from_secs(30);

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
            if container.state.status == Status::Running && ran_already(container, target))
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

/// Whether a container had run for a while when it was scraped last: a scrape before its start says nothing of it.
fn ran_already(container: &Container, target: &ScrapeTarget) -> bool {
    match (container.state.started_at, target.last_scrape) {
        (Some(started), Some(scraped)) => scraped.duration_since(started) >= STARTING,
        (None, _) | (_, None) => true,
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::CHECK;
    use crate::{
        diagnose,
        fixtures::surrounded,
        observed::Observed,
        policy::Policy,
        snapshot::{ScrapeTarget, Snapshot},
    };

    /// A stack whose Tempo was scraped last so long after its start, in vain.
    fn scraped(after: SignedDuration) -> Snapshot {
        let mut snapshot = surrounded();
        let mut containers = snapshot.containers.iter();
        let tempo = containers.find(|it| it.service.as_deref() == Some("tempo"));
        let started: Timestamp = tempo.unwrap().state.started_at.unwrap();
        snapshot.prometheuses[0].targets = Observed::Known(vec![ScrapeTarget {
            job: "tempo".to_owned(),
            url: "http://tempo:3200/metrics".to_owned(),
            health: "down".to_owned(),
            last_error: "connection refused".to_owned(),
            last_scrape: Some(started.checked_add(after).unwrap()),
        }]);
        snapshot
    }

    fn is_found(snapshot: &Snapshot) -> bool {
        let diagnosis = diagnose(snapshot, &Policy::default());
        let mut findings = diagnosis.findings();
        findings.any(|finding| finding.code == CHECK.code)
    }

    #[test]
    fn a_target_that_was_down_before_its_container_started_is_not_down_now() {
        assert!(!is_found(&scraped(SignedDuration::from_secs(-5))));
        assert!(!is_found(&scraped(SignedDuration::from_secs(2))));
        assert!(is_found(&scraped(SignedDuration::from_secs(60))));
    }
}
