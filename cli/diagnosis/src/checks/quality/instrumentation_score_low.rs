//! Services whose Instrumentation Score is low.

use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::quality::{orphan_spans, propagation_broken},
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    instrumentation_score::{RULES, SPECIFIED, Score},
    policy::Policy,
    view::Stack,
};

/// So many services are shown.
const WORST: usize = 5;
/// Below this score the specification calls the instrumentation one that needs improvement.
const GOOD: u32 = 75;

pub(crate) static CHECK: Check = Check {
    code: Code::new(711),
    name: "instrumentation-score-low",
    severity: Severity::Info,
    summary: "a service's spans break several rules of the Instrumentation Score",
    why: "The score says how well traces can be searched, grouped and understood, from 0 to 100; 75 is good (<https://github.com/instrumentation-score/spec>).",
    causes: &[
        "`RES-001`, `RES-005`: the resource has no `service.instance.id` or no `service.name`.",
        "`RES-004`: attributes of the process stand on spans, or those of a request on the process.",
        "`SPA-001`, `SPA-005`: loops and helpers make a span each.",
        "`SPA-002`: spans name parents that are not there.",
        "`SPA-004`: traces begin with a `CLIENT` span, since what causes the call has no span.",
    ],
    remedy: "Start with the first rule of the first service: a critical or important rule counts most.",
    verify: "`ptctl doctor` shows a higher score for traces that began since.",
    masked_by: &[&[
        Cause::concerned(propagation_broken::CHECK.code),
        Cause::concerned(orphan_spans::CHECK.code),
    ]],
    explains: &[],
    examine: Examine::Stack(examine),
};

fn examine(stack: &Stack<'_>, _: &Policy) -> Verdict {
    let settled = stack.settled()?;
    let services = stack.services.iter().filter_map(|service| {
        let name = service.name.as_ref()?;
        Some((service, Score::of(&name.0, &settled)?))
    });
    let mut scores: Vec<_> = services.collect();
    if scores.is_empty() {
        return Ok(Outcome::NotApplicable("no trace that was read is settled"));
    }
    scores.sort_by_key(|(service, score)| (score.points(), service.subject.clone()));
    scores.retain(|(_, score)| score.points() < GOOD);
    let Some((worst, score)) = scores.first() else {
        return Ok(Outcome::Pass);
    };
    let proofs = scores.iter().take(WORST).flat_map(|(service, score)| {
        score.broken.iter().map(move |broken| {
            let text = format!(
                "`{}` has {} of 100: {} ({}), {}",
                service.label(),
                score.points(),
                broken.rule.id,
                broken.rule.impact.word(),
                broken.example
            );
            Evidence::new(EvidenceKind::Search, &broken.page, text)
        })
    });
    let first = score.broken.first();
    let advice = first.map_or("look at its traces", |broken| broken.rule.advice);
    let rules: Vec<&str> = score.broken.iter().map(|broken| broken.rule.id).collect();
    let others = match scores.len() - 1 {
        0 => String::new(),
        others => format!("; {others} more below {GOOD}"),
    };
    let counted = Evidence::new(
        EvidenceKind::Search,
        "Tempo",
        format!(
            "{} of the {SPECIFIED} rules can be answered from traces, in {} of them; a whole score may differ",
            RULES.len(),
            settled.len()
        ),
    );
    fail(
        Report::new(
            format!(
                "the Instrumentation Score of `{}` is {} of 100: it breaks {}{others}",
                worst.label(),
                score.points(),
                rules.join(", ")
            ),
            counted,
            Remedy::edit(format!("in `{}`, {advice}", worst.label())),
        )
        .proof(proofs)
        .concerning(scores.iter().map(|(service, _)| service.subject.clone())),
    )
}
