//! What the files on disk say of a running container that it does not have yet: a restart never applies it.
//!
//! Only what certainly came after the container counts: a difference is reported where the file that holds it was
//! written after the container was created, and where no shell can have made the difference.

mod command;
mod environment;
mod image;
mod mounts;
mod networks;
mod ports;
#[cfg(test)]
mod tests;

use std::fmt;

use jiff::Timestamp;

use crate::{
    export::compose_service,
    finding::Location,
    observed::Gap,
    snapshot::{
        ComposeProject, ComposeService, ComposeText, Container, EngineEventKind, Image, Origin,
        Snapshot,
    },
};

pub(crate) use self::image::meant_image;
pub use self::image::newer_image;

/// One field in which a container differs from the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What differs.
    pub field: Field,
    /// What the files say, redacted.
    pub written: String,
    /// What the container has, redacted.
    pub running: String,
    /// Where the files say it.
    pub location: Location,
    /// When that file was last written.
    pub changed_at: Timestamp,
}

/// The fields that are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// The image.
    Image,
    /// This environment variable.
    Environment(String),
    /// Entrypoint and command.
    Command,
    /// A published port.
    Ports,
    /// The mount at this path.
    Mount(String),
    /// The networks.
    Networks,
}

impl fmt::Display for Field {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Image => formatter.write_str("image"),
            Self::Environment(name) => write!(formatter, "`{name}`"),
            Self::Command => formatter.write_str("command"),
            Self::Ports => formatter.write_str("ports"),
            Self::Mount(path) => write!(formatter, "mount at `{path}`"),
            Self::Networks => formatter.write_str("networks"),
        }
    }
}

/// Why a container is not compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotCompared {
    /// For a reason that is no lack of knowledge.
    NotApplicable(&'static str),
    /// The files are unknown.
    Gap(Gap),
}

/// What a container is compared with.
pub(crate) struct Comparison<'s> {
    container: &'s Container,
    service: &'s ComposeService,
    project: &'s ComposeProject,
    /// The image that the container was made from, where it is known.
    image: Option<&'s Image>,
    snapshot: &'s Snapshot,
}

/// The fields in which a container differs from the files on disk.
pub fn drift(container: &Container, snapshot: &Snapshot) -> Result<Vec<Difference>, NotCompared> {
    use NotCompared::NotApplicable;
    if snapshot.origin == Origin::Files {
        return Err(NotApplicable("these are files; nothing runs"));
    }
    if container.project.is_none() || container.service.is_none() {
        return Err(NotApplicable("it was not started by Compose"));
    }
    let project = snapshot.compose.get().map_err(NotCompared::Gap)?;
    if !is_of(container, project) {
        return Err(NotApplicable("it was started from other Compose files"));
    }
    let Some(service) = compose_service(container, snapshot) else {
        return Err(NotApplicable("the files have no such service"));
    };
    if project.beyond_of(&service.name).is_some() {
        return Err(NotApplicable(
            "its files use what is not followed here, such as `extends`",
        ));
    }
    let image = snapshot.image_of(container);
    let comparison = Comparison {
        container,
        service,
        project,
        image: image.as_ref().ok().copied().flatten(),
        snapshot,
    };
    let mut differences = Vec::new();
    image::compare(&comparison, &mut differences);
    environment::compare(&comparison, &mut differences);
    command::compare(&comparison, &mut differences);
    ports::compare(&comparison, &mut differences);
    mounts::compare(&comparison, &mut differences);
    networks::compare(&comparison, &mut differences);
    match image {
        // Without the image's own settings "no difference" would say too much.
        Err(gap) if differences.is_empty() => Err(NotCompared::Gap(gap)),
        Ok(_) | Err(_) => Ok(differences),
    }
}

/// Whether a container was started from the files of `project`, as far as its labels tell.
pub(crate) fn is_of(container: &Container, project: &ComposeProject) -> bool {
    let same_project = container.project.as_ref() == Some(&project.name);
    let label = container.label("com.docker.compose.project.config_files");
    let same_files = label.is_none_or(|label| {
        let named: Vec<&str> = label.split(',').collect();
        named.len() == project.config_files.len()
            && named
                .iter()
                .zip(&project.config_files)
                .all(|(named, read)| read.ends_with(named.trim_start_matches("./")))
    });
    same_project && same_files
}

impl Comparison<'_> {
    /// When a file was written, if that was after the container was created.
    fn written_since(&self, location: &Location) -> Option<Timestamp> {
        let written = self.project.file(&location.file)?.modified_at?;
        (written > self.container.created_at).then_some(written)
    }

    /// The last time that any of the files was written, if that was after the container was created.
    fn any_written_since(&self) -> Option<Timestamp> {
        let last = self
            .project
            .files
            .iter()
            .filter_map(|file| file.modified_at)
            .max()?;
        (last > self.container.created_at).then_some(last)
    }

    /// When a text came to say something else than the container has; `None` where it does not, or a shell may have
    /// made the difference.
    fn changed(
        &self,
        text: &ComposeText,
        is_running: impl Fn(&str) -> bool,
        running: &str,
    ) -> Option<Timestamp> {
        if text.value.as_deref().is_some_and(&is_running) {
            return None;
        }
        let of_env = text
            .filled_by
            .iter()
            .filter_map(|place| self.written_since(place))
            .max();
        if text.around.is_some() && text.may_be(running) {
            // What `.env` says now may differ from what it said; where it says nothing, a shell filled the hole.
            return text.value.as_ref().and(of_env);
        }
        self.written_since(&text.location).max(of_env)
    }

    /// Whether the engine reported that somebody connected or disconnected the container by hand.
    fn was_moved(&self) -> bool {
        self.snapshot.events.known().is_none_or(|events| {
            events.iter().any(|event| {
                event.container == self.container.id
                    && matches!(
                        event.kind,
                        EngineEventKind::Connect | EngineEventKind::Disconnect
                    )
                    && self.container.state.started_at.is_none_or(|started| {
                        event.at.duration_since(started) > jiff::SignedDuration::from_secs(5)
                    })
            })
        })
    }
}

/// What a text says, for a person.
fn shown(text: &ComposeText) -> String {
    match (&text.value, &text.around) {
        (Some(value), _) => value.clone(),
        (None, Some(around)) => around.join("…"),
        (None, None) => String::new(),
    }
}
