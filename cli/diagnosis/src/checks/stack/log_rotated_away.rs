//! A log whose beginning the engine threw away though the container started within the window.

use jiff::SignedDuration;

use super::weight;
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::commands,
    code::Code,
    finding::{Evidence, EvidenceKind, Moment, Remedy, Severity},
    policy::Policy,
    snapshot::{Container, LogWindow},
    view::{Member, Stack},
};

/// Every program says something within this time of its start, if it says anything at all.
const QUIET: SignedDuration = SignedDuration::from_secs(60);
/// What one line costs in the file beside its text: quotes, stream and time.
const ENVELOPE: u64 = 70;

pub(crate) static CHECK: Check = Check {
    code: Code::new(132),
    name: "log-rotated-away",
    severity: Severity::Info,
    summary: "the engine has thrown away the beginning of a container's log",
    why: "At its start a program says which settings it could not read and where it receives. Those lines are gone, and with them the causes that they would prove.",
    causes: &[
        "`max-size` and `max-file` of the log driver keep less than the container writes between two looks.",
    ],
    remedy: "Raise `max-size` or `max-file` under `logging: options:` and recreate the service, or read the lines where they are collected.",
    verify: "`docker logs` shows the first lines after the start.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachContainer(examine),
};

fn examine(member: &Member<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let container = member.container;
    if !weight::carries_spans(member) {
        return Ok(Outcome::NotApplicable("its log says nothing of spans"));
    }
    let kept = kept_at_least(container);
    let read = container.logs.known().map(|logs| &logs.window);
    if kept.is_none() && read.is_none_or(|window| window.begins_late.is_none()) {
        return Ok(Outcome::NotApplicable(
            "nothing tells that its log is rotated",
        ));
    }
    let window = &container.logs.get()?.window;
    let started = container
        .state
        .started_at
        .filter(|started| *started >= stack.snapshot.since);
    let first = window.begins_late.or(window.first_at);
    let (Some(started), Some(first)) = (started, first) else {
        return Ok(Outcome::NotApplicable("it started before the window"));
    };
    // Its files tell; through the engine only its size does.
    let is_rotated =
        window.begins_late.is_some() || kept.is_some_and(|kept| written(window) * 10 >= kept * 8);
    if first.duration_since(started) <= QUIET || !is_rotated {
        return Ok(Outcome::Pass);
    }
    let options: Vec<String> = container
        .log_options
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    fail(
        Report::new(
            format!(
                "the log of `{}` begins {} s after its start: what it said before is thrown away",
                member.label(),
                first.duration_since(started).as_secs()
            ),
            Evidence::new(
                EvidenceKind::Container,
                &container.name,
                format!(
                    "HostConfig.LogConfig: {} {}",
                    container.log_driver,
                    options.join(" ")
                ),
            ),
            Remedy::edit(format!(
                "raise `max-size` or `max-file` of the log of `{}` in the Compose file, then recreate it",
                member.label()
            ))
            .then(commands::recreate(container)),
        )
        .since(Some(Moment::new(first, "the first line that is left")))
        .proof([Evidence::new(
            EvidenceKind::Log,
            &container.name,
            "the first line that is left",
        )
        .at(Some(first))]),
    )
}

/// The bytes that a log which was ever rotated still has at least: all its files but the one being written.
fn kept_at_least(container: &Container) -> Option<u64> {
    let option = |key: &str| {
        container
            .log_options
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    };
    if container.log_driver != "json-file" {
        return None;
    }
    let size = bytes(option("max-size")?)?;
    let files: u64 = option("max-file").unwrap_or("1").parse().ok()?;
    files
        .checked_sub(1)
        .filter(|others| *others > 0)?
        .checked_mul(size)
}

fn written(window: &LogWindow) -> u64 {
    window
        .bytes
        .saturating_add(window.lines.saturating_mul(ENVELOPE))
}

/// A size as the engine takes it: `10m`, `100k`, `1g`, in powers of 1024.
fn bytes(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let text = text.strip_suffix('b').unwrap_or(&text);
    let (digits, shift) = match text.char_indices().last()? {
        (at, 'k') => (&text[..at], 10),
        (at, 'm') => (&text[..at], 20),
        (at, 'g') => (&text[..at], 30),
        _ => (text, 0),
    };
    digits.parse::<u64>().ok()?.checked_mul(1 << shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_the_engine_reads_them() {
        assert_eq!(bytes("10m"), Some(10 << 20));
        assert_eq!(bytes("64KB"), Some(64 << 10));
        assert_eq!(bytes("4096"), Some(4096));
        for text in ["", "m", "-1", "10x", "é", "99999999999g"] {
            assert_eq!(bytes(text), None, "{text}");
        }
    }
}
