//! `ptctl status`: one line a service, one for Tempo.

use ptctl_diagnosis::{
    observed::Observed,
    snapshot::{Container, HealthStatus, Readiness, Snapshot, Status, Tempo, TempoMetrics},
    view::{Backend, Service, Stack},
};

use super::{
    page::{Page, Tone},
    time::age,
};

type Row<const COLUMNS: usize> = [(String, Tone); COLUMNS];

/// Writes the status.
pub fn status(page: &mut Page, snapshot: &Snapshot) {
    let stack = Stack::of(snapshot);
    page.table(
        ["service", "state", "sends to", "last span", "export"],
        &service_rows(&stack),
    );
    page.blank();
    let rows: Vec<Row<5>> = stack
        .backends
        .iter()
        .map(|backend| backend_row(backend, snapshot))
        .collect();
    if rows.is_empty() {
        page.paragraph(Tone::Doubtful, "no Tempo belongs to this stack");
    } else {
        page.table(
            ["tempo", "state", "version", "spans", "oldest trace"],
            &rows,
        );
        for backend in &stack.backends {
            reached(page, backend);
        }
    }
    if !stack.untraced.is_empty() {
        let names: Vec<&str> = stack
            .untraced
            .iter()
            .map(|container| container.display_name())
            .collect();
        page.blank();
        page.paragraph(
            Tone::Faint,
            &format!("without a sign of tracing: {}", names.join(", ")),
        );
    }
}

/// The rows of the short table that a healthy report shows: services, then backends.
pub(super) fn status_rows(stack: &Stack<'_>) -> Vec<Row<4>> {
    let services = service_rows(stack)
        .into_iter()
        .map(|[name, state, target, last, _]| [name, state, target, last]);
    let backends = stack.backends.iter().map(|backend| {
        [
            (backend.label().to_owned(), Tone::Strong),
            backend_state(backend),
            (version(backend.tempo), Tone::Plain),
            counts(&backend.tempo.metrics),
        ]
    });
    services.chain(backends).collect()
}

fn service_rows(stack: &Stack<'_>) -> Vec<Row<5>> {
    stack
        .services
        .iter()
        .map(|service| {
            [
                (service.label().to_owned(), Tone::Strong),
                container_state(service.container),
                sends_to(service),
                last_span(service, stack),
                export_state(service),
            ]
        })
        .collect()
}

fn sends_to(service: &Service<'_>) -> (String, Tone) {
    match &service.settings {
        Observed::Known(settings) => (settings.shown(), Tone::Plain),
        Observed::Unknown(_) => ("set in code".to_owned(), Tone::Doubtful),
    }
}

fn last_span(service: &Service<'_>, stack: &Stack<'_>) -> (String, Tone) {
    if service.name.is_none() {
        return ("unknown service name".to_owned(), Tone::Doubtful);
    }
    match stack.sighting_of(service) {
        Ok(Some(sighting)) => match sighting.last_at {
            Some(at) => (age(at, stack.snapshot.taken_at), Tone::Good),
            None => ("none in the window".to_owned(), Tone::Plain),
        },
        Ok(None) => ("none in the window".to_owned(), Tone::Plain),
        Err(_) => ("not seen".to_owned(), Tone::Doubtful),
    }
}

/// What the service says of its own exporter, by its counters, else by its log.
fn export_state(service: &Service<'_>) -> (String, Tone) {
    let counters = service
        .container
        .metrics
        .as_ref()
        .and_then(|metrics| metrics.known()?.spans);
    if let Some(counters) = counters {
        let lost = counters.failed + counters.dropped;
        let tone = if lost == 0 { Tone::Good } else { Tone::Bad };
        return (format!("{} sent, {lost} lost", counters.sent), tone);
    }
    match service.container.logs.known() {
        Some(logs) => match logs.errors.iter().max_by_key(|group| group.last_at) {
            Some(group) => (group.kind.describe().to_owned(), Tone::Doubtful),
            None => ("no error logged".to_owned(), Tone::Plain),
        },
        None => ("log not read".to_owned(), Tone::Doubtful),
    }
}

/// A container's state and health in two words.
fn container_state(container: &Container) -> (String, Tone) {
    let word = container.state.status.word();
    let health = container.state.health.as_ref().map(|health| health.status);
    match (container.state.status, health) {
        (Status::Declared, _) => (word.to_owned(), Tone::Plain),
        (Status::Running, Some(HealthStatus::Healthy)) => (format!("{word}, healthy"), Tone::Good),
        (Status::Running, Some(HealthStatus::Starting)) => {
            (format!("{word}, starting"), Tone::Doubtful)
        }
        (Status::Running, Some(HealthStatus::Unhealthy)) => {
            (format!("{word}, unhealthy"), Tone::Bad)
        }
        (Status::Running, None) => (word.to_owned(), Tone::Good),
        (
            Status::Created
            | Status::Paused
            | Status::Restarting
            | Status::Removing
            | Status::Exited
            | Status::Dead,
            _,
        ) => (word.to_owned(), Tone::Bad),
    }
}

fn backend_state(backend: &Backend<'_>) -> (String, Tone) {
    match &backend.tempo.ready {
        Observed::Known(Readiness::Ready) => ("ready".to_owned(), Tone::Good),
        Observed::Known(Readiness::NotReady { status, .. }) => {
            (format!("not ready ({status})"), Tone::Bad)
        }
        Observed::Known(Readiness::NoAnswer { reason }) => (reason.clone(), Tone::Bad),
        Observed::Unknown(gap) => match backend.container {
            Some(container) if !container.is_running() => container_state(container),
            Some(_) | None => (gap.reason.clone(), Tone::Doubtful),
        },
    }
}

/// Where a backend's API was asked, on a line of its own, from which it can be copied whole.
fn reached(page: &mut Page, backend: &Backend<'_>) {
    let label = backend.label();
    match &backend.tempo.reached {
        Observed::Known(reached) => {
            page.verbatim(
                &format!("  `{label}` was reached at "),
                Tone::Plain,
                &reached.to_string(),
            );
        }
        Observed::Unknown(gap) => {
            let text = format!("was not reached: {}", gap.reason);
            page.entry(&format!("  `{label}` "), Tone::Plain, &text);
        }
    }
}

fn backend_row(backend: &Backend<'_>, snapshot: &Snapshot) -> Row<5> {
    let oldest = match &backend.tempo.oldest_trace {
        Observed::Known(Some(at)) => (age(*at, snapshot.taken_at), Tone::Plain),
        Observed::Known(None) => ("none yet".to_owned(), Tone::Plain),
        Observed::Unknown(_) => ("not seen".to_owned(), Tone::Doubtful),
    };
    [
        (backend.label().to_owned(), Tone::Strong),
        backend_state(backend),
        (version(backend.tempo), Tone::Plain),
        counts(&backend.tempo.metrics),
        oldest,
    ]
}

fn version(tempo: &Tempo) -> String {
    tempo
        .version
        .known()
        .map_or_else(|| "unknown".to_owned(), |version| version.version.clone())
}

fn counts(metrics: &Observed<TempoMetrics>) -> (String, Tone) {
    match metrics {
        Observed::Known(metrics) => {
            let discarded: u64 = metrics
                .discarded
                .iter()
                .map(|discarded| discarded.spans)
                .sum();
            let tone = if metrics.refused + discarded == 0 {
                Tone::Good
            } else {
                Tone::Bad
            };
            let text = format!(
                "{} accepted, {} refused, {discarded} discarded",
                metrics.accepted, metrics.refused
            );
            (text, tone)
        }
        Observed::Unknown(_) => ("not seen".to_owned(), Tone::Doubtful),
    }
}
