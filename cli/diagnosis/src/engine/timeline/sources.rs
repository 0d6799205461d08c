//! Where happenings are read: the engine's events, a container's times, the newest spans, the export errors.

use jiff::{SignedDuration, Timestamp};

use super::{Event, Happening, SAME_MOMENT, Scope, apart};
use crate::{
    export_errors::ErrorKind,
    snapshot::{Container, EngineEventKind, HealthStatus},
    subject::Subject,
    view::{Service, Stack},
};

/// A signal this long before an end is told by the end.
const SIGNAL_OF_END: SignedDuration = SignedDuration::from_secs(15);
/// A span newer than this shows that the service still sends.
const STILL_SENDING: SignedDuration = SignedDuration::from_secs(30);

/// An error newer than this shows that exports still fail.
const STILL_FAILING: SignedDuration = SignedDuration::from_mins(2);

/// Everything that happened to the subjects of a scope.
pub(super) fn events(scope: &Scope, stack: &Stack<'_>) -> Vec<Event> {
    let mut events = Vec::new();
    for subject in scope.others.iter().chain([&scope.root]) {
        if let Some(container) = container_of(subject, stack) {
            of_container(subject, container, stack, &mut events);
        }
    }
    for service in &stack.services {
        if scope.senders.contains(&service.subject) {
            of_sender(service, stack, &mut events);
        }
    }
    events
}

fn container_of<'s>(subject: &Subject, stack: &Stack<'s>) -> Option<&'s Container> {
    stack
        .members
        .iter()
        .find(|member| member.subject == *subject)
        .map(|member| member.container)
}

fn of_container(
    subject: &Subject,
    container: &Container,
    stack: &Stack<'_>,
    events: &mut Vec<Event>,
) {
    let event = |at: Timestamp, happening: Happening, words: &str| Event {
        at,
        happening,
        subject: subject.clone(),
        words: words.to_owned(),
    };
    let mut own = reported(subject, container, stack);
    let state = &container.state;
    let window = stack.snapshot.since;
    let told = |own: &[Event], at: Timestamp, kinds: &[Happening]| {
        own.iter()
            .any(|event| kinds.contains(&event.happening) && apart(event.at, at) <= SAME_MOMENT)
    };
    if let Some(at) = state.finished_at.filter(|at| *at >= window)
        && !told(&own, at, &[Happening::Exited, Happening::OomKilled])
    {
        own.push(if state.oom_killed {
            event(at, Happening::OomKilled, "OOM-killed")
        } else {
            event(at, Happening::Exited, &exited(state.exit_code))
        });
    }
    if let Some(at) = state.started_at
        && !told(&own, at, &[Happening::Started])
    {
        own.push(event(at, Happening::Started, "started"));
    }
    own.push(event(container.created_at, Happening::Created, "created"));
    if let Ok(Some(image)) = stack.snapshot.image_of(container)
        && let Some(at) = image.created_at
    {
        own.push(event(at, Happening::ImageBuilt, "image built"));
    }
    if let Some(health) = &state.health
        && health.status == HealthStatus::Unhealthy
        && let Some(at) = health.last.as_ref().and_then(|probe| probe.at)
    {
        own.push(event(at, Happening::Unhealthy, "unhealthy"));
    }
    events.extend(own);
}

/// What the engine's events tell; an end tells of the signal and the kill that led to it.
fn reported(subject: &Subject, container: &Container, stack: &Stack<'_>) -> Vec<Event> {
    let all: Vec<_> = stack.events_of(&container.id).collect();
    let within = |at: Timestamp, from: Timestamp, length: SignedDuration| {
        let after = at.duration_since(from);
        after >= SignedDuration::ZERO && after <= length
    };
    let ends_after = |from: Timestamp, length| {
        all.iter().any(|event| {
            matches!(event.kind, EngineEventKind::Die { .. }) && within(event.at, from, length)
        })
    };
    let oom_before = |at: Timestamp| {
        all.iter()
            .any(|event| event.kind == EngineEventKind::Oom && within(at, event.at, SIGNAL_OF_END))
    };
    let moves: Vec<_> = stack.moves_of(container).collect();
    all.iter()
        .filter_map(|reported| {
            let (happening, words) = match reported.kind {
                EngineEventKind::Connect | EngineEventKind::Disconnect
                    if !moves.contains(reported) =>
                {
                    return None;
                }
                EngineEventKind::Start => (Happening::Started, "started".to_owned()),
                EngineEventKind::Die { .. } if oom_before(reported.at) => return None,
                EngineEventKind::Die { exit_code } => (Happening::Exited, exited(exit_code)),
                EngineEventKind::Oom => (Happening::OomKilled, "OOM-killed".to_owned()),
                EngineEventKind::Pause => (Happening::Paused, "paused".to_owned()),
                EngineEventKind::Unpause => (Happening::Thawed, "thawed".to_owned()),
                EngineEventKind::Kill { .. } if ends_after(reported.at, SIGNAL_OF_END) => {
                    return None;
                }
                EngineEventKind::Kill { signal } => {
                    (Happening::Signalled, format!("was sent signal {signal}"))
                }
                EngineEventKind::Connect => (Happening::Joined, "joined a network".to_owned()),
                EngineEventKind::Disconnect => (Happening::Left, "left a network".to_owned()),
            };
            Some(Event {
                at: reported.at,
                happening,
                subject: subject.clone(),
                words,
            })
        })
        .collect()
}

fn exited(code: i64) -> String {
    format!("exited with code {code}")
}

/// Whether a line tells of an export that failed, and not of a setting that an SDK could not read or took as asked.
fn is_of_an_export(kind: ErrorKind) -> bool {
    !matches!(
        kind,
        ErrorKind::ExporterUnknown
            | ErrorKind::ExporterNone
            | ErrorKind::SdkDisabled
            | ErrorKind::ProtocolEnvInvalid
            | ErrorKind::SamplerInvalid
            | ErrorKind::HeadersMalformed
            | ErrorKind::TimeoutEnvInvalid
            | ErrorKind::PropagatorInvalid
            | ErrorKind::ResourceMalformed
    )
}

fn of_sender(service: &Service<'_>, stack: &Stack<'_>, events: &mut Vec<Event>) {
    let mut tell = |at: Timestamp, happening: Happening, words: &str| {
        events.push(Event {
            at,
            happening,
            subject: service.subject.clone(),
            words: words.to_owned(),
        });
    };
    if let Ok(Some(sighting)) = stack.sighting_of(service)
        && let Some(at) = sighting.last_at
        && stack.snapshot.taken_at.duration_since(at) > STILL_SENDING
    {
        tell(at, Happening::LastSpan, "last span");
    }
    let Some(logs) = service.container.logs.known() else {
        return;
    };
    let standing = || {
        let groups = logs.errors.iter();
        groups.filter(|group| group.since_start > 0 && is_of_an_export(group.kind))
    };
    let first = standing().filter_map(|group| group.first_at).min();
    let last = standing().filter_map(|group| group.last_at).max();
    if let Some(at) = first {
        tell(at, Happening::FirstError, "first export error");
    }
    // An error of just now says that it still fails, which the finding says already.
    let over = |last: &Timestamp| {
        first.is_none_or(|first| apart(first, *last) > SAME_MOMENT)
            && stack.snapshot.taken_at.duration_since(*last) > STILL_FAILING
    };
    if let Some(at) = last.filter(over) {
        let recovered = standing()
            .all(|group| group.recovered_at.is_some() && group.recovered_at >= group.last_at);
        let words = if recovered {
            "recovered since: last export error"
        } else {
            "last export error"
        };
        tell(at, Happening::LastError, words);
    }
}
