//! A variable in the settings of the object storage that Tempo does not replace.

use std::ops::ControlFlow;

use super::object_storage;
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::commands,
    code::Code,
    document::Node,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    flag::expands_variables,
    policy::Policy,
    snapshot::Readiness,
    view::{Backend, Stack},
};

pub(crate) static CHECK: Check = Check {
    code: Code::new(820),
    name: "object-storage-variable-unexpanded",
    severity: Severity::Error,
    summary: "a variable in the settings of Tempo's object storage is never replaced by its value",
    why: "Tempo does not start without its object storage; one that runs keeps new blocks on its own disk and tries again, and searches lack everything older.",
    causes: &[
        "The flag `-config.expand-env=true` is missing: Tempo then takes `${NAME}` as it stands.",
        "The whole command was overridden, and the flag with it.",
    ],
    remedy: "Start Tempo with `-config.expand-env=true`, or write the value.",
    verify: "Tempo is ready, and its log has no new line with `s3 backend` or `s3 bucket`.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachBackend(examine),
};

fn examine(backend: &Backend<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let container = match object_storage::in_use(backend) {
        ControlFlow::Continue(container) => container,
        ControlFlow::Break(verdict) => return verdict,
    };
    let section = backend.tempo.file.get()?.at(&["storage", "trace", "s3"]);
    if expands_variables(&container.command) {
        return Ok(Outcome::Pass);
    }
    let mut written = section
        .into_iter()
        .flat_map(Node::entries)
        .filter(|(_, value)| value.text().is_some_and(|text| text.contains("${")))
        .filter_map(|(key, _)| object_storage::s3(backend, &key.name))
        .peekable();
    // A start that succeeded took it for what was meant.
    let is_ready = backend.tempo.ready.known() == Some(&Readiness::Ready);
    let Some(first) = written
        .next()
        .filter(|_| !is_ready || object_storage::trouble(backend, stack).is_continue())
    else {
        return Ok(Outcome::Pass);
    };
    let message = format!(
        "Tempo `{}` takes `{}` in `{}` as it stands: `-config.expand-env` is not given",
        backend.label(),
        first.node.text().unwrap_or_default(),
        first.path
    );
    let remedy = Remedy::edit(
        "add `-config.expand-env=true` to the command of its service, then recreate it",
    )
    .then(commands::recreate(container));
    let command = Evidence::new(
        EvidenceKind::Container,
        &container.name,
        format!("command: {}", container.command.join(" ")),
    );
    fail(
        Report::new(message, first.proof(), remedy)
            .proof(written.map(|more| more.proof()))
            .proof([command]),
    )
}
