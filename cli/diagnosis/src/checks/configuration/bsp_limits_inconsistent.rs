//! Limits of the batch span processor that contradict each other, or are no numbers.

use super::value::{self, Effect, Reaction};
use crate::{
    check::{Check, Examine, Outcome, Verdict, fail},
    checks::explanations,
    code::Code,
    export::{Language, Runtime, Setting},
    finding::Severity,
    policy::Policy,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(340),
    name: "bsp-limits-inconsistent",
    severity: Severity::Warning,
    summary: "the limits of a service's batch span processor are no numbers, or its batch is larger than its queue",
    why: "Python's SDK and ours do not start with them; others put them right by themselves or use the defaults.",
    causes: &[
        "The queue was made smaller and the batch was not, or the batch larger and the queue was not: they are 2048 and 512 by default.",
        "A duration such as `5s` where milliseconds are wanted.",
    ],
    remedy: "Write bare numbers, and `OTEL_BSP_MAX_EXPORT_BATCH_SIZE` no larger than `OTEL_BSP_MAX_QUEUE_SIZE`; then recreate the service.",
    verify: "The service's log does not complain of it after the next start.",
    masked_by: &[explanations::NOT_APPLIED],
    explains: &[],
    examine: Examine::EachService(examine),
};

const QUEUE: &str = "OTEL_BSP_MAX_QUEUE_SIZE";
const BATCH: &str = "OTEL_BSP_MAX_EXPORT_BATCH_SIZE";
/// The defaults of the specification
/// (<https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#batch-span-processor>).
const DEFAULT_QUEUE: u64 = 2048;
const DEFAULT_BATCH: u64 = 512;
const TIMES: [&str; 2] = ["OTEL_BSP_SCHEDULE_DELAY", "OTEL_BSP_EXPORT_TIMEOUT"];

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let container = service.container;
    let all: Vec<Setting<'_>> = [QUEUE, BATCH, TIMES[0], TIMES[1]]
        .into_iter()
        .filter_map(|name| Setting::of(container, name))
        .collect();
    if all.is_empty() {
        return Ok(Outcome::NotApplicable("no limit is set"));
    }
    let effect = Effect::of(service, stack);
    let number = |setting: &Setting<'_>| setting.bare().parse::<u64>().ok();
    let usable = |setting: &&Setting<'_>| match number(setting) {
        Some(number) => number > 0 || TIMES.contains(&setting.name),
        None => false,
    };
    if let Some(wrong) = all.iter().find(|setting| !usable(setting)) {
        let reaction = Reaction::of(service, &[Language::Java]);
        let what = format!(
            "a whole number above 0 is wanted; {}",
            reaction.consequence()
        );
        let right = match wrong.name {
            QUEUE => "2048",
            BATCH => "512",
            _ => "5000",
        };
        let remedy = value::set(service, wrong.name, right);
        let report = value::report(service, wrong, &what, remedy);
        return fail(report.severity(reaction.severity(effect)));
    }
    let named = |name| all.iter().find(|setting| setting.name == name);
    let (queue, batch) = (named(QUEUE), named(BATCH));
    let holds = |setting: Option<&Setting<'_>>, default| setting.map_or(Some(default), number);
    let queued = holds(queue, DEFAULT_QUEUE);
    if holds(batch, DEFAULT_BATCH) <= queued {
        return Ok(Outcome::Pass);
    }
    let reaction = Reaction::of(service, &[Language::Python]);
    let (wrong, of_queue, right) = match (queue, batch) {
        (Some(queue), Some(batch)) => (batch, format!("`{}`", queue.shown()), queue.bare()),
        (None, Some(batch)) => (batch, format!("{DEFAULT_QUEUE} by default"), "2048"),
        (Some(queue), None) => {
            // The default of the batch follows a smaller queue in every SDK but this one.
            if Runtime::of(service.container).language != Some(Language::Python) {
                return Ok(Outcome::Pass);
            }
            let what = format!(
                "the queue is smaller than the batch, which is {DEFAULT_BATCH} by default; {}",
                reaction.consequence()
            );
            let remedy = value::set(service, BATCH, queue.bare());
            let report = value::report(service, queue, &what, remedy);
            return fail(report.severity(reaction.severity(effect)));
        }
        (None, None) => return Ok(Outcome::Pass),
    };
    let what = format!(
        "the batch is larger than the queue ({of_queue}); {}",
        reaction.consequence()
    );
    let report = value::report(service, wrong, &what, value::set(service, BATCH, right))
        .proof(queue.map(|queue| value::proof(service, queue)))
        .severity(reaction.severity(effect));
    fail(report)
}

#[cfg(test)]
mod tests {
    use crate::{diagnose, finding::Severity, fixtures, policy::Policy};

    fn roots(command: &str, name: &str, value: &str) -> Vec<(String, Severity)> {
        let mut snapshot = fixtures::healthy();
        snapshot.speak(command, "http://tempo:4317", "grpc");
        snapshot.add_variable("scraper", name, value);
        diagnose(&snapshot, &Policy::default())
            .causes
            .iter()
            .map(|cause| (cause.finding.code.to_string(), cause.finding.severity))
            .collect()
    }

    #[test]
    fn a_batch_is_compared_with_the_default_of_the_queue() {
        let python = "opentelemetry-instrument python app.py";
        let expected = [("PT0340".to_owned(), Severity::Error)];
        assert_eq!(roots(python, super::BATCH, "4096"), expected);
        assert_eq!(roots(python, super::QUEUE, "64"), expected);
        assert_eq!(roots(python, super::BATCH, "2048"), []);
        assert_eq!(roots(python, super::QUEUE, "512"), []);
    }

    #[test]
    fn a_queue_smaller_than_the_default_batch_is_no_finding_where_the_batch_follows_it() {
        assert_eq!(roots("node server.js", super::QUEUE, "64"), []);
    }
}
