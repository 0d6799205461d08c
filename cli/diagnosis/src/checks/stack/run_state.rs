//! What the engine says of a container's life, in words and proofs.

use jiff::SignedDuration;

use crate::{
    check::Report,
    checks::{commands, standing},
    finding::{Evidence, EvidenceKind, Moment, Remedy, Severity},
    snapshot::{Container, EngineEvent, EngineEventKind, RestartPolicy, Status},
    view::Stack,
};

/// Restarts within this time of each other are a loop.
const LOOP_WINDOW: SignedDuration = SignedDuration::from_mins(1);
/// What cannot read its settings ends sooner than this.
const REVIVAL: SignedDuration = SignedDuration::from_secs(5);
/// From this count on, restarts are a loop rather than an accident.
const LOOP_COUNT: u64 = 3;

/// Whether the container ended and nothing is bringing it back.
pub(in crate::checks) fn has_ended(container: &Container) -> bool {
    match container.state.status {
        Status::Created | Status::Exited | Status::Dead | Status::Removing => true,
        Status::Running | Status::Paused | Status::Restarting | Status::Declared => false,
    }
}

/// Whether the restart policy keeps starting it in vain.
pub(in crate::checks) fn is_looping(container: &Container, stack: &Stack<'_>) -> bool {
    let state = &container.state;
    let just_started = state
        .started_at
        .is_some_and(|started| stack.snapshot.taken_at.duration_since(started) < LOOP_WINDOW);
    state.status == Status::Restarting
        || (state.status == Status::Running && state.restart_count >= LOOP_COUNT && just_started)
}

/// Whether the restart policy has this moment started it again: until it shows that it lives, what it said before its end
/// is all that it tells.
pub(in crate::checks) fn was_just_revived(container: &Container, stack: &Stack<'_>) -> bool {
    let state = &container.state;
    let now = stack.snapshot.taken_at;
    state.status == Status::Running
        && state.restart_count > 0
        && state
            .started_at
            .is_some_and(|started| now.duration_since(started) < REVIVAL)
}

/// Whether it ended as a job does: with success, and nothing was to bring it back.
pub(in crate::checks) fn is_finished_job(container: &Container) -> bool {
    let state = &container.state;
    let unwatched = matches!(
        container.restart_policy,
        RestartPolicy::No | RestartPolicy::OnFailure
    );
    state.status == Status::Exited && state.exit_code == 0 && unwatched
}

/// Whether the kernel killed its main process for want of memory, now or within the window.
pub(super) fn was_oom_killed(container: &Container, stack: &Stack<'_>) -> bool {
    let survived = survived_oom(container, stack).count();
    let kills = stack
        .events_of(&container.id)
        .filter(|event| event.kind == EngineEventKind::Oom)
        .count();
    // The engine's flag tells of any process of the container, and stays up while the main one lives on.
    kills > survived || (container.state.oom_killed && survived == 0)
}

/// The kills for want of memory that the main process survived, oldest first: those since its last start.
pub(super) fn survived_oom<'a>(
    container: &'a Container,
    stack: &'a Stack<'_>,
) -> impl Iterator<Item = &'a EngineEvent> {
    let started_at = container
        .state
        .started_at
        .filter(|_| container.is_running());
    stack.events_of(&container.id).filter(move |event| {
        event.kind == EngineEventKind::Oom
            && started_at.is_some_and(|started_at| event.at >= started_at)
    })
}

/// Whether it ended, or keeps ending.
pub(in crate::checks) fn is_down(container: &Container, stack: &Stack<'_>) -> bool {
    has_ended(container) || is_looping(container, stack)
}

/// Its state, for a sentence: `is paused`, `exited with code 1`.
pub(in crate::checks) fn state_in_words(container: &Container) -> String {
    match container.state.status {
        Status::Paused => "is paused".to_owned(),
        _ => ending(container),
    }
}

/// How the container ended, for a sentence: `exited with code 1`, `was created but never started`.
fn ending(container: &Container) -> String {
    match container.state.status {
        Status::Created => "was created but never started".to_owned(),
        Status::Restarting => format!("keeps exiting with code {}", container.state.exit_code),
        Status::Running
        | Status::Paused
        | Status::Removing
        | Status::Exited
        | Status::Dead
        | Status::Declared => {
            format!("exited with code {}", container.state.exit_code)
        }
    }
}

/// When it ended.
pub(in crate::checks) fn ended(container: &Container) -> Option<Moment> {
    let at = container.state.finished_at?;
    Some(Moment::new(
        at,
        format!("the container {}", ending(container)),
    ))
}

/// The engine's own words on its state.
pub(in crate::checks) fn state_proof(container: &Container) -> Evidence {
    let state = &container.state;
    let restarts = match state.restart_count {
        0 => String::new(),
        count => format!(" RestartCount={count}"),
    };
    let error = state
        .error
        .as_ref()
        .map_or(String::new(), |error| format!(" Error={error:?}"));
    let text = format!(
        "State.Status={} ExitCode={}{restarts}{error}",
        state.status.word(),
        state.exit_code
    );
    Evidence::new(EvidenceKind::Container, &container.name, text).at(state.finished_at)
}

/// The lines of its log that say why it ended; else the last lines that it wrote.
pub(in crate::checks) fn last_words(container: &Container) -> Vec<Evidence> {
    let Some(logs) = container.logs.known() else {
        return Vec::new();
    };
    let lines = if logs.fatal.is_empty() {
        &logs.tail[logs.tail.len().saturating_sub(2)..]
    } else {
        &logs.fatal[logs.fatal.len().saturating_sub(3)..]
    };
    lines
        .iter()
        .map(|line| Evidence::log(&container.name, line))
        .collect()
}

/// The engine's field on an OOM kill, and the limit.
fn oom_proof(container: &Container) -> Evidence {
    let limit = match container.memory_limit {
        Some(bytes) => format!("HostConfig.Memory={bytes} bytes"),
        None => "no memory limit of its own: the host ran out".to_owned(),
    };
    let field = format!("State.OOMKilled={} {limit}", container.state.oom_killed);
    Evidence::new(EvidenceKind::Container, &container.name, field)
}

/// The kills that the engine reported within the window.
fn oom_events(container: &Container, stack: &Stack<'_>) -> Vec<Evidence> {
    stack
        .events_of(&container.id)
        .filter(|event| event.kind == EngineEventKind::Oom)
        .map(|event| Evidence::new(EvidenceKind::Event, &container.name, "oom").at(Some(event.at)))
        .collect()
}

/// When it was first killed for want of memory within the window.
fn oom_moment(container: &Container, stack: &Stack<'_>) -> Option<Moment> {
    let event = stack
        .events_of(&container.id)
        .find(|event| event.kind == EngineEventKind::Oom);
    let at = event
        .map(|event| event.at)
        .or(container.state.finished_at)?;
    Some(Moment::new(at, "the kernel killed it for want of memory"))
}

/// When it was paused: by the engine's events, which keep the last 256 only, else at the first export that it let wait.
fn pause_moment(container: &Container, stack: &Stack<'_>) -> Option<Moment> {
    let event = stack
        .events_of(&container.id)
        .filter(|event| event.kind == EngineEventKind::Pause)
        .last();
    if let Some(event) = event {
        return Some(Moment::new(event.at, "the container was paused"));
    }
    let senders = stack.services.iter().filter(|service| {
        stack
            .backend_of(service)
            .is_some_and(|backend| backend.tempo.container.as_ref() == Some(&container.id))
    });
    senders
        .filter_map(|service| {
            let standing = standing::standing(service, stack).ok()?;
            let first = standing.iter().filter_map(|group| group.first_at).min()?;
            Some(Moment::new(
                first,
                format!("the first export of `{}` failed", service.label()),
            ))
        })
        .min_by_key(|moment| moment.at)
}

/// The report of a container that ended and nothing brings back; `name` is how a sentence calls it.
pub(super) fn ended_report(name: &str, container: &Container) -> Report {
    Report::new(
        format!("{name} {}", ending(container)),
        state_proof(container),
        commands::start_it(container),
    )
    .since(ended(container))
    .proof(last_words(container))
}

/// The report of a container in a restart loop.
pub(super) fn loop_report(name: &str, container: &Container) -> Report {
    Report::new(
        format!(
            "{name} {} and was restarted {} times",
            ending(container),
            container.state.restart_count
        ),
        state_proof(container),
        Remedy::run(
            "mend what the last lines of its log name",
            commands::logs(container),
        ),
    )
    .since(ended(container))
    .proof(last_words(container))
}

/// The report of a container that the kernel killed; a warning once it is back, since what the kill lost is lost.
pub(super) fn oom_report(name: &str, container: &Container, stack: &Stack<'_>) -> Report {
    let limit = container.memory_limit.map_or_else(
        || "without a limit of its own".to_owned(),
        |bytes| format!("at its limit of {} MiB", bytes / (1 << 20)),
    );
    let report = Report::new(
        format!("{name} was killed for want of memory {limit}"),
        oom_proof(container),
        Remedy::edit(format!(
            "raise the memory limit of `{}` in the Compose file, then recreate it",
            container.display_name()
        ))
        .then(commands::recreate(container)),
    )
    .since(oom_moment(container, stack))
    .proof(oom_events(container, stack));
    if container.is_running() {
        report.severity(Severity::Warning)
    } else {
        report
    }
}

/// The report of a frozen container.
pub(super) fn paused_report(message: String, container: &Container, stack: &Stack<'_>) -> Report {
    Report::new(
        message,
        Evidence::new(
            EvidenceKind::Container,
            &container.name,
            "State.Paused=true",
        ),
        commands::thaw(container),
    )
    .since(pause_moment(container, stack))
}
