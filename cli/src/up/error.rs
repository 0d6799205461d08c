//! What can keep a stack from being started or removed.

use std::{io, time::Duration};

use thiserror::Error;

use crate::{
    clients::{
        compose::{ComposeDeedError, ComposeProgramError},
        deadline::spoken,
        docker::EngineError,
    },
    compose::SourcesError,
    exit::Exit,
};

/// Why a stack was not started or removed.
#[derive(Debug, Error)]
pub enum UpError {
    /// There are no Compose files.
    #[error(transparent)]
    Sources(#[from] SourcesError),
    /// There is no Compose.
    #[error("there is no Compose here, neither `docker compose` nor `docker-compose`")]
    NoCompose,
    /// Compose does not take the files.
    #[error(transparent)]
    Config(#[from] ComposeProgramError),
    /// Compose resolved the files to something that is none.
    #[error("`{command}` answered with what is no YAML: {problem}")]
    NotYaml {
        /// The command.
        command: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A name that no service has.
    #[error("the Compose files have no service `{}`", names.join("`, `"))]
    NoSuchService {
        /// The names.
        names: Vec<String>,
    },
    /// Nothing that could be replaced.
    #[error("none of the services is a Tempo: {}", services.join(", "))]
    NoTempo {
        /// The services that would be started.
        services: Vec<String>,
    },
    /// Something of the same name is there that `--up` did not start.
    #[error("`{project}` has what `ptctl smoke --up` did not start: {}", what.join(", "))]
    Foreign {
        /// The project.
        project: String,
        /// What there is.
        what: Vec<String>,
    },
    /// The engine lacks images, and nothing is pulled or built.
    #[error("the engine has no image for {}", services(missing))]
    Missing {
        /// Which.
        missing: Vec<Missing>,
        /// The words of the Compose command with its files.
        compose: Vec<String>,
    },
    /// The image of this program could not be made.
    #[error("could not make the image of `ptctl`: {0}")]
    Image(String),
    /// The generated file could not be written.
    #[error("could not write the generated Compose file")]
    Write(#[source] io::Error),
    /// The engine did not answer.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Compose did not start it.
    #[error(transparent)]
    Compose(#[from] ComposeDeedError),
    /// The stand-in does not run.
    #[error("`ptctl backend` in the place of `{service}` ended; the last of its log: {}", log.join("; "))]
    Ended {
        /// The service.
        service: String,
        /// The last lines of its log.
        log: Vec<String>,
    },
    /// Not everybody became healthy.
    #[error("after {} these were not ready: {}", spoken(*waited), unready.join("; "))]
    Unready {
        /// How long was waited.
        waited: Duration,
        /// Who, and why.
        unready: Vec<String>,
    },
    /// Not all could be removed.
    #[error("not all of `{project}` could be removed: {}", reasons.join("; "))]
    Remains {
        /// The project.
        project: String,
        /// Why.
        reasons: Vec<String>,
    },
}

/// A service without an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The service.
    pub service: String,
    /// The image that the files name; `None` for one that is only built.
    pub image: Option<String>,
    /// Whether the files say how to build it.
    pub origin: ImageOrigin,
}

/// Where an image comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageOrigin {
    /// A registry.
    Pulled,
    /// A folder that the files name.
    Built,
}

fn services(missing: &[Missing]) -> String {
    let told = missing.iter().map(|missing| match &missing.image {
        Some(image) => format!("{} ({image})", missing.service),
        None => missing.service.clone(),
    });
    told.collect::<Vec<_>>().join(", ")
}

impl UpError {
    /// The exit code that it stands for.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::NoSuchService { .. }
            | Self::NoTempo { .. }
            | Self::Foreign { .. }
            | Self::Missing { .. } => Exit::Usage,
            Self::Sources(_)
            | Self::NoCompose
            | Self::Config(_)
            | Self::NotYaml { .. }
            | Self::Image(_)
            | Self::Write(_)
            | Self::Engine(_) => Exit::Blind,
            Self::Compose(_) | Self::Ended { .. } | Self::Unready { .. } | Self::Remains { .. } => {
                Exit::Deadline
            }
        }
    }

    /// What to do about it.
    pub(crate) fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Sources(_) => "name a Compose file with `--compose-file FILE`, or to remove a stack its project with `--up-project NAME`".to_owned(),
            Self::NoCompose => {
                "install Docker Compose, or name it with `--compose-binary PATH`".to_owned()
            }
            Self::NoSuchService { .. } => {
                "name services as the Compose files do: `--up=web,orders`".to_owned()
            }
            Self::NoTempo { .. } => {
                "say which one it is by its label `dev.ptctl.role: tempo`".to_owned()
            }
            Self::Foreign { .. } => {
                "choose another name with `--up-project NAME`, or remove it as you started it".to_owned()
            }
            Self::Missing { missing, compose } => get_images(missing, compose),
            Self::Image(_) => {
                "name a static binary of ptctl for the engine's host with `--helper-binary PATH`"
                    .to_owned()
            }
            Self::Compose(ComposeDeedError::Failed { said, .. }) if is_taken(said) => {
                "another stack on this engine has the port or the container's name: stop it, or give this one others by \
                 the variables of the Compose files or by one more `--compose-file`"
                    .to_owned()
            }
            Self::Ended { .. } => {
                "`ptctl backend` takes what of Tempo's configuration concerns receiving and keeping traces: leave out \
                 what it names in one more `--compose-file` that mounts another configuration"
                    .to_owned()
            }
            Self::Unready { .. } => "allow more time with `--wait`".to_owned(),
            Self::Config(_)
            | Self::NotYaml { .. }
            | Self::Write(_)
            | Self::Engine(_)
            | Self::Compose(_)
            | Self::Remains { .. } => return None,
        })
    }
}

/// Whether something that only one can have is another's.
fn is_taken(said: &str) -> bool {
    [
        "port is already allocated",
        "address already in use",
        "is already in use",
    ]
    .iter()
    .any(|words| said.contains(words))
}

/// The commands that get the images, which nothing here does by itself.
fn get_images(missing: &[Missing], compose: &[String]) -> String {
    let command = |verb: &str, origin: ImageOrigin| {
        let services: Vec<String> = missing
            .iter()
            .filter(|missing| missing.origin == origin)
            .map(|missing| missing.service.clone())
            .collect();
        let words = [compose, &[verb.to_owned()], &services].concat();
        (!services.is_empty()).then(|| format!("`{}`", ptctl_diagnosis::commands::shown(&words)))
    };
    let commands = [
        command("build", ImageOrigin::Built),
        command("pull", ImageOrigin::Pulled),
    ];
    let commands: Vec<String> = commands.into_iter().flatten().collect();
    format!(
        "get them first: {}; or start only what the checks need: `--up=SERVICE,…`",
        commands.join(" and ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_images_are_told_with_the_command_that_gets_each() {
        let missing = |service: &str, image: Option<&str>, origin| Missing {
            service: service.to_owned(),
            image: image.map(str::to_owned),
            origin,
        };
        let error = UpError::Missing {
            missing: vec![
                missing("web", None, ImageOrigin::Built),
                missing("db", Some("postgres:17"), ImageOrigin::Pulled),
            ],
            compose: ["docker", "compose", "--file", "my stack.yml"]
                .map(str::to_owned)
                .to_vec(),
        };
        assert_eq!(
            error.to_string(),
            "the engine has no image for web, db (postgres:17)"
        );
        assert_eq!(
            error.hint().unwrap(),
            "get them first: `docker compose --file 'my stack.yml' build web` and `docker compose --file 'my stack.yml' \
             pull db`; or start only what the checks need: `--up=SERVICE,…`"
        );
        assert_eq!(error.exit(), Exit::Usage);
    }
}
