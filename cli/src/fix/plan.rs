//! The steps that mend causes without touching a file: restart, start, unpause, in the order of a restart.

use std::collections::BTreeSet;

use ptctl_diagnosis::{
    diagnosis::Diagnosis,
    finding::{Deed, Finding},
    snapshot::{Container, ContainerId, Snapshot},
};

use crate::restart::{Action, Chosen, Dependencies, LeftAlone, Plan, PlanError, runs_once};

/// The steps that a diagnosis asks for; none where nothing safe helps.
///
/// A symptom is mended only where its own cause is: what was started too early is started again after it.
pub(crate) fn plan(snapshot: &Snapshot, diagnosis: &Diagnosis) -> Result<Plan, PlanError> {
    let mut chosen = Vec::new();
    let mut seen = BTreeSet::new();
    for cause in &diagnosis.causes {
        let Some(first) = step(&cause.finding, snapshot) else {
            continue;
        };
        let symptoms = cause.symptoms.iter();
        let steps = std::iter::once(first)
            .chain(symptoms.filter_map(|symptom| step_after(symptom, snapshot)));
        chosen.extend(steps.filter(|step| seen.insert(step.container.id.clone())));
    }
    let dependencies = Dependencies::of_stack(snapshot);
    let mut left_alone = Vec::new();
    chosen.retain(|step| match runs_once(step.container, &dependencies) {
        None => true,
        Some(reason) => {
            left_alone.push(LeftAlone {
                container_name: step.container.name.clone(),
                reason,
            });
            false
        }
    });
    let mut plan = Plan::in_order(snapshot, chosen, &dependencies)?;
    plan.left_alone = left_alone;
    Ok(plan)
}

fn step<'s>(finding: &Finding, snapshot: &'s Snapshot) -> Option<Chosen<'s>> {
    let (id, action) = match finding.remedy.deed.as_deref()? {
        Deed::Restart { container } => (container, Action::Restart),
        Deed::Start { container } => (container, Action::Start),
        Deed::Unpause { container } => (container, Action::Unpause),
        Deed::StartAfter { .. } | Deed::SetVariable { .. } => return None,
    };
    chosen(finding, id, action, snapshot)
}

fn step_after<'s>(symptom: &Finding, snapshot: &'s Snapshot) -> Option<Chosen<'s>> {
    match symptom.remedy.deed.as_deref()? {
        Deed::StartAfter { container, .. } => chosen(symptom, container, Action::Start, snapshot),
        Deed::Restart { .. }
        | Deed::Start { .. }
        | Deed::Unpause { .. }
        | Deed::SetVariable { .. } => step(symptom, snapshot),
    }
}

fn chosen<'s>(
    finding: &Finding,
    id: &ContainerId,
    action: Action,
    snapshot: &'s Snapshot,
) -> Option<Chosen<'s>> {
    let container: &Container = snapshot.container(id)?;
    Some(Chosen {
        container,
        action,
        why: format!("{}, {}", finding.code, finding.message),
    })
}

#[cfg(test)]
mod tests {
    use ptctl_diagnosis::{
        dependency::Condition,
        diagnose, fixtures,
        observed::Observed,
        policy::Policy,
        snapshot::{ComposeDependency, Status},
    };

    use super::*;

    fn actions(snapshot: &Snapshot) -> Vec<(Action, String)> {
        let diagnosis = diagnose(snapshot, &Policy::default());
        plan(snapshot, &diagnosis)
            .unwrap()
            .steps
            .into_iter()
            .map(|step| (step.action, step.service))
            .collect()
    }

    #[test]
    fn a_paused_tempo_is_thawed_and_nobody_else_is_touched() {
        let mut snapshot = fixtures::healthy();
        snapshot.service_mut("tempo").state.status = Status::Paused;
        assert_eq!(actions(&snapshot), [(Action::Unpause, "tempo".to_owned())]);
    }

    #[test]
    fn what_ended_is_started_from_the_end_of_the_way() {
        let mut snapshot = fixtures::healthy();
        for service in ["scraper", "tempo"] {
            let state = &mut snapshot.service_mut(service).state;
            state.status = Status::Exited;
            state.exit_code = 1;
        }
        let actions = actions(&snapshot);
        assert_eq!(actions.first(), Some(&(Action::Start, "tempo".to_owned())));
    }

    #[test]
    fn a_job_that_has_ended_is_left_alone() {
        let mut snapshot = fixtures::healthy();
        let state = &mut snapshot.service_mut("scraper").state;
        state.status = Status::Exited;
        state.exit_code = 1;
        assert_eq!(actions(&snapshot), [(Action::Start, "scraper".to_owned())]);
        let Observed::Known(project) = &mut snapshot.compose else {
            unreachable!()
        };
        let mut services = project.services.iter_mut();
        let waits = services.find(|service| service.name == "controller");
        waits.unwrap().depends_on = vec![ComposeDependency {
            service: "scraper".to_owned(),
            condition: Condition::Completed,
        }];
        assert_eq!(actions(&snapshot), []);
    }

    #[test]
    fn a_healthy_stack_and_a_fault_of_the_files_ask_for_no_step() {
        assert_eq!(actions(&fixtures::healthy()), []);
        let mut snapshot = fixtures::healthy();
        snapshot.set_variable("scraper", "TEMPO_ENDPOINT", "localhost:4317");
        assert_eq!(actions(&snapshot), []);
    }
}
