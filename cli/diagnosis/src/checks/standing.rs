//! Whether export errors in a service's log still stand, or are history.

use jiff::Timestamp;

use crate::{
    export_errors::Loss,
    finding::{Evidence, Moment},
    observed::Gap,
    snapshot::{Container, EngineEventKind, ErrorGroup, Readiness, Status},
    view::{Backend, Service, Stack},
};

/// The export errors of a service that nothing shows to be over, oldest first.
///
/// Over is an error that came before the service's last start, before a span of the service that Tempo has, before
/// the service itself said that exporting works again, or before its backend came back and the service has said
/// nothing since.
pub(in crate::checks) fn standing<'s>(
    service: &Service<'s>,
    stack: &Stack<'s>,
) -> Result<Vec<&'s ErrorGroup>, Gap> {
    let over = over_until(service, stack);
    let mut groups = of_this_run(service)?;
    groups.retain(|group| stands(group, over));
    Ok(groups)
}

/// Whether an error of this run is neither recovered nor followed by the moment at which something shows it to be over.
pub(super) fn stands(group: &ErrorGroup, over: Option<Timestamp>) -> bool {
    group.since_start > 0
        && group
            .recovered_at
            .is_none_or(|recovered| Some(recovered) < group.last_at)
        && over.is_none_or(|over| Some(over) < group.last_at)
}

/// What a service said since its last start, oldest first: what it says of its settings stands until it starts again.
pub(super) fn of_this_run<'s>(service: &Service<'s>) -> Result<Vec<&'s ErrorGroup>, Gap> {
    let container = service.container;
    let logs = match container.logs.get() {
        Ok(_) => container.logs.known(),
        Err(gap) => return Err(gap),
    };
    Ok(logs
        .into_iter()
        .flat_map(|logs| &logs.errors)
        .filter(|group| group.since_start > 0)
        .collect())
}

/// What a service said since its last start and before any span of it that Tempo has, oldest first: an SDK that did not
/// start sends none, whatever becomes of its backend.
pub(super) fn without_spans_since<'s>(
    service: &Service<'s>,
    stack: &Stack<'s>,
) -> Result<Vec<&'s ErrorGroup>, Gap> {
    let sighted = last_span(service, stack);
    let mut groups = of_this_run(service)?;
    groups.retain(|group| sighted.is_none_or(|sighted| Some(sighted) < group.last_at));
    Ok(groups)
}

/// The last moment at which something shows that exporting worked or could work again.
fn over_until(service: &Service<'_>, stack: &Stack<'_>) -> Option<Timestamp> {
    last_span(service, stack)
        .max(backend_back(service, stack))
        .max(rejoined(service, stack))
}

/// The time of the newest span of a service that was found.
fn last_span(service: &Service<'_>, stack: &Stack<'_>) -> Option<Timestamp> {
    match stack.sighting_of(service) {
        Ok(sighting) => sighting.and_then(|sighting| sighting.last_at),
        Err(_) => None,
    }
}

/// When the backend or collector that the service exports to came back, if it works now as far as can be seen.
pub(super) fn backend_back(service: &Service<'_>, stack: &Stack<'_>) -> Option<Timestamp> {
    match stack.backend_of(service) {
        Some(backend) => came_back(backend, stack),
        None => {
            let relay = stack.relay_of(service)?.container;
            let works = relay.state.status == Status::Running;
            works.then(|| last_start(relay, stack)).flatten()
        }
    }
}

/// When a backend came back, if it is ready now.
pub(super) fn came_back(backend: &Backend<'_>, stack: &Stack<'_>) -> Option<Timestamp> {
    let is_ready = backend.tempo.ready.known() == Some(&Readiness::Ready);
    last_start(backend.container.filter(|_| is_ready)?, stack)
}

/// When a container last started, was thawed, or joined a network.
fn last_start(container: &Container, stack: &Stack<'_>) -> Option<Timestamp> {
    let thawed = stack
        .events_of(&container.id)
        .filter(|event| {
            matches!(
                event.kind,
                EngineEventKind::Unpause | EngineEventKind::Connect
            )
        })
        .last();
    container.state.started_at.max(thawed.map(|event| event.at))
}

/// When the service last joined a network.
fn rejoined(service: &Service<'_>, stack: &Stack<'_>) -> Option<Timestamp> {
    stack
        .events_of(&service.container.id)
        .filter(|event| event.kind == EngineEventKind::Connect)
        .last()
        .map(|event| event.at)
}

/// How often, and what became of the data: `12 lines since its last start and 3 before it, and their spans are lost`.
pub(super) fn count(group: &ErrorGroup) -> String {
    let lost = match group.lost {
        Loss::Yes => ", and their spans are lost",
        Loss::No => ", and are tried again",
        Loss::Unknown => "",
    };
    let lines = if group.since_start == 1 {
        "line"
    } else {
        "lines"
    };
    let before = match group.count.saturating_sub(group.since_start) {
        0 => String::new(),
        before => format!(" and {before} before it"),
    };
    format!(
        "{} {lines} since its last start{before}{lost}",
        group.since_start
    )
}

/// The line itself.
pub(super) fn proof(service: &Service<'_>, group: &ErrorGroup) -> Evidence {
    Evidence::log(&service.container.name, &group.sample)
}

/// Since the first line of the group.
pub(super) fn since(group: &ErrorGroup) -> Option<Moment> {
    group
        .first_at
        .map(|at| Moment::new(at, "its first such line"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{export_errors::ErrorKind, fixtures};

    #[test]
    fn lines_before_and_after_the_last_start_are_counted_apart() {
        let mut group = fixtures::errors(ErrorKind::BackendDown);
        assert_eq!(count(&group), "12 lines since its last start");
        group.since_start = 1;
        group.lost = Loss::Yes;
        assert_eq!(
            count(&group),
            "1 line since its last start and 11 before it, and their spans are lost"
        );
    }
}
