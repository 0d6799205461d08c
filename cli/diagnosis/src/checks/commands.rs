//! Commands that a remedy can offer, with the names of this stack.

use crate::snapshot::Container;

/// Restarts a container as it is.
pub(super) fn restart(container: &Container) -> String {
    format!("docker restart {}", container.name)
}

/// Starts a stopped container as it is.
pub(super) fn start(container: &Container) -> String {
    format!("docker start {}", container.name)
}

/// Reads the end of a container's log.
pub(super) fn logs(container: &Container) -> String {
    format!("docker logs --tail 50 {}", container.name)
}

/// Recreates a service through Compose, so that a changed file takes effect; `None` without Compose.
pub(super) fn recreate(container: &Container) -> Option<String> {
    let (project, service) = (container.project.as_ref()?, container.service.as_ref()?);
    Some(format!(
        "{} --project-name {project} up --detach --no-deps {service}",
        compose(container)
    ))
}

/// Starts a service of the same project through Compose; `None` without Compose.
pub(super) fn up(neighbour: &Container, service: &str) -> Option<String> {
    let project = neighbour.project.as_ref()?;
    Some(format!(
        "{} --project-name {project} up --detach {service}",
        compose(neighbour)
    ))
}

/// Starts a service that waits behind a profile; `None` without Compose.
pub(super) fn up_with_profile(
    neighbour: &Container,
    service: &str,
    profile: &str,
) -> Option<String> {
    let project = neighbour.project.as_ref()?;
    Some(format!(
        "{} --project-name {project} --profile {profile} up --detach {service}",
        compose(neighbour)
    ))
}

/// The Compose that made the container: 1.x is a program of its own, 2.x and later a plug-in of `docker`.
fn compose(container: &Container) -> &'static str {
    match container.label("com.docker.compose.version") {
        Some(version) if version.starts_with("1.") => "docker-compose",
        Some(_) | None => "docker compose",
    }
}
