//! The engine's clock and the one here differ.

use jiff::SignedDuration;

use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    view::Stack,
};

/// From here on the order of things that happened at the same time is lost.
const NOTICEABLE: SignedDuration = SignedDuration::from_secs(5);
/// From here on traces fall out of the time that is searched.
const MISLEADING: SignedDuration = SignedDuration::from_secs(60);

pub(crate) static CHECK: Check = Check {
    code: Code::new(133),
    name: "clock-skew",
    severity: Severity::Warning,
    summary: "the clock of the engine's host and the one here differ",
    why: "Spans carry the engine's time; a search \"in the last 15 minutes\" carries the time of whoever asks. Apart from each other, traces that are there are not found, and Tempo's metrics generator drops those that look old.",
    causes: &[
        "A virtual machine that slept: Docker Desktop after the laptop's lid was closed.",
        "No time synchronisation on the engine's host, or here.",
    ],
    remedy: "Synchronise both clocks (`timedatectl set-ntp true`); restart the virtual machine of Docker Desktop.",
    verify: "`docker info --format '{{.SystemTime}}'` and `date --utc` agree.",
    masked_by: &[],
    explains: &[],
    examine: Examine::Stack(examine),
};

fn examine(stack: &Stack<'_>, _: &Policy) -> Verdict {
    let engine = &stack.snapshot.engine;
    let offset = *engine.clock_offset.get()?;
    let apart = offset.abs();
    if apart <= NOTICEABLE {
        return Ok(Outcome::Pass);
    }
    let severity = if apart > MISLEADING {
        Severity::Error
    } else {
        Severity::Warning
    };
    let way = if offset.is_negative() {
        "behind"
    } else {
        "ahead of"
    };
    let seconds = apart.as_secs();
    let report = Report::new(
        format!("the clock of the engine is at least {seconds} s {way} the one here"),
        Evidence::new(
            EvidenceKind::Http,
            format!("{}/info", engine.address),
            format!("SystemTime {seconds} s {way} the time here, the way there and back taken off"),
        )
        .at(Some(stack.snapshot.taken_at)),
        Remedy::run(
            "synchronise both clocks; a virtual machine that slept needs a restart",
            "docker info --format '{{.SystemTime}}'; date --utc",
        ),
    );
    fail(report.severity(severity))
}
