//! A health check that runs a program which the image does not have.

use super::probe::{self, ProbeFault};
use crate::{
    check::{Check, Examine, Outcome, Report, Verdict, fail},
    checks::commands,
    code::Code,
    finding::{Evidence, EvidenceKind, Moment, Remedy, Severity},
    policy::Policy,
    release::{ImageName, Release},
    snapshot::{Container, HealthCheck, HealthStatus, Role},
    view::{Member, Stack},
};

/// From this release on Tempo's image has neither a shell nor any program but Tempo.
const TEMPO_BARE: Release = Release::new(2, 9, 3);
/// From this release on Tempo can be asked for its own health: `/tempo -health`.
const TEMPO_HEALTH: Release = Release::new(3, 0, 0);

pub(crate) static CHECK: Check = Check {
    code: Code::new(121),
    name: "health-check-tool-missing",
    severity: Severity::Warning,
    summary: "a health check runs a program that the image does not have",
    why: "It fails for ever and says nothing about what it checks. Whoever waits for `service_healthy` never starts.",
    causes: &[
        "`curl` or `wget` in an image without them.",
        "A shell in an image without one: Tempo's has none since 2.9.3.",
        "The image was changed, and the health check was not.",
    ],
    remedy: "Use a program that the image has: in Tempo 3 `test: [\"CMD\", \"/tempo\", \"-health\"]`. Then recreate the service.",
    verify: "`docker ps` shows the container as healthy.",
    masked_by: &[],
    explains: &[],
    examine: Examine::EachContainer(examine),
};

fn examine(member: &Member<'_>, stack: &Stack<'_>, _: &Policy) -> Verdict {
    let container = member.container;
    let Some(check) = &container.health_check else {
        return Ok(Outcome::NotApplicable("it has no health check"));
    };
    let health = container.state.health.as_ref();
    if health.is_some_and(|health| health.status == HealthStatus::Healthy) {
        return Ok(Outcome::Pass);
    }
    let release = tempo_release(container, stack);
    let last = health.and_then(|health| health.last.as_ref());
    let said = last
        .filter(|last| last.exit_code != 0)
        .and_then(|last| probe::fault(&last.output));
    let (what, proof) = match (said, last) {
        (Some(ProbeFault::ToolMissing(tool)), Some(last)) => (
            format!("runs `{tool}`, which its image does not have"),
            output_proof(container, &last.output).at(last.at),
        ),
        (Some(ProbeFault::OptionUnknown(option)), Some(last)) => (
            format!("uses `{option}`, which the program does not know"),
            output_proof(container, &last.output).at(last.at),
        ),
        // What never ran yet can be told by its image.
        (None, None) => match release.and_then(|release| missing_in_tempo(check, release)) {
            Some(tool) => (
                format!("will run `{tool}`, which Tempo's image does not have"),
                Evidence::new(
                    EvidenceKind::Container,
                    &container.name,
                    format!("Config.Image={}", container.image),
                ),
            ),
            None => return Ok(Outcome::Pass),
        },
        _ => return Ok(Outcome::Pass),
    };
    let test = Evidence::new(
        EvidenceKind::Container,
        &container.name,
        format!("Config.Healthcheck.Test={:?}", check.test),
    );
    let remedy = Remedy::edit(remedy(container, release)).then(commands::recreate(container));
    let since = container
        .state
        .started_at
        .map(|at| Moment::new(at, "it started with this health check"));
    fail(
        Report::new(
            format!("the health check of `{}` {what}", member.label()),
            proof,
            remedy,
        )
        .since(since)
        .proof([test]),
    )
}

fn output_proof(container: &Container, output: &str) -> Evidence {
    Evidence::new(
        EvidenceKind::Container,
        &container.name,
        format!("State.Health: {}", output.trim()),
    )
}

/// The release of a Tempo, by itself or by its official image's tag.
fn tempo_release(container: &Container, stack: &Stack<'_>) -> Option<Release> {
    if container.role != Role::Tempo {
        return None;
    }
    let own = stack
        .backends
        .iter()
        .find(|backend| backend.tempo.container.as_ref() == Some(&container.id))
        .and_then(|backend| backend.tempo.version.known())
        .and_then(|version| Release::read(&version.version));
    own.or_else(|| {
        let is_official = container.image.starts_with("grafana/tempo")
            || container.image.contains("/grafana/tempo");
        let name = ImageName::of(&container.image);
        (is_official && name.program == "tempo")
            .then(|| Release::read(name.tag?))
            .flatten()
    })
}

/// The program that a health check needs and a bare image of Tempo does not have.
fn missing_in_tempo(check: &HealthCheck, release: Release) -> Option<&str> {
    if release < TEMPO_BARE {
        return None;
    }
    let (kind, words) = check.test.split_first()?;
    let tool = match kind.as_str() {
        "CMD-SHELL" => "/bin/sh",
        "CMD" => words.first()?.as_str(),
        _ => return None,
    };
    let name = tool.rsplit('/').next().unwrap_or(tool);
    ["sh", "bash", "ash", "wget", "curl", "nc", "busybox"]
        .contains(&name)
        .then_some(tool)
}

fn remedy(container: &Container, release: Option<Release>) -> String {
    let name = container.display_name();
    match (container.role, release) {
        (Role::Tempo, Some(release)) if release >= TEMPO_HEALTH => format!(
            "set `test: [\"CMD\", \"/tempo\", \"-health\"]` in the health check of `{name}`, then recreate it"
        ),
        (Role::Tempo, Some(release)) if release >= TEMPO_BARE => format!(
            "remove the health check of `{name}`: nothing in the image of Tempo {release} can probe it; let its dependants wait for `service_started`"
        ),
        _ => format!(
            "use a program that the image of `{name}` has, its own one best, or add the missing one to the image; then recreate it"
        ),
    }
}
