//! A service that is configured for tracing, and nothing that would trace it.

use super::{aim, value::Effect};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::explanations,
    code::Code,
    export::{Language, Library, Runtime, Sign},
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    snapshot::RequestLines,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(330),
    name: "agent-hook-missing",
    severity: Severity::Warning,
    summary: "a service has the variables of tracing, serves requests, and nothing loads an agent into it",
    why: "The variables only configure an SDK. Where the program does not start one itself and no agent is loaded, no span is made and nothing is logged.",
    causes: &[
        "`-javaagent` in `JAVA_TOOL_OPTIONS`, `--require` or `--import` in `NODE_OPTIONS`, `opentelemetry-instrument` in front of the command, or .NET's profiler variables are missing.",
        "The command was overridden, and the agent stood in the old one.",
    ],
    remedy: "Load the agent of the service's language. Where the program starts its SDK in code, look there.",
    verify: "`ptctl status` shows a last span of the service after the next request.",
    masked_by: &[
        explanations::ENDPOINT,
        explanations::NETWORK_PATH,
        explanations::SWITCHED_OFF,
        explanations::BACKEND,
        explanations::SERVICE_AWAY,
        explanations::ANOTHER_NAME,
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

/// Fewer requests outside of any span than this prove nothing.
const ENOUGH: u64 = 3;

fn examine(service: &Service<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let container = service.container;
    let runtime = Runtime::of(container);
    let hook = match runtime.language {
        Some(Language::Java) => "`-javaagent:…` in `JAVA_TOOL_OPTIONS`",
        Some(Language::Node) => {
            "`--require @opentelemetry/auto-instrumentations-node/register` in `NODE_OPTIONS`"
        }
        Some(Language::Python) => "`opentelemetry-instrument` in front of its command",
        Some(Language::DotNet) => "`CORECLR_ENABLE_PROFILING=1` with the profiler of OpenTelemetry",
        Some(Language::Go | Language::Ruby | Language::Php | Language::Rust) | None => {
            return Ok(Outcome::NotApplicable("no agent is known for its language"));
        }
    };
    if runtime.agent.is_some() || Library::of(container) == Library::Ours {
        return Ok(Outcome::Pass);
    }
    let variables: Vec<&str> = service
        .signs
        .iter()
        .filter_map(|sign| match sign {
            Sign::Variable(name) => Some(name.as_str()),
            Sign::AgentHook(_) | Sign::Label | Sign::OurLibrary | Sign::NameInTempo(_) => None,
        })
        .collect();
    let has_hook = service
        .signs
        .iter()
        .any(|sign| matches!(sign, Sign::AgentHook(_)));
    if variables.is_empty() || has_hook {
        return Ok(Outcome::NotApplicable(
            "no variable of tracing is set, or another agent is loaded",
        ));
    }
    let requests = &container.logs.get()?.requests;
    let Some(request) = requests.last.as_ref().filter(|_| requests.count > 0) else {
        return Ok(Outcome::NotApplicable(
            "nobody has called it within the window",
        ));
    };
    if Effect::of(service, stack) == Effect::Fail {
        return Ok(Outcome::NotApplicable(
            "its SDK runs: it logs exports that fail",
        ));
    }
    if stack.backends.is_empty() || service.name.is_none() {
        return Ok(Outcome::NotApplicable(
            "there is no Tempo, or no name, to look for",
        ));
    }
    let sighted = stack
        .sighting_of(service)?
        .and_then(|sighting| sighting.last_at);
    if sighted.is_some_and(|at| at >= container.created_at || !is_proof_of_itself(requests)) {
        return Ok(Outcome::Pass);
    }
    let since = match sighted {
        Some(_) => "since it was created",
        None => "of it",
    };
    let told_by = runtime.told_by.unwrap_or_default();
    let report = Report::new(
        format!(
            "`{}` has `{}` set and serves requests, but nothing loads an agent into it and Tempo has no span {since}; its own code may start an SDK, which cannot be seen",
            service.label(),
            variables.join("`, `"),
        ),
        Evidence::new(
            EvidenceKind::Container,
            &container.name,
            format!("{told_by}; command: {}", container.command.join(" ")),
        ),
        Remedy::edit(format!("load the agent: {hook}")),
    );
    fail(
        report
            .likely()
            .since(Some(aim::created(service)))
            .proof([Evidence::log(&container.name, request)]),
    )
}

/// Whether the log alone tells that requests are served without a tracer: a span of an earlier container tells nothing of
/// this one, but its sampler may still keep a few traces only. Traces that are not kept have ids as well.
fn is_proof_of_itself(requests: &RequestLines) -> bool {
    requests.outside_spans >= ENOUGH && requests.outside_spans == requests.count
}

#[cfg(test)]
mod tests {
    use crate::{diagnose, fixtures, observed::Observed, policy::Policy, snapshot::RequestLines};

    /// The root causes where a service without an agent was created 700 s ago, Tempo's last span of it is so old, and so
    /// many of its ten requests were served outside of any span.
    fn roots(sighted: i64, outside_spans: u64) -> Vec<String> {
        let mut snapshot = fixtures::healthy();
        snapshot.speak("python3 -u /app/app.py", "http://tempo:4317", "grpc");
        if let Observed::Known(logs) = &mut snapshot.service_mut("scraper").logs {
            logs.trace_ids.with_trace_id = 0;
            logs.trace_ids.zero_ids = 10;
            logs.requests = RequestLines {
                count: 10,
                last: Some(fixtures::line(5, "GET /page 200")),
                outside_spans,
            };
        }
        if let Observed::Known(sightings) = &mut snapshot.tempos[0].sightings {
            for sighting in sightings {
                if sighting.service_name == "docutag-scraper" {
                    sighting.last_at = Some(fixtures::ago(sighted));
                }
            }
        }
        diagnose(&snapshot, &Policy::default())
            .causes
            .iter()
            .map(|cause| cause.finding.code.to_string())
            .collect()
    }

    #[test]
    fn spans_of_an_earlier_container_do_not_show_that_this_one_is_traced() {
        assert_eq!(roots(800, 10), ["PT0330"]);
    }

    #[test]
    fn a_service_that_may_keep_a_few_of_its_traces_is_not_judged_by_an_earlier_container() {
        assert_eq!(roots(800, 0), ["PT0902"]);
        assert_eq!(roots(800, 9), ["PT0902"]);
    }

    #[test]
    fn a_span_of_this_container_shows_that_it_is_traced() {
        assert_eq!(roots(60, 10), ["PT0902"]);
    }
}
