//! Who is not ready yet, and the last reason.

use ptctl_diagnosis::{
    observed::Observed,
    snapshot::{Container, HealthStatus, Readiness, Snapshot, Status},
    view::Stack,
};

/// Who of the stack is waited for, with the last reason: every Tempo until it is ready, every service that has a
/// health check until it is healthy. Empty when nobody is.
pub fn unready(snapshot: &Snapshot) -> Vec<(String, String)> {
    let stack = Stack::of(snapshot);
    let backends = stack.backends.iter().filter_map(|backend| {
        let reason = match &backend.tempo.ready {
            Observed::Known(Readiness::Ready) => return None,
            Observed::Known(Readiness::NotReady { status, reason }) => {
                format!("HTTP {status}: {reason}")
            }
            Observed::Known(Readiness::NoAnswer { reason }) => reason.clone(),
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
    let said = health.last.as_ref().map_or(String::new(), |probe| {
        let output = probe.output.trim();
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
