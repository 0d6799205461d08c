//! `ptctl restart`: plan, show, ask, apply, verify.

use super::{
    carry_out::{Onwards, Orders, carry_out},
    proof::Proof,
};
use crate::{
    cli::{Global, RestartArguments},
    error::CommandError,
    exit::Exit,
    farewell::Farewell,
    gather::{CanaryReach, CanaryWish, DeeperLooks, Depth, ProbeBy, ProbeReach, ProbeWish, gather},
    output::Output,
    restart::{Choice, Plan, PlanError, Recreation, may_restart_all},
    settings,
};

pub(super) async fn run(
    global: &Global,
    args: RestartArguments,
    output: &mut Output,
    farewell: &Farewell,
) -> Result<Exit, CommandError> {
    let request = settings::request(global, &[], Depth::Brief, settings::DEFAULT_SINCE)?;
    output.progress("looking at the stack …");
    let before = gather(&request).await.map_err(CommandError::Gather)?;
    let project = request.stack.project.as_deref();
    let here = &request.environment.working_dir;
    if args.services.is_empty() && !may_restart_all(&before, project, here) {
        let project = before.stack.project.clone().unwrap_or_default();
        return Err(CommandError::Plan(PlanError::Elsewhere { project }));
    }
    let choice = match (args.services.as_slice(), args.all) {
        ([], false) => Choice::Traced,
        ([], true) => Choice::WholeWay,
        (names, _) => Choice::Named(names),
    };
    let recreation = if args.recreate {
        Recreation::WhereChanged
    } else {
        Recreation::Never
    };
    let plan = Plan::of(&before, &choice, recreation).map_err(CommandError::Plan)?;
    let proof = if args.canary {
        Proof::Canary(DeeperLooks {
            probe: ProbeWish::By(ProbeBy::Auto),
            helper_binary: args.helper_binary.clone(),
            reach: ProbeReach::Engine,
            canary: Some(CanaryWish::brief(CanaryReach::Inside)),
        })
    } else {
        Proof::Health
    };
    let orders = Orders {
        plan: &plan,
        before: &before,
        request: &request,
        apply: &args.apply,
        wait: *args.wait,
        proof,
        format: args.output.output,
        patches: &[],
        onwards: Onwards::Restart(recreation),
        farewell,
    };
    carry_out(&orders, output).await
}
