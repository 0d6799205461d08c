//! The Compose files as Compose resolves them for the project that is to be started.

use std::collections::BTreeSet;

use jiff::Timestamp;
use ptctl_diagnosis::snapshot::{ComposeNetworking, ComposeProject, ComposeService, Role};
use serde_json::Value;

use super::UpError;
use crate::{
    clients::{compose::ComposeProgram, deadline::Deadline},
    compose::{self, ComposeSources},
    context::Environment,
    lint::{Profiles, declared},
};

/// The resolved files, as they are written and as they are understood.
#[derive(Debug)]
pub(crate) struct View {
    /// As they are written: variables filled in, a dollar sign that is meant as such doubled.
    written: Value,
    /// As they are understood.
    project: ComposeProject,
}

impl View {
    /// Has Compose resolve the files for the project `name`.
    pub(crate) async fn of(
        program: &ComposeProgram,
        sources: &ComposeSources,
        name: &str,
        environment: &Environment,
        deadline: Deadline,
    ) -> Result<Self, UpError> {
        let text = program
            .config(sources, Some(name), environment, deadline)
            .await?;
        Self::read(program.shown(), &text, sources)
    }

    /// Reads what `command` answered.
    pub(super) fn read(
        command: &str,
        text: &str,
        sources: &ComposeSources,
    ) -> Result<Self, UpError> {
        let failed = |problem: String| UpError::NotYaml {
            command: command.to_owned(),
            problem,
        };
        let project = compose::read_view(command, text, sources)
            .map_err(|problem| failed(problem.to_string()))?;
        let written =
            serde_saphyr::from_str(text).map_err(|problem| failed(problem.to_string()))?;
        Ok(Self { written, project })
    }

    /// What is written of a service.
    pub(super) fn written(&self, service: &str) -> &Value {
        &self.written["services"][service]
    }

    /// What is written of the networks or volumes of the project.
    pub(super) fn section(&self, name: &str) -> &Value {
        &self.written[name]
    }

    /// Every service of the files, started or not.
    pub(super) fn services(&self) -> &[ComposeService] {
        &self.project.services
    }

    /// The services that are started: those that are named, else those of the profiles; with them every Tempo of the
    /// profiles, and what they depend on.
    pub(crate) fn started(
        &self,
        named: &[String],
        profiles: &Profiles,
    ) -> Result<Vec<&ComposeService>, UpError> {
        let unknown: Vec<String> = named
            .iter()
            .filter(|name| self.project.service(name).is_none())
            .cloned()
            .collect();
        if !unknown.is_empty() {
            return Err(UpError::NoSuchService { names: unknown });
        }
        let is_wanted = |service: &&ComposeService| {
            let is_named = named.is_empty() || named.contains(&service.name);
            profiles.include(service) && (is_named || self.is_tempo(service))
        };
        let wanted = self.project.services.iter().filter(is_wanted);
        let mut waiting: Vec<&str> = wanted
            .map(|service| service.name.as_str())
            .chain(named.iter().map(String::as_str))
            .collect();
        let mut reached = BTreeSet::new();
        while let Some(name) = waiting.pop() {
            if let Some(service) = self.project.service(name)
                && reached.insert(name)
            {
                waiting.extend(needs(service));
            }
        }
        let is_started = |service: &&ComposeService| reached.contains(service.name.as_str());
        let started: Vec<_> = self.project.services.iter().filter(is_started).collect();
        if !started.iter().any(|service| self.is_tempo(service)) {
            let services = started.iter().map(|service| service.name.clone());
            return Err(UpError::NoTempo {
                services: services.collect(),
            });
        }
        Ok(started)
    }

    /// Whether a service is a Tempo, as `ptctl lint` reads it.
    pub(crate) fn is_tempo(&self, service: &ComposeService) -> bool {
        declared(service, &self.project, Timestamp::UNIX_EPOCH).role == Role::Tempo
    }
}

/// The services that Compose starts before one.
fn needs(service: &ComposeService) -> impl Iterator<Item = &str> {
    let shares = match &service.network {
        ComposeNetworking::Mode(mode) => mode.value.as_deref().and_then(|mode| {
            let name = mode.strip_prefix("service:")?;
            Some(name)
        }),
        ComposeNetworking::Networks(_) => None,
    };
    let depends_on = service.depends_on.iter();
    let links = service.run.links.iter();
    depends_on
        .map(|dependency| dependency.service.as_str())
        .chain(links.map(|link| link.service.as_str()))
        .chain(shares)
}
