//! Traces that nobody in Tempo began.

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    snapshot::Container,
    trace::{Origin, SpanKind, Wholeness},
    view::{SeenTrace, Service, Stack},
};

/// Fewer traces than this prove nothing.
const ENOUGH: usize = 3;

pub(crate) static CHECK: Check = Check {
    code: Code::new(703),
    name: "traces-without-root",
    severity: Severity::Info,
    summary: "every trace of a service begins below a span of somebody who sends none",
    why: "Tempo shows such traces as \"root span not yet received\", and nobody can search for what they were about.",
    causes: &[
        "A proxy or gateway in front adds a `traceparent` of its own and sends its spans nowhere, or elsewhere.",
        "Browsers, load generators or tests send a `traceparent`, and no spans.",
    ],
    remedy: "Let whoever calls the service send its spans to the same Tempo, or stop it from adding `traceparent`.",
    verify: "`ptctl trace search` shows a root for new traces.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachService(examine),
};

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(name) = &service.name else {
        return Ok(Outcome::NotApplicable(
            "nothing tells the name on its spans",
        ));
    };
    let begun: Vec<(&SeenTrace<'_>, Origin, String)> = stack
        .settled()?
        .into_iter()
        .filter(|seen| seen.wholeness == Wholeness::Whole)
        .filter_map(|seen| begun(seen, &name.0).map(|(origin, span)| (seen, origin, span)))
        .collect();
    if begun.len() < ENOUGH {
        return Ok(Outcome::NotApplicable("too few traces begin with it"));
    }
    if begun.iter().any(|(_, origin, _)| *origin == Origin::Root) {
        return Ok(Outcome::Pass);
    }
    // Tests and browsers do this on purpose; what stands in front of a service in its own stack can be mended there.
    let Some(proxy) = super::proxy::in_front_of(service, stack) else {
        return Ok(Outcome::NotApplicable(
            "whoever calls it passes a trace on, and nothing in the stack stands in front of it",
        ));
    };
    let (seen, _, span) = &begun[0];
    fail(
        Report::new(
            format!(
                "all {} traces that enter at `{}` lack their root: their caller passes a trace on, and Tempo has no span of it",
                begun.len(),
                service.label()
            ),
            seen.evidence(format!("`{span}` names a parent, and no other span stands beside it")),
            Remedy::run(
                format!(
                    "let the proxy `{}` send its spans to Tempo, or stop it from adding a `traceparent` of its own",
                    proxy.display_name()
                ),
                seen.command(),
            ),
        )
        .proof([in_front(proxy)])
        .likely(),
    )
}

/// What a trace begins with, where that is one span of a service that was called.
fn begun(seen: &SeenTrace<'_>, name: &str) -> Option<(Origin, String)> {
    let [top] = seen.trace.tops() else {
        return None;
    };
    let span = &seen.trace.spans()[top.span];
    let is_called = span.kind == SpanKind::Server && span.service() == Some(name);
    is_called.then(|| (top.origin, span.name.clone()))
}

fn in_front(proxy: &Container) -> Evidence {
    let text = format!("image {}", proxy.image);
    Evidence::new(EvidenceKind::Container, &proxy.name, text)
}
