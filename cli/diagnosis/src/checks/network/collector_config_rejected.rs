//! A collector that refuses its configuration.

use super::{collector_component_removed, collector_component_undefined};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::{commands, stack::run_state},
    code::Code,
    finding::{Evidence, Moment, Remedy, Severity},
    observed::Probe,
    policy::Policy,
    snapshot::LogLine,
    view::{Relay, Stack},
};

/// What is printed before the reason: by the collector in its order of start, by Alloy.
const REFUSALS: [&str; 6] = [
    "failed to get config:",
    "invalid configuration:",
    "failed to build pipelines",
    "cannot start pipelines",
    "could not perform the initial load",
    "error during the initial load",
];

pub(crate) static CHECK: Check = Check {
    code: Code::new(412),
    name: "collector-config-rejected",
    severity: Severity::Error,
    summary: "a collector does not start because it refuses its configuration",
    why: "It ends before it listens, and whoever sends to it is refused.",
    causes: &[
        "The file was written for another version: components are removed and keys renamed.",
        "A part is named in a pipeline and configured nowhere.",
        "The distribution does not contain the component: `otelcol` has far fewer than `otelcol-contrib`.",
    ],
    remedy: "Correct what the message names, or pin the image to the version that the file was written for.",
    verify: "`docker logs` on its container ends with `Everything is ready. Begin running and processing data.`.",
    masked_by: &[&[
        Cause::same_subject(collector_component_removed::CHECK.code),
        Cause::same_subject(collector_component_undefined::CHECK.code),
    ]],
    explains: &[Probe::CollectorMetrics, Probe::CollectorConfig],
    examine: Examine::EachCollector(examine),
};

fn examine(relay: &Relay<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let container = relay.container;
    if !run_state::is_down(container, stack) && !run_state::was_just_revived(container, stack) {
        return Ok(Outcome::NotApplicable("it runs"));
    }
    let logs = container.logs.get()?;
    let refuses = |line: &LogLine| REFUSALS.iter().any(|refusal| line.text.contains(refusal));
    let Some(first) = logs.fatal.iter().position(refuses) else {
        return Ok(Outcome::Pass);
    };
    let lines = &logs.fatal[first..];
    let report = Report::new(
        format!(
            "collector `{}` refuses its configuration: {}",
            relay.label(),
            reason(lines)
        ),
        Evidence::log(&container.name, &lines[0]),
        Remedy::run(
            format!(
                "correct the file that `{}` reads, then start it",
                relay.label()
            ),
            commands::start(container),
        ),
    );
    let since = lines[0]
        .at
        .map(|at| Moment::new(at, "it refused its configuration"));
    let more = lines[1..].iter();
    fail(
        report
            .since(since)
            .proof(more.map(|line| Evidence::log(&container.name, line))),
    )
}

/// What is wrong, without what wraps it: the rest of the line, or the next line where that is empty.
fn reason(lines: &[LogLine]) -> &str {
    let text = lines[0].text.trim();
    let text = REFUSALS
        .iter()
        .find_map(|refusal| text.split_once(refusal))
        .map_or(text, |(_, rest)| rest.trim_start_matches(':').trim());
    match lines.get(1) {
        Some(next) if text.is_empty() || text.ends_with(':') => next.text.trim(),
        Some(_) | None => text,
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        diagnose,
        fixtures::{self, ago},
        policy::Policy,
        snapshot::{Snapshot, Status},
    };

    fn codes(snapshot: &Snapshot) -> Vec<String> {
        let diagnosis = diagnose(snapshot, &Policy::default());
        let findings = diagnosis.findings();
        findings.map(|finding| finding.code.to_string()).collect()
    }

    #[test]
    fn one_that_was_started_again_this_moment_has_not_got_past_its_configuration() {
        let broken = fixtures::broken();
        let rejected = broken.iter().find(|broken| broken.code == "PT0412");
        let mut snapshot = rejected.expect("a fixture").snapshot.clone();
        let state = &mut snapshot.service_mut("collector").state;
        state.status = Status::Running;
        state.restart_count = 1;
        state.started_at = Some(ago(1));
        assert!(codes(&snapshot).contains(&"PT0412".to_owned()));
        snapshot.service_mut("collector").state.started_at = Some(ago(50));
        assert!(!codes(&snapshot).contains(&"PT0412".to_owned()));
    }
}
