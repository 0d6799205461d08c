//! Limits of the batch span processor that contradict each other, or are no numbers.

use super::value::{self, Effect, Reaction};
use crate::{
    check::{Check, Examine, Outcome, Verdict, fail},
    code::Code,
    export::{Language, Setting},
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
        "The queue was made smaller and the batch was not.",
        "A duration such as `5s` where milliseconds are wanted.",
    ],
    remedy: "Write bare numbers, and `OTEL_BSP_MAX_EXPORT_BATCH_SIZE` no larger than `OTEL_BSP_MAX_QUEUE_SIZE`; then recreate the service.",
    verify: "The service's log does not complain of it after the next start.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachService(examine),
};

const QUEUE: &str = "OTEL_BSP_MAX_QUEUE_SIZE";
const BATCH: &str = "OTEL_BSP_MAX_EXPORT_BATCH_SIZE";
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
    let (Some(queue), Some(batch)) = (named(QUEUE), named(BATCH)) else {
        return Ok(Outcome::Pass);
    };
    if number(batch) <= number(queue) {
        return Ok(Outcome::Pass);
    }
    let reaction = Reaction::of(service, &[Language::Python]);
    let what = format!(
        "the batch is larger than the queue (`{}`); {}",
        queue.shown(),
        reaction.consequence()
    );
    let remedy = value::set(service, BATCH, queue.bare());
    let report = value::report(service, batch, &what, remedy)
        .proof([value::proof(service, queue)])
        .severity(reaction.severity(effect));
    fail(report)
}
