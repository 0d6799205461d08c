//! The newest span of each service that a backend may have spans of.

use std::collections::BTreeSet;

use futures_util::{StreamExt, stream};
use ptctl_diagnosis::{
    export::{ServiceName, tracing_signs},
    snapshot::{Container, Role, SpanSighting},
    trace::Candidate,
};

use crate::{
    clients::{http::HttpFault, tempo::TempoClient},
    probe::Look,
};

/// How many services are searched for at once.
const SEARCHES_AT_ONCE: usize = 8;
/// Services of other stacks are searched for up to this many in all; those of this one always are.
const SEARCH_LIMIT: usize = 64;

/// The service names under which the spans of a stack may stand.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// The names of traced services: searched for, whether a backend lists them or not.
    traced: BTreeSet<String>,
    /// What every service of the stack is called: searched for where a backend lists it, or does not say what it has.
    called: BTreeSet<String>,
}

impl Names {
    /// The names of these containers.
    pub(crate) fn of(containers: &[Container]) -> Self {
        let services = || {
            containers
                .iter()
                .filter(|container| container.role == Role::Service)
        };
        let traced = services()
            .filter(|container| !tracing_signs(container).is_empty())
            .map(|container| match ServiceName::of(container) {
                Some(name) => name.0,
                None => container.display_name().to_owned(),
            });
        let called = services().flat_map(|container| {
            let named = ServiceName::of(container).map(|name| name.0);
            let service = container.service.clone();
            named
                .into_iter()
                .chain(service)
                .chain([container.name.clone()])
        });
        Self {
            traced: traced.collect(),
            called: called.collect(),
        }
    }

    /// What is searched for in a backend that lists these services, in the order of the names. To leave out one of the
    /// stack would make it a service without spans, so that without a list each of them is searched for.
    fn searched(&self, listed: Option<&[String]>) -> BTreeSet<String> {
        let Some(listed) = listed else {
            return self.traced.union(&self.called).cloned().collect();
        };
        let (own, others): (Vec<&String>, Vec<&String>) =
            listed.iter().partition(|name| self.called.contains(*name));
        let mut names = self.traced.clone();
        names.extend(own.into_iter().cloned());
        for name in others {
            if names.len() >= SEARCH_LIMIT {
                break;
            }
            names.insert(name.clone());
        }
        names
    }
}

/// What searching for services found.
pub(super) struct Found {
    /// The services that it knows.
    pub(super) services: Result<Vec<String>, HttpFault>,
    /// The newest span of each of them and of each name of the stack.
    pub(super) sightings: Result<Vec<SpanSighting>, HttpFault>,
    /// The traces that each search found, of those that were answered.
    pub(super) traces: Vec<Vec<Candidate>>,
}

/// Searches for the services that it knows and for each name of the stack.
pub(super) async fn sightings(look: &Look<'_>, client: &TempoClient, names: &Names) -> Found {
    let deadline = look.http_deadline();
    let services = client.services(look.since, look.taken_at, deadline).await;
    let listed = services.as_ref().ok().map(Vec::as_slice);
    let found: Vec<Result<_, HttpFault>> = stream::iter(names.searched(listed))
        .map(|service_name| async move {
            let found = client
                .of_service(&service_name, look.since, look.taken_at, deadline)
                .await?;
            let sighting = SpanSighting {
                service_name,
                last_at: found.newest,
            };
            Ok((sighting, found.traces))
        })
        .buffered(SEARCHES_AT_ONCE)
        .collect()
        .await;
    let mut sightings = Vec::new();
    let mut traces = Vec::new();
    let mut fault = None;
    for answer in found {
        match answer {
            Ok((sighting, candidates)) => {
                sightings.push(sighting);
                traces.push(candidates);
            }
            Err(error) => {
                fault.get_or_insert(error);
            }
        }
    }
    Found {
        services,
        sightings: match fault {
            Some(fault) => Err(fault),
            None => Ok(sightings),
        },
        traces,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_services_of_the_stack_are_searched_for_however_many_others_a_backend_lists() {
        let names = Names {
            traced: BTreeSet::from(["zebra".to_owned()]),
            called: BTreeSet::from(["yak".to_owned(), "wolf".to_owned()]),
        };
        let mut listed: Vec<String> = (0..100).map(|number| format!("a{number}")).collect();
        listed.push("yak".to_owned());
        let searched = names.searched(Some(&listed));
        assert!(searched.contains("zebra") && searched.contains("yak"));
        assert!(!searched.contains("wolf"));
        assert_eq!(searched.len(), SEARCH_LIMIT);
    }

    #[test]
    fn where_a_backend_lists_nothing_each_name_of_the_stack_is_searched_for() {
        let names = Names {
            traced: BTreeSet::from(["zebra".to_owned()]),
            called: BTreeSet::from(["yak".to_owned()]),
        };
        let searched: Vec<String> = names.searched(None).into_iter().collect();
        assert_eq!(searched, ["yak", "zebra"]);
    }

    #[test]
    fn a_stack_of_many_services_is_searched_for_as_a_whole() {
        let names = Names {
            traced: (0..100).map(|number| format!("a{number}")).collect(),
            called: BTreeSet::new(),
        };
        assert_eq!(names.searched(Some(&["other".to_owned()])), names.traced);
    }
}
