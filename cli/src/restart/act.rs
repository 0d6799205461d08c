//! Doing one step: by the engine's API, or by Compose where a container is made anew.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ptctl_diagnosis::snapshot::EngineEventKind;
use thiserror::Error;
use tokio::task::JoinHandle;

use super::{Action, Step, Stop};
use crate::{
    clients::{
        compose::{ComposeDeedError, perform},
        deadline::Deadline,
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
    /// Compose did not do it.
    #[error(transparent)]
    Compose(#[from] ComposeDeedError),
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
    Ok(perform(words, choice, deadline).await?)
}
