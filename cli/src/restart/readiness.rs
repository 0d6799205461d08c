//! Who is not ready yet, and the last reason.

use std::time::Duration;

use ptctl_diagnosis::{
    observed::Observed,
    snapshot::{Container, HealthStatus, Readiness, RestartPolicy, Role, Snapshot, Status},
    view::Stack,
};
use tokio::time::Instant;

use super::Step;

/// A container that nothing tells the health of has to run this long.
const SETTLED: Duration = Duration::from_secs(2);

/// Who of the stack is waited for, with the last reason: every Tempo until it is ready, every service that has a
/// health check until it is healthy. Empty when nobody is.
pub fn unready(snapshot: &Snapshot) -> Vec<(String, String)> {
    let stack = Stack::of(snapshot);
    let backends = stack.backends.iter().filter_map(|backend| {
        let reason = match &backend.tempo.ready {
            Observed::Known(ready) => why_not(ready)?,
            // One that cannot be asked from here is asked by its own health check.
            Observed::Unknown(_) if is_healthy(backend.container) => return None,
            Observed::Unknown(gap) => gap.reason.clone(),
        };
        Some((backend.label().to_owned(), reason))
    });
    let services = stack.services.iter().filter_map(|service| {
        service.container.state.health.as_ref()?;
        Some((service.label().to_owned(), waiting_for(service.container)?))
    });
    backends.chain(services).collect()
}

/// Whether a container's own health check passes.
fn is_healthy(container: Option<&Container>) -> bool {
    let health = container.and_then(|container| container.state.health.as_ref());
    health.is_some_and(|health| health.status == HealthStatus::Healthy)
}

/// Why a container is not ready; `None` when it is: running, and healthy where it has a health check.
pub fn waiting_for(container: &Container) -> Option<String> {
    let state = &container.state;
    if state.status != Status::Running {
        let error = state
            .error
            .as_ref()
            .map_or(String::new(), |error| format!(": {error}"));
        return Some(format!(
            "{} (exit code {}){error}",
            state.status.word(),
            state.exit_code
        ));
    }
    let health = state.health.as_ref()?;
    // The engine keeps the probes of the process before.
    let last = health
        .last
        .as_ref()
        .filter(|probe| probe.at.is_none() || probe.at >= state.started_at);
    let said = last.map_or(String::new(), |probe| {
        let words: Vec<&str> = probe.output.split_whitespace().collect();
        let output = words.join(" ");
        if output.is_empty() {
            String::new()
        } else {
            format!(", last probe: {output}")
        }
    });
    match health.status {
        HealthStatus::Healthy => None,
        HealthStatus::Starting => Some(format!("health check still starting{said}")),
        HealthStatus::Unhealthy => Some(format!(
            "unhealthy, {} probes failed{said}",
            health.failing_streak
        )),
    }
}

/// What a step waits for: its containers run, are healthy where they have a health check, are ready where they are a
/// Tempo or a collector whose page answers, and stay up for a moment where nothing tells.
#[derive(Debug)]
pub(crate) struct Awaited<'p> {
    step: &'p Step,
    /// Since when every container of the step has been seen to run, and how they stood then.
    steady: Option<(Instant, Vec<Incarnation>)>,
    /// Whether one of them had ended in the look before.
    had_ended: bool,
}

/// How a look finds the containers of a step.
#[derive(Debug)]
pub(crate) enum Found<'s> {
    /// They are ready.
    Ready,
    /// They are not, for this reason.
    NotYet(String),
    /// One has ended, and nobody starts it again.
    Ended {
        /// It.
        container: &'s Container,
        /// How it ended.
        reason: String,
    },
}

/// What changes when a container ends and is started again.
type Incarnation = (Option<jiff::Timestamp>, u64);

impl<'p> Awaited<'p> {
    pub(crate) fn new(step: &'p Step) -> Self {
        Self {
            step,
            steady: None,
            had_ended: false,
        }
    }

    /// How the step's containers are by this look, which was taken just now.
    pub(crate) fn find<'s>(&mut self, snapshot: &'s Snapshot) -> Found<'s> {
        let Some(reason) = self.reason(snapshot) else {
            return Found::Ready;
        };
        let containers = self.step.containers(snapshot);
        let has_ended =
            |one: &&&Container| matches!(one.state.status, Status::Exited | Status::Dead);
        let Some(container) = containers.iter().find(has_ended) else {
            self.had_ended = false;
            return Found::NotYet(reason);
        };
        // An engine may take a moment to see that it is to start it again.
        let is_over = self.had_ended || container.restart_policy == RestartPolicy::No;
        self.had_ended = true;
        match waiting_for(container) {
            Some(reason) if is_over => Found::Ended { container, reason },
            Some(_) | None => Found::NotYet(reason),
        }
    }

    /// Why they are not ready; `None` when they are.
    fn reason(&mut self, snapshot: &Snapshot) -> Option<String> {
        let containers = self.step.containers(snapshot);
        if containers.is_empty() {
            return Some("its container is gone".to_owned());
        }
        let unready = containers
            .iter()
            .find_map(|container| not_ready(container, snapshot));
        if let Some(reason) = unready {
            self.steady = None;
            return Some(reason);
        }
        if containers
            .iter()
            .all(|container| is_told_ready(container, snapshot))
        {
            return None;
        }
        let incarnations: Vec<Incarnation> = containers
            .iter()
            .map(|container| (container.state.started_at, container.state.restart_count))
            .collect();
        match &self.steady {
            Some((since, known)) if *known == incarnations => (since.elapsed() < SETTLED)
                .then(|| "it has no health check and has only just started".to_owned()),
            Some(_) => {
                self.steady = Some((Instant::now(), incarnations));
                Some("it ended and was started again".to_owned())
            }
            None => {
                self.steady = Some((Instant::now(), incarnations));
                Some("it has no health check and has only just started".to_owned())
            }
        }
    }
}

/// Why one container is not ready, by its health and by its own page.
pub(super) fn not_ready(container: &Container, snapshot: &Snapshot) -> Option<String> {
    waiting_for(container).or_else(|| why_not(page(container, snapshot)?))
}

/// Whether something beside the engine's "running" says that a container is ready.
fn is_told_ready(container: &Container, snapshot: &Snapshot) -> bool {
    container.state.health.is_some() || page(container, snapshot).is_some()
}

/// What a Tempo's or a collector's own page says; `None` where it has none that can be reached from here.
fn page<'s>(container: &Container, snapshot: &'s Snapshot) -> Option<&'s Readiness> {
    match container.role {
        Role::Tempo => {
            let mut tempos = snapshot.tempos.iter();
            let tempo = tempos.find(|tempo| tempo.container.as_ref() == Some(&container.id))?;
            tempo.ready.known()
        }
        Role::Collector => {
            let mut collectors = snapshot.collectors.iter();
            let collector = collectors.find(|collector| collector.container == container.id)?;
            collector.ready.known()
        }
        Role::Grafana | Role::Loki | Role::Prometheus | Role::Service => None,
    }
}

fn why_not(ready: &Readiness) -> Option<String> {
    match ready {
        Readiness::Ready => None,
        Readiness::NotReady { status, reason } => Some(format!("HTTP {status}: {reason}")),
        Readiness::NoAnswer { reason } => Some(reason.clone()),
    }
}
