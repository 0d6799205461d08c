//! A container's log that grows for ever, and has.

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::{commands, tempo::proof::bytes},
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    view::{Member, Stack},
};

/// A log without a limit is Docker's default; from this size on it is worth a word.
const LARGE: u64 = 1 << 30;

pub(crate) static CHECK: Check = Check {
    code: Code::new(814),
    name: "log-without-limit",
    severity: Severity::Info,
    summary: "the engine keeps a large log without any limit",
    why: "Unless told otherwise the engine keeps all that a container ever wrote, on the disk that its volumes lie on. When that is full, Tempo acknowledges spans and loses them.",
    causes: &[
        "No `max-size` under `logging: options:`, and none in the engine's own configuration.",
    ],
    remedy: "Set `logging: {driver: json-file, options: {max-size: 10m, max-file: \"3\"}}` and recreate the service; the old log goes with the old container.",
    verify: "`ptctl storage` shows the size of each log.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachContainer(examine),
};

fn examine(member: &Member<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let container = member.container;
    let is_limited = container
        .log_options
        .iter()
        .any(|(name, _)| name == "max-size");
    if container.log_driver != "json-file" || is_limited {
        return Ok(Outcome::NotApplicable(
            "its log has a limit, or another place",
        ));
    }
    let logs = &stack.snapshot.files.logs;
    let Some(log) = logs.iter().find(|log| log.container == container.id) else {
        return Ok(Outcome::NotApplicable("nothing tells how large its log is"));
    };
    if log.all.bytes < LARGE {
        return Ok(Outcome::Pass);
    }
    // As much again would fill the disk.
    let severity = if log.free_bytes.is_some_and(|free| free < log.all.bytes) {
        Severity::Warning
    } else {
        Severity::Info
    };
    let room = log.free_bytes.map_or(String::new(), |free| {
        format!("; its disk has {} left", bytes(free))
    });
    let message = format!(
        "the log of `{}` takes {} and grows without a limit{room}",
        member.label(),
        bytes(log.all.bytes)
    );
    let proof = Evidence::new(
        EvidenceKind::Container,
        &container.name,
        format!(
            "HostConfig.LogConfig: json-file without max-size, {} bytes",
            log.all.bytes
        ),
    );
    let remedy = Remedy::edit(format!(
        "set `logging: {{driver: json-file, options: {{max-size: 10m, max-file: \"3\"}}}}` for `{}` in the Compose file, then recreate it",
        member.label()
    ))
    .then(commands::recreate(container));
    fail(Report::new(message, proof, remedy).severity(severity))
}
