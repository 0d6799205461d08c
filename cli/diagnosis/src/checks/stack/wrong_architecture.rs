//! A container whose program is for another processor.

use super::{run_state, weight};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    code::Code,
    finding::{Evidence, EvidenceKind, Remedy, Severity},
    policy::Policy,
    snapshot::Container,
    view::{Member, Stack},
};

/// What the engine, its runtime and shells say of a program that the kernel cannot run.
const SENTENCE: &str = "exec format error";

pub(crate) static CHECK: Check = Check {
    code: Code::new(125),
    name: "wrong-architecture",
    severity: Severity::Error,
    summary: "a container's program is for another processor than the engine's",
    why: "The kernel cannot run it: the container ends at once, whatever its settings.",
    causes: &[
        "The image was built on another kind of machine (an arm64 laptop, an amd64 server).",
        "`platform:` names another one than the host's.",
        "The entrypoint is a script without its first line `#!/bin/sh`.",
    ],
    remedy: "Pull or build the image for the engine's platform: `docker compose build`, or `platform:` in the Compose file.",
    verify: "`ptctl status` shows the container as running.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachContainer(examine),
};

fn examine(member: &Member<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let container = member.container;
    if !run_state::is_down(container, stack) {
        return Ok(Outcome::Pass);
    }
    let Some(proof) = said(container) else {
        return Ok(Outcome::Pass);
    };
    let engine = &stack.snapshot.engine.platform;
    let platform = match stack.snapshot.image_of(container) {
        Ok(image) => image.map(|image| image.platform.as_str()),
        // The engine's own words are proof enough; the image adds which platform it is for.
        Err(_) => None,
    };
    let (what, action) = match platform {
        Some(platform) if platform != engine => (
            format!("its image is for {platform} and the engine's host is {engine}"),
            format!(
                "use the image for {engine}: pull it anew, or build it with `--platform {engine}`"
            ),
        ),
        Some(_) => (
            format!(
                "its image is for {engine} as the engine's host is, so that the file it starts is none of a program"
            ),
            "start a program, or give the script its first line `#!/bin/sh`".to_owned(),
        ),
        None => (
            format!("the file is none that a host of {engine} can run"),
            format!(
                "use the image for {engine}: pull it anew, or build it with `--platform {engine}`"
            ),
        ),
    };
    let image = platform.map(|platform| {
        Evidence::new(
            EvidenceKind::Container,
            &container.image,
            format!("image for {platform}, engine on {engine}"),
        )
    });
    fail(
        Report::new(
            format!("`{}` cannot run here: {what}", member.label()),
            proof,
            Remedy::edit(action),
        )
        .severity(weight::when_down(member))
        .since(run_state::ended(container))
        .proof([run_state::state_proof(container)])
        .proof(image),
    )
}

/// Where the engine or the log says it.
fn said(container: &Container) -> Option<Evidence> {
    if let Some(error) = &container.state.error
        && error.contains(SENTENCE)
    {
        return Some(Evidence::new(
            EvidenceKind::Container,
            &container.name,
            format!("State.Error: {error}"),
        ));
    }
    let logs = container.logs.known()?;
    // A program that does run may speak of other files, so it must be the last thing said.
    let line = logs
        .tail
        .last()
        .filter(|line| line.text.contains(SENTENCE))?;
    Some(Evidence::log(&container.name, line))
}
