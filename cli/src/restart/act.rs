//! Doing one step: by the engine's API, or by Compose where a container is made anew.

use std::{io, process::Stdio, time::Duration};

use jiff::{SignedDuration, Timestamp};
use ptctl_diagnosis::{commands, redact, snapshot::EngineEventKind};
use thiserror::Error;
use tokio::task::JoinHandle;

use super::{Action, Step, Stop};
use crate::{
    clients::{
        deadline::{Deadline, spoken},
        docker::{Engine, EngineError},
    },
    context::EngineChoice,
};

/// Time that the engine may take beyond a container's stop grace.
const ENGINE_SLACK: Duration = Duration::from_secs(30);
/// Time that Compose may take beyond it: it may have an image to build or to fetch.
const COMPOSE_SLACK: Duration = Duration::from_mins(10);
/// The exit code of a process that was killed.
const KILLED: i64 = 128 + 9;

/// Why a step could not be done.
#[derive(Debug, Error)]
pub enum ActError {
    /// The engine did not do it.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The container was not made by Compose.
    #[error("it was not made by Compose, which alone can make it anew")]
    NotByCompose,
    /// Compose could not be run.
    #[error("could not run `{command}`")]
    Run {
        /// The command.
        command: String,
        /// What went wrong.
        #[source]
        source: io::Error,
    },
    /// Compose did not end.
    #[error("`{command}` did not end within {}", spoken(*after))]
    Late {
        /// The command.
        command: String,
        /// How long was waited.
        after: Duration,
    },
    /// Compose failed.
    #[error("`{command}` failed: {said}")]
    Refused {
        /// The command.
        command: String,
        /// The last line that it said.
        said: String,
    },
}

/// What does the steps of a plan.
#[derive(Debug, Clone)]
pub(crate) struct Hand {
    /// The engine.
    pub(crate) engine: Engine,
    /// The same, as Compose is told of it.
    pub(crate) choice: EngineChoice,
    /// How far the engine's clock is ahead.
    pub(crate) clock_offset: SignedDuration,
}

/// How long a step may take until its container is started.
pub(crate) fn longest(step: &Step) -> Duration {
    match step.action {
        Action::Restart => step.stop_grace.given + ENGINE_SLACK,
        Action::Start | Action::Unpause => ENGINE_SLACK,
        Action::Recreate => step.stop_grace.given + COMPOSE_SLACK,
    }
}

/// Does a step and says how its container was stopped. It goes on where its handle is dropped.
pub(crate) fn act(hand: &Hand, step: &Step) -> JoinHandle<Result<Stop, ActError>> {
    let (hand, step) = (hand.clone(), step.clone());
    tokio::spawn(async move { do_it(&hand, &step).await })
}

async fn do_it(hand: &Hand, step: &Step) -> Result<Stop, ActError> {
    let began = hand.now_there();
    let deadline = Deadline::after(longest(step));
    let engine = &hand.engine;
    match step.action {
        Action::Restart => {
            let grace = step.stop_grace.given;
            engine.restart(&step.container, grace, deadline).await?;
        }
        Action::Start => engine.start(&step.container, deadline).await?,
        Action::Unpause => engine.unpause(&step.container, deadline).await?,
        Action::Recreate => recreate(&hand.choice, step, deadline).await?,
    }
    Ok(match step.action {
        Action::Restart | Action::Recreate => stop(hand, step, began).await,
        Action::Start | Action::Unpause => Stop::Quiet,
    })
}

impl Hand {
    /// The engine's time.
    fn now_there(&self) -> Timestamp {
        Timestamp::now()
            .checked_add(self.clock_offset)
            .unwrap_or(Timestamp::MAX)
    }
}

/// How the container ended, by what the engine reported; an engine that remembers nothing is no reason to worry.
async fn stop(hand: &Hand, step: &Step, began: Timestamp) -> Stop {
    let deadline = Deadline::after(ENGINE_SLACK);
    let events = hand.engine.events(began, hand.now_there(), deadline).await;
    let killed = EngineEventKind::Die { exit_code: KILLED };
    let was_killed = events.is_ok_and(|events| {
        events.iter().any(|event| {
            event.container == step.container && event.kind == killed && event.at >= began
        })
    });
    if was_killed {
        Stop::Killed
    } else {
        Stop::Quiet
    }
}

/// Has Compose make a service anew: the same command as is shown.
async fn recreate(choice: &EngineChoice, step: &Step, deadline: Deadline) -> Result<(), ActError> {
    let words = step.recreate.as_ref().ok_or(ActError::NotByCompose)?;
    let (program, arguments) = words.split_first().ok_or(ActError::NotByCompose)?;
    let shown = commands::shown(words);
    let mut command = tokio::process::Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        // Ctrl-C goes to `ptctl` alone: Compose ends what it began, rather than leave a service without a container.
        .process_group(0)
        .kill_on_drop(false);
    if let Some(host) = &choice.host {
        command
            .env("DOCKER_HOST", host)
            .env_remove("DOCKER_CONTEXT");
    } else if let Some(context) = &choice.context {
        command.env("DOCKER_CONTEXT", context);
    }
    let run = |source| ActError::Run {
        command: shown.clone(),
        source,
    };
    let child = command.spawn().map_err(run)?;
    let output = deadline
        .cut(child.wait_with_output())
        .await
        .map_err(|passed| ActError::Late {
            command: shown.clone(),
            after: passed.after,
        })?
        .map_err(run)?;
    if output.status.success() {
        return Ok(());
    }
    let complaints = String::from_utf8_lossy(&output.stderr);
    let last = complaints
        .lines()
        .rev()
        .find(|line| !line.trim().is_empty());
    Err(ActError::Refused {
        command: shown,
        said: redact::text(last.unwrap_or("it said nothing").trim()),
    })
}
