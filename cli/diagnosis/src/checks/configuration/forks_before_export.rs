//! A Python server that forks after its SDK has started.

use super::{aim, value::Effect};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::{commands, explanations},
    code::Code,
    export::{Agent, Language, Runtime},
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    snapshot::Container,
    view::{Service, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(335),
    name: "forks-before-export",
    severity: Severity::Info,
    summary: "a Python service starts its SDK before its server forks its workers",
    why: "A fork takes neither the thread that sends batches nor gRPC's connection along: the workers make spans that may never leave.",
    causes: &[
        "`gunicorn --preload` loads the application before the fork.",
        "uWSGI without `lazy-apps`.",
        "Celery's default pool, which forks.",
    ],
    remedy: "Start the SDK in each worker: gunicorn's `post_fork`, uWSGI's `postfork` with `lazy-apps`, Celery's `worker_process_init`.",
    verify: "`ptctl status` shows a last span of the service after the next request.",
    masked_by: &[
        explanations::ENDPOINT,
        explanations::NETWORK_PATH,
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
    if runtime.language != Some(Language::Python) {
        return Ok(Outcome::NotApplicable(
            "nothing tells that it is written in Python",
        ));
    }
    let Some(server) = forking_server(container) else {
        return Ok(Outcome::NotApplicable(
            "its command names no server that forks",
        ));
    };
    // Without the agent, where the SDK starts is a matter of the code.
    if runtime.agent != Some(Agent::Python) && server != "gunicorn --preload" {
        return Ok(Outcome::NotApplicable(
            "its SDK is started in code, which cannot be seen",
        ));
    }
    if Effect::of(service, stack) == Effect::Arrive {
        return Ok(Outcome::Pass);
    }
    let report = Report::new(
        format!(
            "`{}` runs `{server}`, which forks after the SDK has started; its workers' spans may never leave",
            service.label()
        ),
        Evidence::new(
            EvidenceKind::Container,
            &container.name,
            format!("command: {}", container.command.join(" ")),
        ),
        Remedy::edit("start the SDK in each worker, after the fork")
            .then(commands::recreate(container)),
    );
    fail(report.likely().since(Some(aim::created(service))))
}

/// The server of a command that forks its workers after the application is loaded.
fn forking_server(container: &Container) -> Option<&'static str> {
    let words: Vec<&str> = container
        .command
        .iter()
        .flat_map(|word| word.split_whitespace())
        .collect();
    let runs = |program: &str| {
        words
            .iter()
            .any(|word| word.rsplit('/').next() == Some(program))
    };
    let says = |options: &[&str]| {
        words
            .iter()
            .any(|word| options.iter().any(|option| word.starts_with(option)))
    };
    if runs("gunicorn") && says(&["--preload"]) {
        return Some("gunicorn --preload");
    }
    if runs("uwsgi") && !says(&["--lazy-apps", "--lazy", "--ini", "--yaml", "--xml"]) {
        return Some("uwsgi");
    }
    let pool = words.iter().enumerate().find_map(|(at, word)| {
        word.strip_prefix("--pool=").or_else(|| {
            (*word == "-P" || *word == "--pool")
                .then(|| words.get(at + 1).copied())
                .flatten()
        })
    });
    (runs("celery") && runs("worker") && matches!(pool, None | Some("prefork")))
        .then_some("celery worker")
}
