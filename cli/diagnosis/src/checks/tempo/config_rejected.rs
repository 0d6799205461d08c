//! Tempo refused its configuration.

use super::proof::file;
use crate::{
    check::{Cause, Check, Examine, Outcome, Report, Verdict, fail},
    checks::{
        commands, explanations, stack::run_state, storage::object_storage_variable_unexpanded,
    },
    code::Code,
    document::{Key, Node},
    finding::{Evidence, Moment, Remedy, Severity},
    policy::Policy,
    snapshot::{LogLine, Readiness},
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(202),
    name: "config-rejected",
    severity: Severity::Error,
    summary: "Tempo does not start because it refuses its configuration",
    why: "Tempo reads its file strictly: one unknown key, and it exits within a tenth of a second, before logging starts.",
    causes: &[
        "The file was written for another major version: 3.0 removed `ingester`, `compactor` and others.",
        "The image tag `latest` moved to a new major version.",
        "A value in a form that Tempo does not take, such as `7days` for a duration.",
    ],
    remedy: "Remove or correct the keys that the message names, or pin the image to the version that the file was written for.",
    verify: "`docker logs` on its container ends with `Tempo started`.",
    masked_by: &[&[Cause::same_subject(
        object_storage_variable_unexpanded::CHECK.code,
    )]],
    explains: explanations::TEMPO_API,
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let Some(container) = backend.container else {
        return Ok(Outcome::NotApplicable("this Tempo is outside the engine"));
    };
    // Between two ends of a restart loop it runs for a moment: only one that is ready has got past its configuration.
    let is_ready = backend.tempo.ready.known() == Some(&Readiness::Ready);
    if container.is_running() && is_ready && !run_state::is_looping(container, stack) {
        return Ok(Outcome::NotApplicable("it runs"));
    }
    let logs = container.logs.get()?;
    let Some(start) = logs.fatal.iter().rposition(|line| is_rejection(&line.text)) else {
        return Ok(Outcome::Pass);
    };
    let lines = &logs.fatal[start..];
    let reason = reason(lines);
    let places = places(backend, lines);
    let keys: Vec<&str> = places.iter().map(|place| place.text.as_str()).collect();
    let action = match (keys.as_slice(), backend.tempo.file.known()) {
        ([], None) => format!(
            "correct the file that {} reads, then start it",
            backend.label()
        ),
        ([], Some(_)) => format!("correct {}, then start it", file(backend)),
        (keys, _) => format!(
            "take `{}` out of {} or correct it, then start it",
            keys.join("`, `"),
            file(backend)
        ),
    };
    let report = Report::new(
        format!(
            "Tempo `{}` refuses its configuration: {reason}",
            backend.label()
        ),
        Evidence::log(&container.name, &lines[0]),
        Remedy::run(action, commands::start(container)),
    );
    let since = lines[0]
        .at
        .map(|at| Moment::new(at, "it refused its configuration"));
    fail(
        report
            .since(since)
            .proof(
                lines[1..]
                    .iter()
                    .map(|line| Evidence::log(&container.name, line)),
            )
            .proof(places),
    )
}

/// Between the two messages about overrides that can be read in neither form.
const FLAT_ATTEMPT: &str = "; also failed in legacy format";

fn is_rejection(line: &str) -> bool {
    line.contains("failed parsing config") && !line.contains("failed to read configFile")
}

/// The keys that the message names, where they stand in the file that is there now.
fn places(backend: &Backend<'_>, lines: &[LogLine]) -> Vec<Evidence> {
    let Some(document) = backend.tempo.file.known() else {
        return Vec::new();
    };
    if lines[0].text.contains(FLAT_ATTEMPT) {
        return Vec::new();
    }
    lines
        .iter()
        .filter_map(|line| {
            let (number, rest) = line
                .text
                .trim_start()
                .strip_prefix("line ")?
                .split_once(": field ")?;
            let (name, _) = rest.split_once(" not found")?;
            let key = key_at(&document.root, name, number.parse().ok()?)?;
            Some(Evidence::setting(document.key_location(key), name))
        })
        .collect()
}

/// The key of this name on this line.
fn key_at<'d>(node: &'d Node, name: &str, line: u32) -> Option<&'d Key> {
    node.entries().iter().find_map(|(key, value)| {
        if key.name == name && key.line == line {
            Some(key)
        } else {
            key_at(value, name, line)
        }
    })
}

/// The innermost part of Tempo's message: the line that names the key, or what follows the last wrapping.
fn reason(lines: &[LogLine]) -> &str {
    // Where a value of the overrides cannot be read, they are read once more in their flat form, and then every key of
    // theirs is unknown: the first attempt is what was meant.
    if let Some((first, _)) = lines[0].text.split_once(FLAT_ATTEMPT) {
        return first
            .rsplit_once("failed to unmarshal config: ")
            .map_or(first, |(_, rest)| rest)
            .trim();
    }
    let named = lines
        .iter()
        .skip(1)
        .find(|line| line.text.trim_start().starts_with("line "));
    let text = named.map_or(lines[0].text.as_str(), |line| line.text.as_str());
    let text = text
        .split_once("failed to parse configFile ")
        .map_or(text, |(_, rest)| rest);
    text.split_once("failed parsing config: ")
        .map_or(text, |(_, rest)| rest)
        .trim()
}

#[cfg(test)]
mod tests {
    use crate::{
        diagnose, document::Document, fixtures, observed::Observed, policy::Policy, snapshot::Role,
    };

    #[test]
    fn the_file_is_named_with_the_key_that_is_to_go() {
        let broken = fixtures::broken().into_iter();
        let mut found = broken.filter(|broken| broken.code == "PT0202");
        let mut snapshot = found.next().unwrap().snapshot;
        let lines = "\n".repeat(13);
        let file = Document::read("/srv/shop/tempo.yaml", &format!("{lines}ingester: {{}}\n"));
        snapshot.tempos[0].file = Observed::Known(file.unwrap());
        let diagnosis = diagnose(&snapshot, &Policy::default());
        let action = &diagnosis.causes[0].finding.remedy.action;
        assert_eq!(
            action,
            "take `ingester` out of `/srv/shop/tempo.yaml` or correct it, then start it"
        );
    }

    #[test]
    fn a_value_of_the_overrides_that_cannot_be_read_is_named_and_no_key_that_is_right() {
        let broken = fixtures::broken().into_iter();
        let mut found = broken.filter(|broken| broken.code == "PT0202");
        let mut snapshot = found.next().unwrap().snapshot;
        // Recorded from 3.0.3; 2.10.8 says the same.
        let recorded = [
            r#"failed parsing config: failed to parse configFile /etc/tempo.yaml: failed to unmarshal config: unknown unit "days" in duration "7days"; also failed in legacy format: yaml: unmarshal errors:"#,
            "  line 6: field defaults not found in type overrides.legacyConfig",
        ];
        let container = snapshot
            .containers
            .iter_mut()
            .find(|container| container.role == Role::Tempo)
            .unwrap();
        let Observed::Known(logs) = &mut container.logs else {
            panic!("the fixture has logs");
        };
        logs.fatal.truncate(2);
        for (line, text) in logs.fatal.iter_mut().zip(recorded) {
            text.clone_into(&mut line.text);
        }
        let file = format!("{}overrides: {{defaults: {{}}}}\n", "\n".repeat(5));
        let file = Document::read("/srv/shop/tempo.yaml", &file);
        snapshot.tempos[0].file = Observed::Known(file.unwrap());
        let diagnosis = diagnose(&snapshot, &Policy::default());
        let finding = &diagnosis.causes[0].finding;
        assert!(
            finding
                .message
                .ends_with(r#": unknown unit "days" in duration "7days""#),
            "{}",
            finding.message
        );
        assert_eq!(
            finding.remedy.action,
            "correct `/srv/shop/tempo.yaml`, then start it"
        );
    }
}
