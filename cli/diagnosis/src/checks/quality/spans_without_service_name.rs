//! Spans whose process has no name.

use std::collections::BTreeSet;

use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::configuration::{resource_attributes_malformed, service_name_missing},
    code::Code,
    finding::{Remedy, Severity},
    policy::Policy,
    snapshot::Container,
    subject::Subject,
    trace::{Span, Trace},
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(705),
    name: "spans-without-service-name",
    severity: Severity::Warning,
    summary: "traces hold spans whose process has no name",
    why: "All that have no name are one service to Tempo: nobody finds their spans, and the service graph mixes them.",
    causes: &[
        "`OTEL_SERVICE_NAME` is not set where one of the programs of a service is started.",
        "The code builds a resource of its own without `service.name`.",
    ],
    remedy: "Set `OTEL_SERVICE_NAME` for each program that makes spans.",
    verify: "`ptctl trace search --service unknown_service` finds nothing new.",
    masked_by: &[&[
        Cause::anywhere(service_name_missing::CHECK.code),
        Cause::concerned(resource_attributes_malformed::CHECK.code),
    ]],
    explains: &[],
    examine: Examine::Stack(examine),
};

fn examine(stack: &Stack<'_>, _: &Policy) -> Verdict {
    let traces = stack.traces()?;
    if traces.is_empty() {
        return Ok(Outcome::NotApplicable("no traces were read"));
    }
    // Who else sends to the same Tempo is somebody else's concern: a trace counts that a service of this stack is in.
    let is_ours = |trace: &Trace| {
        let mut spans = trace.spans().iter();
        spans.any(|span| {
            let named = span.service().and_then(|name| stack.service_called(name));
            named.is_some() || container(span, stack).is_some()
        })
    };
    let nameless: Vec<_> = traces
        .iter()
        .filter(|seen| is_ours(&seen.trace))
        .filter_map(|seen| {
            let mut spans = seen.trace.spans().iter();
            Some((seen, spans.find(|span| is_nameless(span))?))
        })
        .collect();
    let Some((seen, span)) = nameless.first() else {
        return Ok(Outcome::Pass);
    };
    let beside = stack.services.iter().filter(|service| {
        let name = service.name.as_ref();
        name.is_some_and(|name| {
            nameless
                .iter()
                .any(|(seen, _)| seen.spans_of(&name.0).next().is_some())
        })
    });
    let beside: Vec<Subject> = beside.map(|service| service.subject.clone()).collect();
    let called = span.service().unwrap_or("no `service.name` at all");
    let maker = nameless
        .iter()
        .find_map(|(_, span)| container(span, stack).map(Container::display_name));
    let whose = match maker {
        Some(name) => format!(", made in the container of `{name}`"),
        None => String::new(),
    };
    let libraries: BTreeSet<&str> = nameless
        .iter()
        .filter_map(|(_, span)| span.scope.as_deref())
        .collect();
    let library = libraries
        .first()
        .map_or_else(String::new, |library| format!(", recorded by `{library}`"));
    fail(
        Report::new(
            format!(
                "{} of the traces that were read hold spans without a service's name{whose}",
                nameless.len()
            ),
            seen.evidence(format!("`{}` is of {called}{library}", span.name)),
            Remedy::run(
                "set `OTEL_SERVICE_NAME` where the program that makes these spans is started",
                seen.command(),
            ),
        )
        .proof(
            nameless
                .iter()
                .skip(1)
                .take(2)
                .map(|(seen, span)| seen.evidence(format!("`{}` as well", span.name))),
        )
        .concerning(unseen(stack))
        .concerning(beside),
    )
}

/// SDKs put `unknown_service`, with the name of their language or program behind it, where they are told nothing; Tempo
/// puts its own word where there is no resource at all.
fn is_nameless(span: &Span) -> bool {
    span.service().is_none_or(|name| {
        name.is_empty()
            || name == "unknown_service"
            || name.starts_with("unknown_service:")
            || name == "OTLPResourceNoAttributes"
    })
}

/// The services that Tempo has no span of under their own names: what stands under another one may be theirs.
pub(super) fn unseen(stack: &Stack<'_>) -> Vec<Subject> {
    let is_unseen = |service: &&Service<'_>| {
        let sighting = stack.sighting_of(service);
        sighting.is_ok_and(|sighting| sighting.is_none_or(|sighting| sighting.last_at.is_none()))
    };
    let services = stack.services.iter().filter(is_unseen);
    services.map(|service| service.subject.clone()).collect()
}

/// The container in which a span was made, where its resource tells.
pub(super) fn container<'s>(span: &Span, stack: &Stack<'s>) -> Option<&'s Container> {
    let attributes = &span.resource.attributes;
    let (_, id) = attributes.iter().find(|(key, _)| key == "container.id")?;
    let id = id.as_str()?;
    let mut containers = stack.snapshot.containers.iter();
    containers.find(|container| container.id.0.starts_with(id))
}
