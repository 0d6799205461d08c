//! The steps of a plan, one by one: done, awaited, and told of.

use std::time::Duration;

use jiff::Timestamp;
use ptctl_diagnosis::snapshot::{Role, Snapshot};
use tokio::time::Instant;

use super::{
    carry_out::look,
    journey::{Journey, Standing},
};
use crate::{
    cli::Format,
    clients::{cause::on_one_line, deadline::Deadline},
    error::CommandError,
    gather::{GatherRequest, connect},
    output::Output,
    render,
    restart::{
        Account, ActError, Action, Awaited, Done, Found, Hand, Outcome, POLL, Step, Stop, Tally,
        act, changes, last_words, longest,
    },
};

/// Takes the steps one by one, until one does not reach health.
pub(super) async fn go(
    journey: &mut Journey<'_, '_>,
    request: &GatherRequest,
    tally: &mut Tally,
) -> Result<Account, CommandError> {
    let orders = journey.orders;
    let engine = connect(
        &request.engine,
        &request.environment,
        Deadline::after(request.timeout),
    );
    let offset = orders.before.engine.clock_offset.known();
    let hand = Hand {
        engine: engine.await.map_err(CommandError::Gather)?.engine,
        choice: request.engine.clone(),
        clock_offset: offset.copied().unwrap_or_default(),
    };
    let mut account = Account::untouched(orders.plan, Outcome::Stopped);
    for (number, step) in orders.plan.steps.iter().enumerate() {
        journey.at = number;
        let done = take(journey, &hand, request, step, tally).await?;
        if orders.format == Format::Table {
            let mut page = journey.output.page();
            let role = role_of(step, orders.before);
            render::step_done(&mut page, step, role, &done);
            journey.output.answer(&page.into_text())?;
        }
        let is_ready = matches!(done, Done::Ready { .. });
        account.steps[number] = done;
        if !is_ready {
            journey.standing = Standing::Unwell;
            return Ok(account);
        }
    }
    journey.at = orders.plan.steps.len();
    journey.standing = Standing::Unproved;
    account.outcome = Outcome::Done;
    Ok(account)
}

fn role_of(step: &Step, snapshot: &Snapshot) -> Role {
    snapshot
        .container(&step.container)
        .map_or(Role::Service, |container| container.role)
}

/// Takes one step, and waits until its container is ready.
async fn take(
    journey: &mut Journey<'_, '_>,
    hand: &Hand,
    request: &GatherRequest,
    step: &Step,
    tally: &mut Tally,
) -> Result<Done, CommandError> {
    journey.standing = Standing::Before;
    // What the process that is about to end has counted.
    tally.add(&look(request).await?);
    let began = Instant::now();
    let doing = format!("{} {} …", step.action.word(), step.service);
    say(journey.output, &doing);
    let ended = match do_it(journey, hand, step).await {
        Ok(ended) => ended,
        Err(error) => {
            let reason = on_one_line(&error);
            return Ok(Done::Failed { reason });
        }
    };
    journey.standing = Standing::Awaited;
    let deadline = Instant::now() + journey.orders.wait;
    let mut awaited = Awaited::new(step);
    let mut said = None;
    loop {
        let reason = match look(request).await {
            Ok(snapshot) => {
                tally.add(&snapshot);
                match awaited.find(&snapshot) {
                    Found::NotYet(reason) => reason,
                    Found::Ready => return Ok(ready(step, &snapshot, began.elapsed(), ended)),
                    Found::Ended { container, reason } => {
                        let said = last_words(&hand.engine, container).await;
                        return Ok(Done::NotReady {
                            reason: reason + &said,
                            stop: ended,
                        });
                    }
                }
            }
            Err(error) => on_one_line(&error),
        };
        if Instant::now() >= deadline {
            return Ok(Done::NotReady {
                reason,
                stop: ended,
            });
        }
        if said.as_ref() != Some(&reason) {
            let text = format!("waiting for {}: {reason}", step.service);
            say(journey.output, &text);
            said = Some(reason);
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Has the engine do a step; where `ptctl` is interrupted meanwhile, it leaves once the engine has done it.
async fn do_it(journey: &mut Journey<'_, '_>, hand: &Hand, step: &Step) -> Result<Stop, ActError> {
    journey.standing = Standing::Underway;
    journey.orders.farewell.lengthen(longest(step));
    let done = act(hand, step).await;
    journey.orders.farewell.shorten();
    match done {
        Ok(done) => done,
        Err(ended) => std::panic::resume_unwind(ended.into_panic()),
    }
}

/// What a step came to whose container is ready: Compose may have seen nothing to apply.
fn ready(step: &Step, snapshot: &Snapshot, after: Duration, ended: Stop) -> Done {
    let was_made_anew = step.action == Action::Recreate;
    let mut made = step
        .containers(snapshot)
        .into_iter()
        .filter(|_| was_made_anew);
    let left = made.find_map(|container| changes(container, snapshot).into_iter().next());
    match left {
        None => Done::Ready { after, stop: ended },
        Some(change) => Done::NotReady {
            reason: format!("Compose ended well, and {} is as it was", change.field),
            stop: ended,
        },
    }
}

fn say(output: &mut Output, text: &str) {
    let time = Timestamp::now().strftime("%H:%M:%S");
    output.note(&format!("{time} {text}"));
}
