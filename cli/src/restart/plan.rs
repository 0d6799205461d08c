//! What is done to which containers, in which order, and why: pure data, shown before anything is done.

use std::collections::{BTreeMap, BTreeSet};

use ptctl_diagnosis::{
    snapshot::{Container, ContainerId, Role, Snapshot},
    view::Stack,
};
use serde::Serialize;
use thiserror::Error;

use super::{
    Dependencies, StopGrace,
    changes::{Change, changes},
    choose::{Choice, Chosen},
    order::{Stage, order},
    recreation::{Recreation, recreate_words},
};

/// The steps of a restart, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// The steps.
    pub steps: Vec<Step>,
    /// What is not touched, though it might have been meant.
    pub left_alone: Vec<LeftAlone>,
    /// Why nobody knows which service needs which, where that is so.
    pub order_unknown: Option<String>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What is done.
    pub action: Action,
    /// The container.
    pub container: ContainerId,
    /// Its name.
    pub container_name: String,
    /// Its Compose project.
    pub project: Option<String>,
    /// Its Compose service, or the container's name.
    pub service: String,
    /// Whether it is a service that makes spans.
    pub makes_spans: bool,
    /// Why it is done and why here, as a fragment.
    pub reason: String,
    /// How long it may take to stop.
    pub stop_grace: StopGrace,
    /// What a restart does not apply.
    pub changes: Vec<Change>,
    /// The words of the command by which Compose makes it anew; `None` without Compose.
    pub recreate: Option<Vec<String>>,
}

/// What is done to a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Stop it, where it runs, and start it as it is.
    Restart,
    /// Start it as it is.
    Start,
    /// Thaw it.
    Unpause,
    /// Have Compose make it anew.
    Recreate,
}

impl Action {
    /// Its word in a sentence: `restart`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Restart => "restart",
            Self::Start => "start",
            Self::Unpause => "unpause",
            Self::Recreate => "recreate",
        }
    }
}

/// A container that is not touched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftAlone {
    /// Its name.
    pub container_name: String,
    /// Why, as a fragment.
    pub reason: String,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlanError {
    /// Names that no container of the stack has.
    #[error("no container of the stack is called `{}`", names.join("`, `"))]
    Unknown {
        /// The names asked for.
        names: Vec<String>,
    },
    /// Services that wait for each other.
    #[error("the services `{}` depend on each other in a circle", services.join("`, `"))]
    Circle {
        /// The services.
        services: Vec<String>,
    },
    /// A project that nobody named and that is not that of this folder.
    #[error("`{project}` is not the project of this folder")]
    Elsewhere {
        /// The project.
        project: String,
    },
    /// Nothing to do.
    #[error("no service of the stack is traced and runs; name the ones to restart")]
    Nothing,
    /// Everything that was asked for is left alone.
    #[error("nothing is left to restart: {reason}")]
    AllLeftAlone {
        /// Why, of the first.
        reason: String,
    },
}

impl Plan {
    /// Plans the restart of what was chosen.
    pub fn of(
        snapshot: &Snapshot,
        choice: &Choice<'_>,
        recreation: Recreation,
    ) -> Result<Self, PlanError> {
        let dependencies = Dependencies::of_stack(snapshot);
        let (chosen, left_alone) = choice.of(snapshot, &dependencies)?;
        if chosen.is_empty() {
            return Err(match left_alone.first() {
                Some(first) => PlanError::AllLeftAlone {
                    reason: format!("`{}` {}", first.container_name, first.reason),
                },
                None => PlanError::Nothing,
            });
        }
        let mut plan = Self::in_order(snapshot, chosen, &dependencies)?;
        plan.left_alone = left_alone;
        if recreation == Recreation::WhereChanged {
            plan.recreate_what_changed();
        }
        Ok(plan)
    }

    /// Puts what was chosen in order.
    pub(crate) fn in_order(
        snapshot: &Snapshot,
        chosen: Vec<Chosen<'_>>,
        dependencies: &Dependencies,
    ) -> Result<Self, PlanError> {
        let stack = Stack::of(snapshot);
        let makes_spans: BTreeSet<&ContainerId> = stack
            .services
            .iter()
            .map(|service| &service.container.id)
            .collect();
        let mut waiting: BTreeMap<&str, Vec<Chosen<'_>>> = BTreeMap::new();
        let mut stages: BTreeMap<&str, Stage> = BTreeMap::new();
        for chosen in chosen {
            let service = chosen.container.display_name();
            stages.insert(service, Stage::of(chosen.container.role));
            waiting.entry(service).or_default().push(chosen);
        }
        let ordered =
            order(&stages, dependencies).map_err(|services| PlanError::Circle { services })?;
        let mut steps: Vec<Step> = Vec::new();
        for service in ordered {
            let after = reason(service, &stages, dependencies, &steps);
            for chosen in waiting.remove(service).unwrap_or_default() {
                let makes_spans = makes_spans.contains(&chosen.container.id);
                steps.push(step(&chosen, &after, makes_spans, snapshot));
            }
        }
        let order_unknown = dependencies.unknown().filter(|_| stages.len() > 1);
        Ok(Self {
            steps,
            left_alone: Vec::new(),
            order_unknown: order_unknown.map(str::to_owned),
        })
    }

    /// Compose makes all containers of a service anew at once: one step for each such service.
    fn recreate_what_changed(&mut self) {
        let changed: BTreeSet<String> = self
            .steps
            .iter()
            .filter(|step| !step.changes.is_empty() && step.recreate.is_some())
            .map(|step| step.service.clone())
            .collect();
        let mut seen = BTreeSet::new();
        self.steps.retain_mut(|step| {
            if !changed.contains(&step.service) {
                return true;
            }
            step.action = Action::Recreate;
            seen.insert(step.service.clone())
        });
    }
}

impl Step {
    /// The containers that it brings up: the one that it restarts, or all that Compose makes anew.
    pub fn containers<'s>(&self, snapshot: &'s Snapshot) -> Vec<&'s Container> {
        let is_meant = |container: &&Container| match self.action {
            Action::Restart | Action::Start | Action::Unpause => container.id == self.container,
            Action::Recreate => {
                container.project == self.project
                    && container.service.as_ref() == Some(&self.service)
            }
        };
        snapshot.containers.iter().filter(is_meant).collect()
    }
}

fn step(chosen: &Chosen<'_>, after: &str, makes_spans: bool, snapshot: &Snapshot) -> Step {
    let container = chosen.container;
    let stop_grace = match container.role {
        _ if makes_spans => StopGrace::for_a_flush(container),
        Role::Collector => StopGrace::for_a_collector(container),
        Role::Tempo | Role::Grafana | Role::Loki | Role::Prometheus | Role::Service => {
            StopGrace::own(container)
        }
    };
    Step {
        action: chosen.action,
        container: container.id.clone(),
        container_name: container.name.clone(),
        project: container.project.clone(),
        service: container.display_name().to_owned(),
        makes_spans,
        reason: format!("{}{after}", chosen.why),
        stop_grace,
        changes: changes(container, snapshot),
        recreate: recreate_words(container, stop_grace, snapshot),
    }
}

/// Why a service stands where it stands, as the end of a sentence.
fn reason(
    service: &str,
    stages: &BTreeMap<&str, Stage>,
    dependencies: &Dependencies,
    before: &[Step],
) -> String {
    let needed = dependencies.of(service);
    let names: BTreeSet<&str> = before
        .iter()
        .map(|step| step.service.as_str())
        .filter(|earlier| *earlier != service)
        .collect();
    let depended: Vec<&str> = names
        .iter()
        .copied()
        .filter(|earlier| needed.contains(earlier))
        .collect();
    if !depended.is_empty() {
        return format!(", after {} on which it depends", listed(&depended));
    }
    let own = stages.get(service);
    let receiving: Vec<&str> = names
        .iter()
        .copied()
        .filter(|earlier| stages.get(earlier) < own)
        .collect();
    match own {
        Some(Stage::Collector | Stage::Service) if !receiving.is_empty() => {
            format!(", after {}, which takes spans", listed(&receiving))
        }
        _ => String::new(),
    }
}

/// Names as a person would list them: `a, b and c`.
fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
