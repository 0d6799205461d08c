//! What is missing of containers that the engine listed and did not describe.

use ptctl_diagnosis::{
    observed::{Gap, Probe},
    snapshot::Container,
    subject::Subject,
};

use crate::{
    clients::{cause::on_one_line, docker::Listed},
    probe::containers::Undescribed,
    target::{ChosenStack, is_default_network},
};

/// A gap for each container of the stack, and one for all others together: without those the stack is known as well.
pub(super) fn of(
    undescribed: &[Undescribed<'_>],
    stack: &ChosenStack,
    members: &[Container],
) -> Vec<Gap> {
    let (own, strangers): (Vec<_>, Vec<_>) = undescribed
        .iter()
        .partition(|missing| is_own(missing.listed, stack, members));
    let mut gaps: Vec<Gap> = own
        .into_iter()
        .map(|missing| {
            let subject = Subject::Service(missing.listed.name.clone());
            Gap::new(
                Probe::Containers,
                subject,
                on_one_line(&missing.error.fault),
            )
        })
        .collect();
    if let Some(first) = strangers.first() {
        let others = match strangers.len() {
            1 => String::new(),
            count => format!(", and of {} more", count - 1),
        };
        let reason = format!(
            "of `{}`{others}: {}",
            first.listed.name,
            on_one_line(&first.error.fault)
        );
        gaps.push(Gap::new(Probe::Strangers, Subject::Engine, reason));
    }
    gaps
}

/// Whether a container is of the stack, or was started without Compose on one of its networks.
fn is_own(listed: &Listed, stack: &ChosenStack, members: &[Container]) -> bool {
    if listed.project() == stack.project.as_deref() {
        return true;
    }
    let is_shared = |network: &String| {
        !is_default_network(network)
            && members
                .iter()
                .flat_map(|container| &container.attachments)
                .any(|attachment| attachment.network == *network)
    };
    listed.project().is_none() && listed.networks.iter().any(is_shared)
}
