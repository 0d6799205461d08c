//! The stack as checks see it: containers in their parts, with settings and targets worked out once.

mod canaries;
mod moves;
mod part;
mod relay;
mod traces;

use std::collections::HashMap;

pub use self::{
    part::{Backend, Member, Neighbour, Service},
    relay::{Relay, Route},
    traces::SeenTrace,
};

use crate::{
    compose_label,
    export::{ExportSettings, ServiceName, Sign, TRACED_LABEL, Target, tracing_signs},
    observed::{Gap, Probe},
    snapshot::{
        Container, ContainerId, EngineEvent, Grafana, Loki, NetworkPath, Prometheus, Role,
        Snapshot, SpanSighting,
    },
    subject::Subject,
};

/// The stack of one snapshot.
#[derive(Debug)]
pub struct Stack<'s> {
    /// The facts.
    pub snapshot: &'s Snapshot,
    /// The traced services that were asked for.
    pub services: Vec<Service<'s>>,
    /// The other containers of the stack that look like services and show no sign of tracing.
    pub untraced: Vec<&'s Container>,
    /// The trace backends.
    pub backends: Vec<Backend<'s>>,
    /// The collectors.
    pub collectors: Vec<Relay<'s>>,
    /// The Grafanas.
    pub grafanas: Vec<Neighbour<'s, Grafana>>,
    /// The Lokis.
    pub lokis: Vec<Neighbour<'s, Loki>>,
    /// The Prometheuses.
    pub prometheuses: Vec<Neighbour<'s, Prometheus>>,
    /// Every container of the look that is of the stack or of what it sends to, each as the subject that it is above.
    pub members: Vec<Member<'s>>,
    traces: Result<Vec<SeenTrace<'s>>, Gap>,
}

impl<'s> Stack<'s> {
    /// Works out the parts of a snapshot.
    pub fn of(snapshot: &'s Snapshot) -> Self {
        let subjects = subjects(snapshot);
        let mut services = Vec::new();
        let mut untraced = Vec::new();
        for container in &snapshot.containers {
            if container.role != Role::Service || !in_stack(container, snapshot) {
                continue;
            }
            let signs = signs(container, snapshot);
            if signs.is_empty() {
                untraced.push(container);
            } else if asked_for(container, snapshot) {
                let settings = ExportSettings::of(container);
                let target = settings
                    .known()
                    .and_then(|settings| Target::of(container, settings, snapshot));
                services.push(Service {
                    subject: Subject::Service(subjects[&container.id].clone()),
                    container,
                    signs,
                    settings,
                    target,
                    name: ServiceName::of(container).or_else(|| name_in_tempo(container, snapshot)),
                });
            }
        }
        let backends: Vec<Backend<'s>> = snapshot
            .tempos
            .iter()
            .map(|tempo| Backend {
                subject: Subject::Tempo(tempo.name.clone()),
                tempo,
                container: tempo
                    .container
                    .as_ref()
                    .and_then(|id| snapshot.container(id)),
            })
            .collect();
        let named = |id: &ContainerId| subjects[id].clone();
        let members = members(snapshot, &services, &backends, &subjects);
        let traces = traces::seen(snapshot, &services);
        Self {
            snapshot,
            services,
            untraced,
            backends,
            collectors: snapshot
                .collectors
                .iter()
                .filter_map(|facts| {
                    let container = snapshot.container(&facts.container)?;
                    let subject = Subject::Collector(named(&container.id));
                    Some(Relay::of(subject, facts, container, snapshot))
                })
                .collect(),
            grafanas: neighbours(
                snapshot,
                &snapshot.grafanas,
                |facts| &facts.container,
                |id| Subject::Grafana(named(id)),
            ),
            lokis: neighbours(
                snapshot,
                &snapshot.lokis,
                |facts| &facts.container,
                |id| Subject::Loki(named(id)),
            ),
            prometheuses: neighbours(
                snapshot,
                &snapshot.prometheuses,
                |facts| &facts.container,
                |id| Subject::Prometheus(named(id)),
            ),
            members,
            traces,
        }
    }

    /// The backend that a service exports to directly.
    pub fn backend_of(&self, service: &Service<'_>) -> Option<&Backend<'s>> {
        let Some(Target::Container { container, .. }) = &service.target else {
            return None;
        };
        self.backends
            .iter()
            .find(|backend| backend.tempo.container.as_ref() == Some(&container.id))
    }

    /// The way that was tried from a service's own network to its endpoint; `None` where nobody tried.
    pub fn path_of(&self, service: &Service<'_>) -> Option<&'s NetworkPath> {
        self.snapshot
            .network_paths
            .iter()
            .find(|path| path.from == service.container.id)
    }

    /// What the engine reported about a container, oldest first; empty where events are unknown.
    pub fn events_of<'a>(
        &'a self,
        id: &'a ContainerId,
    ) -> impl Iterator<Item = &'s EngineEvent> + 'a {
        let events: &'s [EngineEvent] = self.snapshot.events.known().map_or(&[], Vec::as_slice);
        events.iter().filter(move |event| event.container == *id)
    }

    /// The newest span of a service that any backend found; `None` where none of those that were searched has one. `Err`
    /// where nobody could search: no backend answered, or nothing tells the name.
    pub fn sighting_of(&self, service: &Service<'_>) -> Result<Option<&'s SpanSighting>, Gap> {
        let Some(name) = &service.name else {
            return Err(Gap::new(
                Probe::TempoSearch,
                service.subject.clone(),
                "nothing tells the service name under which its spans would stand",
            ));
        };
        let mut newest: Option<&'s SpanSighting> = None;
        let mut gap = None;
        for backend in &self.backends {
            match backend.tempo.sightings.get() {
                Ok(sightings) => {
                    let here = sightings
                        .iter()
                        .find(|sighting| sighting.service_name == name.0);
                    newest = newest
                        .into_iter()
                        .chain(here)
                        .max_by_key(|sighting| sighting.last_at);
                }
                Err(missing) => gap = Some(missing),
            }
        }
        match (newest, gap) {
            (None, Some(gap)) => Err(gap),
            (newest, _) => Ok(newest),
        }
    }
}

/// The facts of one kind of program with its container; those whose container is gone are left out.
fn neighbours<'s, T>(
    snapshot: &'s Snapshot,
    all: &'s [T],
    container: impl Fn(&'s T) -> &'s ContainerId,
    subject: impl Fn(&'s ContainerId) -> Subject,
) -> Vec<Neighbour<'s, T>> {
    all.iter()
        .filter_map(|facts| {
            let container = snapshot.container(container(facts))?;
            Some(Neighbour {
                subject: subject(&container.id),
                facts,
                container,
            })
        })
        .collect()
}

fn members<'s>(
    snapshot: &'s Snapshot,
    services: &[Service<'s>],
    backends: &[Backend<'s>],
    subjects: &HashMap<ContainerId, String>,
) -> Vec<Member<'s>> {
    snapshot
        .containers
        .iter()
        .filter(|container| container.role != Role::Service || in_stack(container, snapshot))
        .map(|container| {
            let name = subjects[&container.id].clone();
            let subject = match container.role {
                Role::Tempo => backends
                    .iter()
                    .find(|backend| backend.tempo.container.as_ref() == Some(&container.id))
                    .map_or(Subject::Tempo(name), |backend| backend.subject.clone()),
                Role::Collector => Subject::Collector(name),
                Role::Grafana => Subject::Grafana(name),
                Role::Loki => Subject::Loki(name),
                Role::Prometheus => Subject::Prometheus(name),
                Role::Service => services
                    .iter()
                    .find(|service| service.container.id == container.id)
                    .map_or(Subject::Container(name), |service| service.subject.clone()),
            };
            Member { subject, container }
        })
        .collect()
}

/// Whether a container belongs to the stack as a service; one of `docker compose run` is somebody's single command.
fn in_stack(container: &Container, snapshot: &Snapshot) -> bool {
    if container.label(compose_label::ONE_OFF) == Some("True") {
        return false;
    }
    container.project.is_none() || container.project == snapshot.stack.project
}

fn asked_for(container: &Container, snapshot: &Snapshot) -> bool {
    let only = &snapshot.stack.only_services;
    only.is_empty()
        || only
            .iter()
            .any(|name| *name == container.name || container.service.as_ref() == Some(name))
}

fn signs(container: &Container, snapshot: &Snapshot) -> Vec<Sign> {
    let mut signs = tracing_signs(container);
    if signs.is_empty() && container.label(TRACED_LABEL).is_none() {
        signs.extend(name_in_tempo(container, snapshot).map(|name| Sign::NameInTempo(name.0)));
    }
    signs
}

/// A service name of Tempo's that equals the container's Compose service or name.
fn name_in_tempo(container: &Container, snapshot: &Snapshot) -> Option<ServiceName> {
    let known = snapshot
        .tempos
        .iter()
        .filter_map(|tempo| tempo.services.known());
    known
        .flatten()
        .find(|name| **name == container.name || container.service.as_ref() == Some(name))
        .map(|name| ServiceName(name.clone()))
}

/// One name for each container: its Compose service, or the container's own where several share that.
fn subjects(snapshot: &Snapshot) -> HashMap<ContainerId, String> {
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for container in &snapshot.containers {
        *uses.entry(container.display_name()).or_default() += 1;
    }
    snapshot
        .containers
        .iter()
        .map(|container| {
            let name = match uses[container.display_name()] {
                1 => container.display_name(),
                _ => &container.name,
            };
            (container.id.clone(), name.to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    #[test]
    fn a_container_without_compose_on_the_stack_s_network_is_one_of_its_services() {
        let mut snapshot = fixtures::healthy();
        let scraper = snapshot.service_mut("scraper");
        scraper.project = None;
        scraper.service = None;
        let labels: Vec<_> = Stack::of(&snapshot)
            .services
            .iter()
            .map(|service| service.label().to_owned())
            .collect();
        assert_eq!(labels, ["controller", "shop_scraper_1"]);
    }
}
