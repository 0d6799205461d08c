//! In which order services are restarted: what is needed before who needs it, and the way of the spans from its end:
//! backends, then collectors, then services.

use std::collections::BTreeMap;

use ptctl_diagnosis::snapshot::Role;

use super::Dependencies;

/// How near the end of the spans' way a container is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// What takes spans.
    Backend,
    /// What passes them on.
    Collector,
    /// What makes them, or looks at them.
    Service,
}

impl Stage {
    pub(super) fn of(role: Role) -> Self {
        match role {
            Role::Tempo => Self::Backend,
            Role::Collector => Self::Collector,
            Role::Grafana | Role::Loki | Role::Prometheus | Role::Service => Self::Service,
        }
    }
}

/// The services in order; `Err` with those that need each other in a circle.
pub(super) fn order<'s>(
    services: &BTreeMap<&'s str, Stage>,
    dependencies: &Dependencies,
) -> Result<Vec<&'s str>, Vec<String>> {
    let needs = |service: &str| {
        let mut needed = dependencies.of(service);
        needed.remove(service);
        needed
    };
    // What something nearer to the end needs is as near.
    let mut stages = services.clone();
    for (service, stage) in services {
        for needed in needs(service) {
            if let Some(own) = stages.get_mut(needed) {
                *own = (*own).min(*stage);
            }
        }
    }
    let mut ordered = Vec::new();
    while !stages.is_empty() {
        let is_free = |service: &&str| {
            needs(service)
                .iter()
                .all(|needed| !stages.contains_key(*needed))
        };
        let next = stages
            .iter()
            .filter(|(service, _)| is_free(service))
            .min_by_key(|(service, stage)| (**stage, **service))
            .map(|(service, _)| *service);
        let Some(next) = next else {
            return Err(stages.keys().map(|name| (*name).to_owned()).collect());
        };
        stages.remove(next);
        ordered.push(next);
    }
    Ok(ordered)
}
