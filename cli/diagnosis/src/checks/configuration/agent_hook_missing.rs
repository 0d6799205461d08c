//! A service that is configured for tracing, and nothing that would trace it.

use super::{aim, value::Effect};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::explanations,
    code::Code,
    export::{Language, Library, Runtime, Sign},
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
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
        explanations::SWITCHED_OFF,
        explanations::BACKEND,
        explanations::SERVICE_AWAY,
    ],
    explains: &[],
    examine: Examine::EachService(examine),
};

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
    if stack
        .sighting_of(service)?
        .is_some_and(|sighting| sighting.last_at.is_some())
    {
        return Ok(Outcome::Pass);
    }
    let told_by = runtime.told_by.unwrap_or_default();
    let report = Report::new(
        format!(
            "`{}` has `{}` set and serves requests, but nothing loads an agent into it and Tempo has no span of it; its own code may start an SDK, which cannot be seen",
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
