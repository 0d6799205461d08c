//! A collector as checks see it: its pipelines, and whom its exporters reach.

use std::collections::{BTreeSet, HashMap};

use super::{Backend, Service, Stack};
use crate::{
    collector::{Exporter, Pipelines},
    export::{Endpoint, Target},
    observed::Observed,
    snapshot::{Collector, Container, ContainerId, Snapshot},
    subject::Subject,
};

/// A collector between the services and the backends.
#[derive(Debug)]
pub struct Relay<'s> {
    /// What findings about it carry.
    pub subject: Subject,
    /// Its facts.
    pub facts: &'s Collector,
    /// Its container.
    pub container: &'s Container,
    /// What it does with traces; unknown where its configuration is.
    pub pipelines: Observed<Pipelines>,
    /// Where its exporters of traces send to, as far as their endpoints can be read.
    pub routes: Vec<Route<'s>>,
}

/// One way out of a collector.
#[derive(Debug)]
pub struct Route<'s> {
    /// The exporter.
    pub exporter: Exporter,
    /// Its endpoint.
    pub endpoint: Endpoint,
    /// Whom that reaches.
    pub target: Target<'s>,
}

impl<'s> Relay<'s> {
    /// A collector's parts, worked out.
    pub(super) fn of(
        subject: Subject,
        facts: &'s Collector,
        container: &'s Container,
        snapshot: &'s Snapshot,
    ) -> Self {
        let pipelines = match &facts.config {
            Observed::Known(config) => Observed::Known(Pipelines::of(config, facts.flavour)),
            Observed::Unknown(gap) => Observed::Unknown(gap.clone()),
        };
        let exporters = pipelines.known().map_or(&[][..], |known| &known.exporters);
        let routes = exporters
            .iter()
            .filter(|exporter| exporter.protocol.is_some())
            .filter_map(|exporter| {
                let endpoint = exporter.target()?.ok()?;
                let port = exporter.port(&endpoint);
                Some(Route {
                    target: Target::at(container, &endpoint, port, snapshot),
                    exporter: exporter.clone(),
                    endpoint,
                })
            })
            .collect();
        Self {
            subject,
            facts,
            container,
            pipelines,
            routes,
        }
    }

    /// Its name in a sentence.
    pub fn label(&self) -> &str {
        self.subject.name()
    }
}

impl<'s> Stack<'s> {
    /// The collector that a service exports to directly.
    pub fn relay_of(&self, service: &Service<'_>) -> Option<&Relay<'s>> {
        let Some(Target::Container { container, .. }) = &service.target else {
            return None;
        };
        self.collectors
            .iter()
            .find(|relay| relay.container.id == container.id)
    }

    /// The services that export to a collector directly.
    pub fn clients_of<'a>(
        &'a self,
        relay: &'a Relay<'_>,
    ) -> impl Iterator<Item = &'a Service<'s>> + 'a {
        self.services.iter().filter(|service| {
            self.relay_of(service)
                .is_some_and(|own| own.container.id == relay.container.id)
        })
    }

    /// The backends behind a collector, through any number of collectors.
    pub fn backends_of<'a>(
        &'a self,
        relay: &Relay<'_>,
    ) -> impl Iterator<Item = &'a Backend<'s>> + 'a {
        let behind = self
            .export_paths()
            .remove(&relay.subject)
            .unwrap_or_default();
        self.backends
            .iter()
            .filter(move |backend| behind.contains(&backend.subject))
    }

    /// Everything that receives traces behind each service and collector, through any number of collectors.
    pub fn export_paths(&self) -> HashMap<Subject, BTreeSet<Subject>> {
        let mut direct: HashMap<&Subject, BTreeSet<&Subject>> = HashMap::new();
        for service in &self.services {
            let to = service.target.as_ref().and_then(|to| self.receiver(to));
            direct.entry(&service.subject).or_default().extend(to);
        }
        for relay in &self.collectors {
            let to = relay.routes.iter();
            let to = to.filter_map(|route| self.receiver(&route.target));
            direct.entry(&relay.subject).or_default().extend(to);
        }
        direct
            .keys()
            .map(|from| {
                let mut behind: BTreeSet<&Subject> = BTreeSet::new();
                let mut open: Vec<&Subject> = direct[from].iter().copied().collect();
                while let Some(next) = open.pop() {
                    if next != *from && behind.insert(next) {
                        open.extend(direct.get(next).into_iter().flatten());
                    }
                }
                ((*from).clone(), behind.into_iter().cloned().collect())
            })
            .collect()
    }

    /// The backend or collector that a target is.
    fn receiver(&self, target: &Target<'_>) -> Option<&Subject> {
        let Target::Container { container, .. } = target else {
            return None;
        };
        let is = |id: &ContainerId| *id == container.id;
        let backend = self
            .backends
            .iter()
            .find(|backend| backend.tempo.container.as_ref().is_some_and(is));
        let relay = || {
            self.collectors
                .iter()
                .find(|relay| is(&relay.container.id))
                .map(|relay| &relay.subject)
        };
        backend.map(|backend| &backend.subject).or_else(relay)
    }
}
