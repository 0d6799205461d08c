//! `ptctl smoke --up` and `--down`: a stack for the checks, and its removal whatever comes of them.

mod leaving;

use std::time::Duration;

use ptctl_diagnosis::{
    commands,
    snapshot::{Container, Role, Snapshot, Status},
};
use tokio::task::JoinHandle;

use super::wait::until_ready;
use crate::{
    cli::{Global, SmokeArguments, UpArguments, UpServices},
    clients::{compose::ComposeDeedError, deadline::Deadline, docker::Engine},
    compose::ComposeSources,
    error::CommandError,
    exit::Exit,
    farewell::Farewell,
    gather::{Depth, GatherRequest, connect},
    output::Output,
    settings,
    target::normalised,
    up::{Remains, Removed, UpError, Wanted, last_lines},
};

/// An interrupted program waits so long for Compose to end and for all to be removed.
const LEAVING: Duration = Duration::from_mins(3);
/// The engine tells within this what is to be removed.
const REMOVING: Duration = Duration::from_mins(1);

/// What is done with the stack after the checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Afterwards {
    /// It is removed.
    Remove,
    /// It is left running.
    Leave,
}

/// The stack of one command. Where it is dropped before its end it is left as was asked for all the same.
pub(super) struct UpStack<'o> {
    /// Where the checks write, too.
    pub(super) output: &'o mut Output,
    project: String,
    request: GatherRequest,
    engine: Engine,
    platform: String,
    afterwards: Afterwards,
    farewell: &'o Farewell,
    /// Nothing while the engine has nothing of it.
    begun: Option<Begun>,
}

/// How far Compose has come.
enum Begun {
    Underway(JoinHandle<Result<(), ComposeDeedError>>),
    Ended,
}

/// The name that the command line gives the project, or the one that it gives the developer's own.
fn named(global: &Global, args: &UpArguments) -> Option<String> {
    let beside = |project: &String| format!("{}-smoke", normalised(project));
    let given = args.up_project.clone();
    given.or_else(|| global.project.as_ref().map(beside))
}

/// The name where the command line gives none.
fn of_files(sources: &ComposeSources) -> String {
    format!("{}-smoke", sources.project)
}

fn sources(
    global: &Global,
    args: &UpArguments,
    request: &GatherRequest,
) -> Result<ComposeSources, UpError> {
    let project = global.project.as_deref();
    Ok(ComposeSources::find(
        &args.compose_file,
        project,
        &request.environment,
    )?)
}

/// `--down` alone: removes what `--up` started.
pub(super) async fn down(
    global: &Global,
    args: &SmokeArguments,
    output: &mut Output,
) -> Result<Exit, CommandError> {
    let request = settings::request(global, &[], Depth::Brief, settings::DEFAULT_SINCE)?;
    let name = match named(global, &args.stack) {
        Some(name) => name,
        None => {
            let sources = sources(global, &args.stack, &request);
            of_files(&sources.map_err(without_files)?)
        }
    };
    let failed = |source| failed("remove", &name, source);
    let deadline = Deadline::after(request.timeout);
    let connected = connect(&request.engine, &request.environment, deadline)
        .await
        .map_err(CommandError::Gather)?;
    output.progress(&format!("removing {name} …"));
    let removed = remove(&connected.engine, &name, deadline)
        .await
        .map_err(failed)?;
    match removed {
        None => output.answer(&format!("the engine has nothing of {name}\n"))?,
        Some(removed) => {
            let lines: Vec<String> = removed
                .gone
                .iter()
                .map(|line| format!("{line}\n"))
                .collect();
            output.answer(&lines.concat())?;
            if !removed.failed.is_empty() {
                return Err(failed(UpError::Remains {
                    project: name.clone(),
                    reasons: removed.failed,
                }));
            }
        }
    }
    Ok(Exit::Ok)
}

fn failed(verb: &str, project: &str, source: UpError) -> CommandError {
    CommandError::Up {
        what: format!("{verb} the stack `{project}`"),
        source: Box::new(source),
    }
}

fn without_files(source: UpError) -> CommandError {
    CommandError::Up {
        what: "tell which stack is meant".to_owned(),
        source: Box::new(source),
    }
}

/// Removes a project that is marked all through; `None` where there is nothing of it.
async fn remove(
    engine: &Engine,
    project: &str,
    deadline: Deadline,
) -> Result<Option<Removed>, UpError> {
    let remains = Remains::of(engine, project, deadline).await?;
    remains.refuse_foreign()?;
    if remains.is_nothing() {
        return Ok(None);
    }
    Ok(Some(remains.remove(engine).await))
}

impl<'o> UpStack<'o> {
    /// Starts the stack, and waits until it is ready.
    pub(super) async fn start(
        global: &Global,
        args: &SmokeArguments,
        services: &UpServices,
        output: &'o mut Output,
        farewell: &'o Farewell,
    ) -> Result<Self, CommandError> {
        let request = settings::request(global, &[], Depth::Brief, settings::DEFAULT_SINCE)?;
        let sources = sources(global, &args.stack, &request);
        let sources = sources.map_err(without_files)?;
        let project = named(global, &args.stack).unwrap_or_else(|| of_files(&sources));
        let deadline = Deadline::after(request.timeout);
        let connected = connect(&request.engine, &request.environment, deadline)
            .await
            .map_err(CommandError::Gather)?;
        let mut stack = Self {
            output,
            project,
            engine: connected.engine,
            platform: connected.facts.platform,
            afterwards: if args.stack.down {
                Afterwards::Remove
            } else {
                Afterwards::Leave
            },
            farewell,
            begun: None,
            request,
        };
        stack.request.stack.project = Some(stack.project.clone());
        let started = stack.up(args, services, &sources).await;
        let ready = match started {
            Ok(()) => stack.ready(*args.stack.wait).await,
            Err(error) => Err(failed("start", &stack.project, error)),
        };
        match ready {
            Ok(()) => Ok(stack),
            Err(error) => {
                stack.leave_telling().await;
                Err(error)
            }
        }
    }

    /// The project, as every later look names it.
    pub(super) fn project(&self) -> &str {
        &self.project
    }

    /// Has Compose start it.
    async fn up(
        &mut self,
        args: &SmokeArguments,
        services: &UpServices,
        sources: &ComposeSources,
    ) -> Result<(), UpError> {
        self.output.progress("resolving the Compose files …");
        let wanted = Wanted {
            engine: &self.engine,
            platform: &self.platform,
            project: &self.project,
            sources,
            services: &services.0,
            compose: &args.stack.compose_binary,
            helper_binary: args.way.helper_binary.clone(),
            environment: &self.request.environment,
            timeout: self.request.timeout,
        };
        let order = wanted.order().await?;
        self.output.note(&format!(
            "starting {} with `ptctl backend` ({}) in the place of {}: {}",
            self.project,
            order.image,
            order.tempos.join(", "),
            commands::shown(&order.words)
        ));
        self.farewell.lengthen(LEAVING);
        let engine = self.request.engine.clone();
        let underway = tokio::spawn(async move { order.carry_out(&engine).await });
        let Begun::Underway(underway) = self.begun.insert(Begun::Underway(underway)) else {
            return Ok(());
        };
        self.output.progress("Compose starts the stack …");
        let done = underway.await;
        self.begun = Some(Begun::Ended);
        match done {
            Ok(done) => Ok(done?),
            Err(ended) => std::panic::resume_unwind(ended.into_panic()),
        }
    }

    /// Waits until everybody is ready, or the stand-in has ended.
    async fn ready(&mut self, wait: Duration) -> Result<(), CommandError> {
        self.output.progress("waiting for the stack …");
        let waited = until_ready(
            &self.request,
            wait,
            |snapshot| ended(snapshot).is_some(),
            self.output,
        )
        .await?;
        let failed = |source| failed("start", &self.project, source);
        if let Some(container) = ended(&waited.snapshot) {
            let deadline = Deadline::after(self.request.timeout);
            let log = last_lines(&self.engine, container, deadline).await;
            return Err(failed(match log {
                Ok(log) => UpError::Ended {
                    service: container.display_name().to_owned(),
                    log,
                },
                Err(error) => error.into(),
            }));
        }
        if waited.unready.is_empty() {
            return Ok(());
        }
        let unready = waited.unready.into_iter();
        Err(failed(UpError::Unready {
            waited: wait,
            unready: unready.map(|(who, why)| format!("{who}: {why}")).collect(),
        }))
    }
}

/// The stand-in that does not run, or did not.
fn ended(snapshot: &Snapshot) -> Option<&Container> {
    let has_ended = |container: &&Container| {
        let state = &container.state;
        let is_down = match state.status {
            Status::Restarting | Status::Exited | Status::Dead => true,
            Status::Created
            | Status::Running
            | Status::Paused
            | Status::Removing
            | Status::Declared => false,
        };
        container.role == Role::Tempo && (is_down || state.restart_count > 0)
    };
    snapshot.containers.iter().find(has_ended)
}
