//! Logs whose silence proves nothing: an empty one, one whose beginning is gone, one of an SDK that says nothing by itself.

use crate::{
    checks::silent_sdk,
    export::Target,
    finding::{Finding, Severity},
    observed::{Gap, Probe},
    snapshot::LogFacts,
    view::{Service, Stack},
};

/// What stays unknown of the services that nothing else tells about: no span of theirs is found, they count none, and no
/// finding is about them.
pub(super) fn unsaid(stack: &Stack<'_>, findings: &[Finding]) -> Vec<Gap> {
    let is_found = |service: &Service<'_>| {
        findings.iter().any(|finding| {
            finding.severity > Severity::Info
                && (finding.subject == service.subject
                    || finding.concerns.contains(&service.subject))
        })
    };
    stack
        .services
        .iter()
        .filter(|service| service.container.is_running() && service.target != Some(Target::Outside))
        .filter(|service| !is_heard_of(service, stack) && !is_found(service))
        .filter_map(|service| {
            let reason = reason(service)?;
            Some(Gap::new(Probe::Logs, service.subject.clone(), reason))
        })
        .collect()
}

/// Whether its spans or its own counters tell how its exports go.
fn is_heard_of(service: &Service<'_>, stack: &Stack<'_>) -> bool {
    // Who has no name cannot be looked for, nor can anybody where there is no Tempo: gaps and findings of their own.
    if service.name.is_none() || stack.backends.is_empty() {
        return true;
    }
    let metrics = service.container.metrics.as_ref();
    let counts = metrics
        .and_then(|metrics| metrics.known())
        .is_some_and(|metrics| metrics.spans.is_some());
    // Where nobody could look for its spans, that is a gap of its own.
    counts
        || stack.sighting_of(service).map_or(true, |sighting| {
            sighting.is_some_and(|seen| seen.last_at.is_some())
        })
}

fn reason(service: &Service<'_>) -> Option<String> {
    let logs = service.container.logs.known()?;
    if !logs.errors.is_empty() {
        return None;
    }
    let hint = silent_sdk::speak_up(service.container);
    let silence = if is_empty(logs) {
        "its log is empty, and no span of it is found: whether its exports fail is unknown"
            .to_owned()
    } else if let Some(first) = logs.window.begins_late.filter(|first| {
        let started_at = service.container.state.started_at;
        started_at.is_some_and(|started_at| *first > started_at)
    }) {
        format!(
            "its log begins at {first}, since it was rotated, and no span of it is found: what its tracer said at its start is unknown"
        )
    } else {
        hint?;
        "no span of it is found, and its log proves nothing of its exports".to_owned()
    };
    Some(match hint {
        Some(hint) => format!("{silence}; {hint}"),
        None => silence,
    })
}

fn is_empty(logs: &LogFacts) -> bool {
    logs.window.lines == 0 && logs.tail.is_empty() && logs.window.cut.is_none()
}

#[cfg(test)]
mod tests {
    use crate::{
        diagnose, fixtures,
        observed::{Observed, Probe},
        policy::Policy,
        snapshot::{Container, Snapshot},
    };

    /// What is said of the log of `scraper`, of which nothing but its log could tell.
    fn gaps(change: impl FnOnce(&mut Container)) -> Vec<String> {
        let mut snapshot = unseen();
        let scraper = snapshot.service_mut("scraper");
        scraper
            .labels
            .retain(|(name, _)| name != "dev.ptctl.library");
        scraper.metrics = None;
        if let Observed::Known(logs) = &mut scraper.logs {
            logs.requests.count = 0;
            logs.requests.last = None;
        }
        change(scraper);
        let diagnosis = diagnose(&snapshot, &Policy::default());
        assert!(!diagnosis.is_blind());
        diagnosis
            .gaps
            .iter()
            .filter(|gap| gap.probe == Probe::Logs)
            .map(|gap| gap.reason.clone())
            .collect()
    }

    fn unseen() -> Snapshot {
        let mut snapshot = fixtures::healthy();
        if let Observed::Known(sightings) = &mut snapshot.tempos[0].sightings {
            sightings.retain(|sighting| sighting.service_name != "docutag-scraper");
        }
        snapshot
    }

    fn node(container: &mut Container) {
        container.command = vec!["node".to_owned(), "server.js".to_owned()];
    }

    #[test]
    fn the_silence_of_an_sdk_that_says_nothing_is_told_with_what_makes_it_speak() {
        let told = gaps(node);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("`OTEL_LOG_LEVEL=info`"), "{told:?}");
        let python = |container: &mut Container| {
            container.command = vec!["python".to_owned(), "app.py".to_owned()];
        };
        assert!(gaps(python).is_empty());
    }

    #[test]
    fn an_empty_log_and_one_without_its_beginning_are_unknown() {
        let empty = gaps(|container| {
            if let Observed::Known(logs) = &mut container.logs {
                logs.window.lines = 0;
                logs.tail.clear();
            }
        });
        assert!(empty[0].contains("is empty"), "{empty:?}");
        let rotated = gaps(|container| {
            if let Observed::Known(logs) = &mut container.logs {
                logs.window.begins_late = Some(fixtures::ago(60));
            }
        });
        assert!(rotated[0].contains("rotated"), "{rotated:?}");
    }

    #[test]
    fn where_spans_arrive_silence_is_no_gap() {
        let mut snapshot = fixtures::healthy();
        let scraper = snapshot.service_mut("scraper");
        scraper
            .labels
            .retain(|(name, _)| name != "dev.ptctl.library");
        scraper.metrics = None;
        node(scraper);
        let diagnosis = diagnose(&snapshot, &Policy::default());
        assert!(diagnosis.gaps.iter().all(|gap| gap.probe != Probe::Logs));
    }
}
