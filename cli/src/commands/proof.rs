//! How the end of a plan is proved, beyond the health of everybody.

use ptctl_diagnosis::{
    diagnose,
    diagnosis::Diagnosis,
    finding::{Deed, Finding},
    policy::Policy,
    snapshot::Snapshot,
};

use super::{
    canary,
    carry_out::{Orders, look},
};
use crate::{
    error::CommandError,
    gather::{DeeperLooks, Depth},
    output::Output,
    restart::{Account, Plan},
};

/// How the end of a plan is proved, beyond the health of everybody.
#[derive(Debug)]
pub(super) enum Proof<'a> {
    /// Not beyond it.
    Health,
    /// A span is written with the settings of each service, and looked for.
    Canary(DeeperLooks),
    /// What the steps were for is looked for again.
    Diagnosis {
        /// What counts.
        policy: &'a Policy,
        /// What was found before.
        earlier: &'a Diagnosis,
    },
}
/// Looks once more, as deeply as the proof asks.
pub(super) async fn prove(
    orders: &Orders<'_>,
    account: &mut Account,
    output: &mut Output,
) -> Result<Snapshot, CommandError> {
    let mut request = orders.request.clone();
    request.depth = Depth::Everything;
    match &orders.proof {
        Proof::Health => {
            request.depth = Depth::Brief;
            look(&request).await
        }
        Proof::Canary(deeper) => {
            output.progress("writing a span as each service would, and looking for it …");
            let steps = orders.plan.steps.iter();
            let services: Vec<String> = steps
                .filter(|step| step.makes_spans)
                .map(|step| step.service.clone())
                .collect();
            if services.is_empty() {
                output.note("no service of the plan makes spans: there is nothing to prove");
            } else {
                request.deeper = deeper.clone();
            }
            request.stack.services.clone_from(&services);
            let snapshot = look(&request).await?;
            let flown = canary::lines(&snapshot);
            account.unproved = services;
            account
                .unproved
                .retain(|service| !flown.iter().any(|line| line.service == service));
            Ok(snapshot)
        }
        Proof::Diagnosis { policy, earlier } => {
            output.progress("looking at the stack again …");
            let snapshot = look(&request).await?;
            let later = diagnose(&snapshot, policy);
            account.still_found = Some(still_found(orders.plan, earlier, &later));
            Ok(snapshot)
        }
    }
}

/// The findings that a step of the plan was for and that are there as before.
fn still_found(plan: &Plan, earlier: &Diagnosis, later: &Diagnosis) -> Vec<String> {
    let aimed_at: Vec<&Finding> = findings(earlier)
        .filter(|finding| {
            let deed = finding.remedy.deed.as_deref();
            let container = deed.and_then(Deed::of_the_engine);
            let mut steps = plan.steps.iter();
            container.is_some_and(|container| steps.any(|step| step.container == *container))
        })
        .collect();
    let is_aimed_at = |finding: &&Finding| {
        let mut known = aimed_at.iter();
        known.any(|known| known.code == finding.code && known.subject == finding.subject)
    };
    findings(later)
        .filter(is_aimed_at)
        .map(|finding| format!("{}, {}", finding.code, finding.message))
        .collect()
}

fn findings(diagnosis: &Diagnosis) -> impl Iterator<Item = &Finding> {
    diagnosis
        .causes
        .iter()
        .flat_map(|cause| std::iter::once(&cause.finding).chain(&cause.symptoms))
}
