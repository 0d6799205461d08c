//! Playing a stage: one stack, its scenarios one after the other.

use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;

use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::lab::Lab;
use crate::say;
use crate::scenario::{Scenario, Stage};
use crate::stack::Stack;
use crate::trial::{Observation, Trial};

/// What became of a scenario.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The scenario.
    pub(crate) scenario: Scenario,
    /// What the doctor said, where it was asked.
    pub(crate) observation: Option<Observation>,
    /// Why it failed, if it did at both plays.
    pub(crate) failure: Option<String>,
    /// Why its first play failed, where the second one passed: the observation is that of the first.
    pub(crate) first_failure: Option<String>,
    /// How long it took, healing included.
    pub(crate) took: Duration,
}

/// Plays the chosen scenarios of a stage on a stack of their own, and removes the stack.
pub(crate) async fn play(lab: Rc<Lab>, stage: Stage, chosen: Vec<Scenario>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    let mut ready: Option<Rc<Stack>> = None;
    for scenario in chosen {
        let started = Instant::now();
        let (mut observation, mut played) = once(&lab, stage, scenario, &mut ready).await;
        let mut first_failure = None;
        // A busy machine can spoil a play. What the doctor said the first time stays in the table.
        if let Err(failure) = played {
            let again = once(&lab, stage, scenario, &mut ready).await;
            observation = observation.or(again.0);
            played = again.1;
            first_failure = Some(failure.chain());
        }
        let outcome = Outcome {
            scenario,
            observation,
            first_failure: first_failure.filter(|_| played.is_ok()),
            failure: played.err().map(|failure| failure.chain()),
            took: started.elapsed(),
        };
        tell(&outcome);
        outcomes.push(outcome);
    }
    if let Some(stack) = ready {
        take_down(&stack).await;
    }
    outcomes
}

/// One play of a scenario, on the stack that is ready or on a new one.
async fn once(
    lab: &Rc<Lab>,
    stage: Stage,
    scenario: Scenario,
    ready: &mut Option<Rc<Stack>>,
) -> (Option<Observation>, Result<(), Failure>) {
    let stack = match ready.take() {
        Some(stack) => stack,
        None => match start(lab, stage).await {
            Ok(stack) => stack,
            Err(failure) => return (None, Err(failure)),
        },
    };
    let (observation, played) = attempt(scenario, &stack).await;
    // A stack that did not heal would blame the next scenario.
    if played.is_ok() {
        *ready = Some(stack);
    } else {
        take_down(&stack).await;
    }
    (observation, played)
}

async fn start(lab: &Rc<Lab>, stage: Stage) -> Result<Rc<Stack>, Failure> {
    let mut blueprint = Blueprint::of(&lab.repository, stage.services)?;
    (stage.furnish)(&mut blueprint, lab);
    let stack = Stack::new(lab, stage.name, blueprint)?;
    if let Err(failure) = stack.restore().await {
        take_down(&stack).await;
        return Err(failure);
    }
    Ok(Rc::new(stack))
}

async fn attempt(
    scenario: Scenario,
    stack: &Rc<Stack>,
) -> (Option<Observation>, Result<(), Failure>) {
    let mut trial = match Trial::new(scenario, Rc::clone(stack)) {
        Ok(trial) => trial,
        Err(failure) => return (None, Err(failure)),
    };
    let played = AssertUnwindSafe((scenario.play)(&mut trial))
        .catch_unwind()
        .await;
    let played = match played {
        Ok(Ok(())) if trial.observation.is_none() => Err(Failure::Diagnosis(
            "the scenario never asked the doctor".to_owned(),
        )),
        Ok(played) => played,
        Err(panic) => Err(Failure::Panic(words_of(panic.as_ref()))),
    };
    (trial.observation, played)
}

async fn take_down(stack: &Stack) {
    if let Err(failure) = stack.remove().await {
        say::warn(&format!(
            "could not remove `{}`: {}",
            stack.project,
            failure.chain()
        ));
    }
}

fn words_of(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "without words".to_owned())
}

fn tell(outcome: &Outcome) {
    let seconds = outcome.took.as_secs_f64();
    let name = outcome.scenario.name;
    match (&outcome.failure, &outcome.first_failure) {
        (None, None) => say::line(&format!("ok    {name} ({seconds:.1} s)")),
        (None, Some(first)) => say::line(&format!(
            "again {name} passed at its second play only ({seconds:.1} s)\n      {first}"
        )),
        (Some(failure), _) => say::line(&format!("FAIL  {name} ({seconds:.1} s)\n      {failure}")),
    }
}
