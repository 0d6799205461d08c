//! The steps that commands share: look, and see to it that the services asked for are there.

use ptctl_diagnosis::{
    diagnose, diagnosis::Diagnosis, policy::Policy, snapshot::Snapshot, view::Stack,
};

use crate::{
    clients::deadline::Deadline,
    error::CommandError,
    exit::{Completeness, Exit},
    gather::{GatherError, GatherRequest, gather},
};

/// Looks once; a service asked for that is not there is an error.
pub(super) async fn look(request: &GatherRequest) -> Result<Snapshot, CommandError> {
    let deadline = Deadline::after(request.timeout);
    let snapshot = gather(request)
        .await
        .map_err(|source| failed(request, deadline, source))?;
    known_services(&snapshot)?;
    Ok(snapshot)
}

/// A look that failed, perhaps only for want of time.
pub(super) fn failed(
    request: &GatherRequest,
    deadline: Deadline,
    source: GatherError,
) -> CommandError {
    if source.may_be_for_want_of_time() && deadline.has_passed() {
        let allowed = request.timeout;
        CommandError::Late { allowed, source }
    } else {
        CommandError::Gather(source)
    }
}

/// Diagnoses a snapshot and says how the command is to end.
pub(super) fn judge(snapshot: &Snapshot) -> (Diagnosis, Exit) {
    let policy = Policy::default();
    let diagnosis = diagnose(snapshot, &policy);
    let exit = Exit::of(&diagnosis, &policy, completeness(snapshot));
    (diagnosis, exit)
}

/// Whether a look was ended by its budget.
pub(super) fn completeness(snapshot: &Snapshot) -> Completeness {
    if snapshot.timed_out {
        Completeness::CutByDeadline
    } else {
        Completeness::Whole
    }
}

/// The exit of a command that only shows what there is: whatever is wrong, it could be shown.
pub(super) fn shown(snapshot: &Snapshot) -> Exit {
    match judge(snapshot).1 {
        Exit::Findings => Exit::Ok,
        exit => exit,
    }
}

/// The exit of a command that asks no container anything.
pub(super) fn described(snapshot: &Snapshot) -> Exit {
    let blind = snapshot.gaps.iter().any(|gap| gap.probe.is_essential());
    match (blind, snapshot.timed_out) {
        (true, _) => Exit::Blind,
        (false, true) => Exit::Deadline,
        (false, false) => Exit::Ok,
    }
}

fn known_services(snapshot: &Snapshot) -> Result<(), CommandError> {
    let asked = &snapshot.stack.only_services;
    let stack = Stack::of(snapshot);
    let answers = |name: &&String| {
        stack.services.iter().any(|service| {
            service.container.name == **name || service.container.service.as_ref() == Some(*name)
        })
    };
    let names: Vec<String> = asked
        .iter()
        .filter(|name| !answers(name))
        .cloned()
        .collect();
    if names.is_empty() {
        return Ok(());
    }
    let mut everything = snapshot.clone();
    everything.stack.only_services.clear();
    let known = Stack::of(&everything)
        .services
        .iter()
        .map(|service| service.label().to_owned())
        .collect();
    Err(CommandError::NoSuchService { names, known })
}
