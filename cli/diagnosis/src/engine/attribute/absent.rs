//! What the services wait for that were never created, as the Compose files have it.

use std::collections::BTreeSet;

use crate::{
    dependency::Condition,
    snapshot::{ComposeProject, ComposeService, Container},
    subject::Subject,
    view::Stack,
};

/// Each service of the files that has no container, with all that has to be healthy or done before it is created, be it
/// through others that were not created either.
///
/// One that is only to be started holds nobody up by what becomes of it later.
pub(super) fn awaited(stack: &Stack<'_>) -> Vec<(Subject, BTreeSet<Subject>)> {
    let Some(project) = stack.snapshot.compose.known() else {
        return Vec::new();
    };
    project
        .services
        .iter()
        .filter(|service| created(&service.name, stack).next().is_none())
        .map(|service| {
            let awaited = behind(service, project, stack);
            (Subject::Service(service.name.clone()), awaited)
        })
        .collect()
}

/// The containers that a service waits for, followed through those that have none.
fn behind(
    service: &ComposeService,
    project: &ComposeProject,
    stack: &Stack<'_>,
) -> BTreeSet<Subject> {
    let mut awaited = BTreeSet::new();
    let mut seen = BTreeSet::from([service.name.as_str()]);
    let mut open = vec![service];
    while let Some(service) = open.pop() {
        for dependency in &service.depends_on {
            let mut containers = created(&dependency.service, stack).peekable();
            if containers.peek().is_some() {
                if dependency.condition != Condition::Started {
                    awaited.extend(containers);
                }
            } else if seen.insert(&dependency.service) {
                open.extend(project.service(&dependency.service));
            }
        }
    }
    awaited
}

/// The subjects of a service's containers.
fn created<'a>(service: &'a str, stack: &'a Stack<'_>) -> impl Iterator<Item = Subject> + 'a {
    let own = stack.snapshot.stack.project.as_deref();
    let is_of_it = move |container: &Container| {
        container.project.as_deref() == own && container.service.as_deref() == Some(service)
    };
    stack
        .members
        .iter()
        .filter(move |member| is_of_it(member.container))
        .map(|member| member.subject.clone())
}
