//! One service name on the spans of programs that are not the same.

use std::collections::{BTreeMap, BTreeSet};

use super::spans_without_service_name::{container, unseen};
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::configuration::service_name_shared,
    code::Code,
    finding::{Remedy, Severity},
    policy::Policy,
    view::{SeenTrace, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(706),
    name: "name-of-several-programs",
    severity: Severity::Info,
    summary: "programs that are not the same carry one service name on their spans",
    why: "Rates, errors and latencies of both are added up, and the service graph shows one node that calls itself.",
    causes: &[
        "`OTEL_SERVICE_NAME` was copied from one service to another, or stands in an env file that both use.",
        "The name is a constant in code that several programs share.",
    ],
    remedy: "Give each program its own `OTEL_SERVICE_NAME`; what they have in common is `service.namespace`.",
    verify: "Each name in Tempo is that of one program.",
    masked_by: &[&[Cause::anywhere(service_name_shared::CHECK.code)]],
    explains: &[],
    examine: Examine::Stack(examine),
};

/// What tells the programs of one name apart, with a trace for each.
type Programs<'t, 's> = BTreeMap<String, &'t SeenTrace<'s>>;

fn examine(stack: &Stack<'_>, _: &Policy) -> Verdict {
    let traces = stack.traces()?;
    if traces.is_empty() {
        return Ok(Outcome::NotApplicable("no traces were read"));
    }
    let names: BTreeSet<&str> = traces
        .iter()
        .flat_map(|seen| seen.trace.spans())
        .filter_map(|span| span.service())
        // What has no name is another check's.
        .filter(|name| !name.starts_with("unknown_service") && stack.service_called(name).is_some())
        .collect();
    let shared = names.into_iter().find_map(|name| {
        let programs = programs(name, stack, traces);
        (programs.len() > 1).then_some((name, programs))
    });
    let Some((name, programs)) = shared else {
        return Ok(Outcome::Pass);
    };
    let who: Vec<&str> = programs.keys().map(String::as_str).collect();
    let mut proofs = programs
        .iter()
        .map(|(program, seen)| seen.evidence(format!("spans of `{name}` made by {program}")));
    let (Some(first), Some(seen)) = (proofs.next(), programs.values().next()) else {
        return Ok(Outcome::Pass);
    };
    fail(
        Report::new(
            format!(
                "`{name}` is the name on the spans of several programs: {}",
                who.join(" and ")
            ),
            first,
            Remedy::run(
                format!("give each of them its own `OTEL_SERVICE_NAME` instead of `{name}`"),
                seen.command(),
            ),
        )
        .proof(proofs)
        .concerning(unseen(stack))
        .concerning(
            stack
                .service_called(name)
                .map(|service| service.subject.clone()),
        ),
    )
}

/// The programs by the Compose services of their containers, where their spans tell those; else by their languages. A page
/// in a browser may well have the name of the server that it comes from.
fn programs<'t, 's>(
    name: &str,
    stack: &Stack<'s>,
    traces: &'t [SeenTrace<'s>],
) -> Programs<'t, 's> {
    let mut services = Programs::new();
    let mut languages = Programs::new();
    for seen in traces {
        for (_, span) in seen.spans_of(name) {
            if let Some(container) = container(span, stack) {
                let service = format!("`{}`", container.display_name());
                services.entry(service).or_insert(seen);
            }
            let attributes = &span.resource.attributes;
            let language = attributes
                .iter()
                .find(|(key, _)| key == "telemetry.sdk.language")
                .and_then(|(_, language)| language.as_str());
            if let Some(language) = language.filter(|language| *language != "webjs") {
                languages
                    .entry(format!("a program in {language}"))
                    .or_insert(seen);
            }
        }
    }
    if services.len() > 1 {
        services
    } else {
        languages
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        diagnose,
        fixtures::{self, CONTROLLER},
        policy::Policy,
        trace::SpanKind,
    };

    fn found(key: &str, values: [&str; 2]) -> Vec<String> {
        let mut snapshot = fixtures::healthy();
        snapshot.traced(values.map(|value| {
            fixtures::Story::began(100)
                .span(0, CONTROLLER, SpanKind::Server, "GET /", (0, 9))
                .of_resource(key, Some(value))
        }));
        let diagnosis = diagnose(&snapshot, &Policy::default());
        let findings = diagnosis.findings();
        findings.map(|finding| finding.message.clone()).collect()
    }

    #[test]
    fn languages_and_containers_tell_programs_apart() {
        let one = found("telemetry.sdk.language", ["go", "python"]);
        assert!(
            one[0].ends_with("a program in go and a program in python"),
            "{one:?}"
        );
        let ids = ["controller", "scraper"].map(|name| format!("{name:0<64}"));
        // The fixtures' ids are no hexadecimal digits, so that nothing of them is kept.
        assert_eq!(found("container.id", [&ids[0], &ids[1]]), [""; 0]);
    }

    #[test]
    fn a_page_and_its_server_may_share_a_name() {
        assert_eq!(
            found("telemetry.sdk.language", ["webjs", "nodejs"]),
            [""; 0]
        );
    }
}
