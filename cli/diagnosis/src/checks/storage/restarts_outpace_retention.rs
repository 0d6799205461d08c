//! A Tempo that never lives long enough to delete.

use jiff::SignedDuration;

use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::{
        stack::{tempo_oom_killed, tempo_restarting},
        tempo::proof::{release, setting},
    },
    code::Code,
    duration::go_duration,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    view::{Backend, Stack},
};

/// How often retention runs, and how long after a start it first does.
const EVERY: SignedDuration = SignedDuration::from_hours(1);
/// Fewer restarts are accidents.
const FEWEST: u64 = 3;

pub(crate) static CHECK: Check = Check {
    code: Code::new(806),
    name: "restarts-outpace-retention",
    severity: Severity::Warning,
    summary: "Tempo 3 is restarted more often than its retention runs",
    why: "Tempo 3 applies retention every hour, first one hour after its start: restarted more often than that, it never deletes anything.",
    causes: &[
        "A restart loop, or a watchdog that restarts it.",
        "A memory limit that it runs into every few minutes.",
    ],
    remedy: "Mend what restarts it; until then set `backend_scheduler.provider.retention.interval` below the time that it lives.",
    verify: "`tempodb_retention_deleted_total` rises.",
    masked_by: &[&[
        Cause::same_subject(tempo_oom_killed::CHECK.code),
        Cause::same_subject(tempo_restarting::CHECK.code),
    ]],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(container) = backend.container else {
        return Ok(Outcome::NotApplicable("this Tempo is outside the engine"));
    };
    let Some(release) = release(backend) else {
        backend.tempo.version.get()?;
        return Ok(Outcome::NotApplicable(
            "its release is not one of Tempo's numbered ones",
        ));
    };
    if release.major < 3 {
        return Ok(Outcome::NotApplicable(
            "2.x applies retention twice a minute",
        ));
    }
    let interval = setting(
        backend,
        &[&["backend_scheduler", "provider", "retention", "interval"]],
    );
    let every = interval
        .as_ref()
        .and_then(|interval| go_duration(interval.node.text()?))
        .unwrap_or(EVERY);
    let age = stack.snapshot.taken_at.duration_since(container.created_at);
    let restarts = container.state.restart_count;
    let runs = i32::try_from(restarts)
        .unwrap_or(i32::MAX)
        .saturating_add(1);
    // By its mean life: a single crash after months of health is no pattern.
    if restarts < FEWEST || age < every * 3 || age / runs >= every {
        return Ok(Outcome::NotApplicable("it is not restarted so often"));
    }
    let config = backend.tempo.config.get()?;
    let oldest = *backend.tempo.oldest_trace.get()?;
    let (Some(retention), Some(oldest)) = (config.retention, oldest) else {
        return Ok(Outcome::NotApplicable("it holds nothing that is due"));
    };
    let oldest_age = stack.snapshot.taken_at.duration_since(oldest);
    let severity = if oldest_age > retention + every {
        Severity::Warning
    } else {
        Severity::Info
    };
    let message = format!(
        "Tempo `{}` lived {} min on average over {restarts} restarts, and first applies its retention {} min after a start",
        backend.label(),
        (age / runs).as_mins(),
        every.as_mins()
    );
    let proof = Evidence::new(
        EvidenceKind::Container,
        &container.name,
        format!("RestartCount={restarts} Created={}", container.created_at),
    );
    let held = Evidence::new(
        EvidenceKind::Search,
        backend.label(),
        "the oldest trace found",
    )
    .at(Some(oldest));
    fail(
        Report::new(
            message,
            proof,
            Remedy::edit("mend what restarts it; until then set `backend_scheduler.provider.retention.interval: 5m` in its configuration"),
        )
        .severity(severity)
        .likely()
        .proof([held])
        .proof(interval.map(|interval| interval.proof())),
    )
}
