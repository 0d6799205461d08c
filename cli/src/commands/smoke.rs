//! `ptctl smoke`: requests or runs, their traces, a verdict.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::SignedDuration;
use ptctl_diagnosis::{
    redact,
    smoke::{
        Check, Expectation, Filled, Plan, Problem, RequestPlan, StatusPattern, Trigger, What, read,
    },
};
use reqwest::Method;
use url::{Host, Url};

use super::{look::failed, report::root, up};
use crate::{
    cli::{Annotations, Global, SmokeArguments, SmokeFormat, TempoWay},
    clients::deadline::Deadline,
    context::Environment,
    error::CommandError,
    exit::Exit,
    farewell::Farewell,
    gather::{Beside, DeeperLooks, Depth, doors},
    output::Output,
    probe::tempo::without_credentials,
    render, settings,
    smoke::{Around, CountedBy, SmokeReport, run as run_check},
};

/// The file that is looked for where none is named.
const FILE: &str = "smoke.yml";
/// How long everything may take where nobody says it.
const WITHIN: SignedDuration = SignedDuration::from_secs(30);
/// For how long a trace may not grow; nothing of the command line is about absence.
const SETTLE: SignedDuration = SignedDuration::ZERO;
/// Nothing is read back.
const SINCE: Duration = Duration::from_secs(1);

pub(super) async fn run(
    global: &Global,
    args: SmokeArguments,
    output: &mut Output,
    farewell: &Farewell,
) -> Result<Exit, CommandError> {
    if args.stack.down && args.stack.up.is_none() {
        return up::down(global, &args, output).await;
    }
    let environment = Environment::of_this_process().map_err(CommandError::Runtime)?;
    let is_on_github = environment.variable("GITHUB_ACTIONS") == Some("true")
        && args.annotations == Annotations::Auto;
    let root = root(&environment);
    let mut plan = match &args.url {
        Some(url) => of_arguments(&args, url)?,
        None => {
            let (path, named) = match &args.file {
                Some(path) => (path.clone(), Named::ByThePerson),
                None => (PathBuf::from(FILE), Named::ByNobody),
            };
            match of_file(&path, named, &environment)? {
                Ok(plan) => plan,
                Err(problems) => {
                    for problem in &problems {
                        output.note(&problem.to_string());
                        if is_on_github {
                            output.note(render::problem_annotation(problem, &root).trim_end());
                        }
                    }
                    let problems = problems.len();
                    return Err(CommandError::Checks { path, problems });
                }
            }
        }
    };
    if let Some(within) = within(&args) {
        for check in &mut plan.checks {
            check.within = within;
            if let Some(problem) = check.unsettled() {
                let name = &check.name;
                return Err(CommandError::Request(format!("`{name}`: {problem}")));
            }
        }
    }
    for host in strange_hosts(&plan) {
        output.note(&format!("note: requests are sent to {host}"));
    }
    let session = Session {
        args,
        plan,
        is_on_github,
        root,
    };
    let Some(services) = &session.args.stack.up else {
        return session.check(global, output).await;
    };
    let stack = up::UpStack::start(global, &session.args, services, output, farewell).await?;
    let global = Global {
        project: Some(stack.project().to_owned()),
        ..global.clone()
    };
    let result = session.check(&global, stack.output).await;
    stack.end(result).await
}

/// What is to be checked, and how it is told.
struct Session {
    args: SmokeArguments,
    plan: Plan,
    is_on_github: bool,
    /// The folder that annotations name files from.
    root: String,
}

impl Session {
    /// Does the checks on a stack that is there, and writes what came of them.
    async fn check(&self, global: &Global, output: &mut Output) -> Result<Exit, CommandError> {
        let Self {
            args,
            plan,
            is_on_github,
            root,
        } = self;
        let around = around(global, args.way.clone(), output).await?;
        let mut checks = Vec::new();
        for (number, check) in plan.checks.iter().enumerate() {
            output.progress(&format!(
                "{} of {}: {} …",
                number + 1,
                plan.checks.len(),
                check.name
            ));
            checks.push(run_check(check, &plan.filled, &around).await);
        }
        for deed in around.doors.close().await {
            output.note(&deed);
        }
        let report = SmokeReport::of(checks);
        let text = match args.output {
            SmokeFormat::Table => {
                let mut page = output.page();
                render::smoke(&mut page, &report);
                page.into_text()
            }
            SmokeFormat::Json => render::json(&report).map_err(CommandError::Json)?,
            SmokeFormat::Junit => render::smoke_junit(&report),
            SmokeFormat::Github => render::smoke_annotations(&report, root),
        };
        output.answer(&text)?;
        if *is_on_github && args.output != SmokeFormat::Github {
            for line in render::smoke_annotations(&report, root).lines() {
                output.note(line);
            }
        }
        Ok(report.conclusion.exit())
    }
}

fn within(args: &SmokeArguments) -> Option<SignedDuration> {
    let within = *args.within?;
    Some(SignedDuration::try_from(within).unwrap_or(SignedDuration::MAX))
}

/// Who chose a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    /// The command line names it.
    ByThePerson,
    /// It lay in the working folder.
    ByNobody,
}

/// The checks of a file, or all that is wrong with it. Such a file sends what the environment holds wherever it says, so
/// that a stranger's is obeyed only where it is named.
fn of_file(
    path: &Path,
    named: Named,
    environment: &Environment,
) -> Result<Result<Plan, Vec<Problem>>, CommandError> {
    let (text, trust) =
        settings::read_with_trust(path).map_err(|source| CommandError::NoChecks {
            path: path.to_owned(),
            source,
        })?;
    if let (Named::ByNobody, Some(reason)) = (named, trust.objection()) {
        return Err(CommandError::StrangeChecks {
            path: path.to_owned(),
            reason,
        });
    }
    let variable = |name: &str| environment.variables.get(name).cloned();
    Ok(read(&path.to_string_lossy(), &text, &variable))
}

/// The one check that the command line describes.
fn of_arguments(args: &SmokeArguments, url: &Url) -> Result<Plan, CommandError> {
    let default = if args.body.is_some() { "POST" } else { "GET" };
    let method = args
        .method
        .as_deref()
        .unwrap_or(default)
        .to_ascii_uppercase();
    Method::from_bytes(method.as_bytes())
        .map_err(|_| CommandError::Request(format!("`{method}` is not an HTTP method")))?;
    if let Some(body) = &args.body {
        serde_json::from_str::<serde_json::Value>(body)
            .map_err(|error| CommandError::Request(format!("`--body` is not JSON: {error}")))?;
    }
    let services = args.expect_service.iter().cloned().map(What::Service);
    let status = What::Status(vec![StatusPattern::NoError]);
    let expect = std::iter::once(status).chain(services);
    let check = Check {
        name: format!("{method} {}", redact::text(&without_credentials(url))),
        place: None,
        trigger: Trigger::Request(Box::new(RequestPlan {
            url: url.clone(),
            method,
            headers: Vec::new(),
            body: args.body.clone(),
            timeout: within(args).unwrap_or(WITHIN),
            retries: 0,
        })),
        within: WITHIN,
        settle: SETTLE,
        expect: expect
            .map(|what| Expectation { what, place: None })
            .collect(),
    };
    Ok(Plan {
        checks: vec![check],
        filled: Filled::default(),
    })
}

/// The hosts beyond this machine that requests go to, each once.
fn strange_hosts(plan: &Plan) -> BTreeSet<String> {
    let is_near = |url: &Url| match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let hosts = plan.checks.iter().filter_map(|check| match &check.trigger {
        Trigger::Request(request) if !is_near(&request.url) => {
            let host = request.url.host_str().unwrap_or_default();
            Some(format!("`{}`", plan.filled.hidden_in(host)))
        }
        Trigger::Request(_) | Trigger::Run(_) => None,
    });
    hosts.collect()
}

/// Whom the checks ask beside the services.
async fn around(
    global: &Global,
    way: TempoWay,
    output: &mut Output,
) -> Result<Around, CommandError> {
    let mut stack = settings::request(global, &[], Depth::Brief, SINCE)?;
    stack.deeper = DeeperLooks {
        probe: settings::probe_wish(way.probe),
        helper_binary: way.helper_binary,
        ..DeeperLooks::default()
    };
    let deadline = Deadline::after(stack.timeout);
    output.progress("looking for Tempo …");
    let doors = doors(&stack, Beside::Nothing)
        .await
        .map_err(|source| failed(&stack, deadline, source))?;
    if let Some(reason) = doors.all_closed() {
        for deed in doors.close().await {
            output.note(&deed);
        }
        return Err(CommandError::NoTempo(reason));
    }
    for (name, why) in &doors.closed {
        output.note(&format!("warning: Tempo `{name}` is not asked: {why}"));
    }
    let counted_by = match &global.tempo_url {
        Some(_) => CountedBy::Backend,
        None => CountedBy::Stack,
    };
    Ok(Around {
        doors,
        stack,
        counted_by,
    })
}
