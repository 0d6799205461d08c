//! What every command does that changes containers: show the plan, ask, go step by step, look again, say what came of it.

use std::time::Duration;

use ptctl_diagnosis::snapshot::{Flight, Snapshot};

use super::{
    canary,
    journey::{Journey, Standing},
    proof::{Proof, prove},
    steps::go,
};
use crate::{
    cli::{ApplyArguments, Format},
    error::CommandError,
    exit::Exit,
    farewell::Farewell,
    fix::Patch,
    gather::{DeeperLooks, Depth, GatherRequest, gather},
    output::{Answer, Output},
    render::{self, RestartDocument},
    restart::{Account, Outcome, Plan, Recreation, Tally, fallen},
};

/// A plan and how it is to be carried out.
pub(super) struct Orders<'a> {
    /// The plan.
    pub(super) plan: &'a Plan,
    /// The look that it was made from.
    pub(super) before: &'a Snapshot,
    /// How to look.
    pub(super) request: &'a GatherRequest,
    /// How it is confirmed.
    pub(super) apply: &'a ApplyArguments,
    /// How long each step may take to become ready.
    pub(super) wait: Duration,
    /// How the end is proved.
    pub(super) proof: Proof<'a>,
    /// How the result is written.
    pub(super) format: Format,
    /// The patches that are shown beside it.
    pub(super) patches: &'a [Patch],
    /// What the plan goes on with where it stops.
    pub(super) onwards: Onwards,
    /// How an interrupted plan is left.
    pub(super) farewell: &'a Farewell,
}

/// The command that goes on with a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Onwards {
    /// `ptctl restart` of what is left.
    Restart(Recreation),
    /// `ptctl doctor --fix`, which looks anew.
    Fix,
}

/// Shows a plan, has it confirmed and carries it out.
pub(super) async fn carry_out(
    orders: &Orders<'_>,
    output: &mut Output,
) -> Result<Exit, CommandError> {
    if orders.format == Format::Table {
        let mut page = output.page();
        render::plan(&mut page, orders.plan);
        render::patches(&mut page, orders.patches);
        output.answer(&page.into_text())?;
    }
    if orders.apply.dry_run {
        return untouched(orders, Outcome::Planned, Exit::Ok, output);
    }
    if !orders.apply.yes {
        if output.can_ask() && !(output.is_on_terminal() && orders.format == Format::Table) {
            output.show_who_is_asked(|page| {
                render::plan(page, orders.plan);
                render::patches(page, orders.patches);
            });
        }
        match output.ask("go on?").await {
            Some(Answer::Yes) => {}
            Some(Answer::No) => return untouched(orders, Outcome::Declined, Exit::Ok, output),
            None => {
                untouched(orders, Outcome::Planned, Exit::Usage, output)?;
                return Err(CommandError::NobodyToAsk);
            }
        }
    }
    let request = GatherRequest {
        depth: Depth::Brief,
        deeper: DeeperLooks::default(),
        ..orders.request.clone()
    };
    let mut journey = Journey::new(orders, output);
    let mut tally = Tally::beginning(&look(&request).await?);
    let mut account = go(&mut journey, &request, &mut tally).await?;
    let last = match account.outcome {
        Outcome::Done => prove(orders, &mut account, journey.output).await?,
        Outcome::Planned | Outcome::Declined | Outcome::Stopped => look(&request).await?,
    };
    tally.add(&last);
    if account.outcome == Outcome::Done {
        account.fallen = fallen(orders.plan, &last);
        journey.standing = Standing::There;
    }
    drop(journey);
    account.window = tally.window().cloned();
    let flown = canary::lines(&last);
    let all_arrived = flown
        .iter()
        .all(|line| line.canary.known().is_some_and(Flight::has_arrived));
    let exit = if account.is_whole() && all_arrived {
        Exit::Ok
    } else {
        Exit::Deadline
    };
    let text = match orders.format {
        Format::Table => {
            let mut page = output.page();
            render::account(&mut page, &account, &flown);
            page.into_text()
        }
        Format::Json => document(orders, &account, &flown, exit)?,
    };
    output.answer(&text)?;
    Ok(exit)
}

pub(super) async fn look(request: &GatherRequest) -> Result<Snapshot, CommandError> {
    gather(request).await.map_err(CommandError::Gather)
}

impl Orders<'_> {
    /// The end where there is nothing to do.
    pub(super) fn untouched(&self, exit: Exit, output: &mut Output) -> Result<Exit, CommandError> {
        untouched(self, Outcome::Planned, exit, output)
    }
}

/// The end of a plan that nothing was done of.
fn untouched(
    orders: &Orders<'_>,
    outcome: Outcome,
    exit: Exit,
    output: &mut Output,
) -> Result<Exit, CommandError> {
    if orders.format == Format::Json {
        let account = Account::untouched(orders.plan, outcome);
        output.answer(&document(orders, &account, &[], exit)?)?;
    }
    Ok(exit)
}

fn document(
    orders: &Orders<'_>,
    account: &Account,
    flown: &[render::CanaryLine<'_>],
    exit: Exit,
) -> Result<String, CommandError> {
    let document =
        RestartDocument::new(orders.plan, account, flown, exit.code()).with_patches(orders.patches);
    render::json(&document).map_err(CommandError::Json)
}
