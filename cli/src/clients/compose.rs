//! Compose itself, where it is installed: `docker compose config` or `docker-compose config`.
//!
//! Of itself only `config` is run, which reads files and prints them resolved: it asks no engine. Files of other machines
//! (`include` of a Git or OCI address) are refused, so nothing goes over the network. What changes something is [`perform`],
//! for commands that say so first.

mod deed;
mod refusal;

use std::{
    convert::Infallible,
    ffi::OsString,
    io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    str::FromStr,
    time::Duration,
};

use thiserror::Error;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _},
    process::Command,
};

pub use self::deed::ComposeDeedError;
pub(crate) use self::deed::perform;
use super::deadline::{Deadline, spoken};
use crate::{compose::ComposeSources, context::Environment};

/// What is read of an answer: much more than any project comes to.
const ANSWER_LIMIT: u64 = 8 << 20;
/// What is read of the complaints.
const COMPLAINT_LIMIT: u64 = 1 << 16;
/// What keeps Compose 2 from fetching files of others and from tracing itself.
const STAY_HERE: [&str; 3] = [
    "COMPOSE_EXPERIMENTAL_GIT_REMOTE",
    "COMPOSE_EXPERIMENTAL_OCI_REMOTE",
    "COMPOSE_EXPERIMENTAL_OTEL",
];

/// Which Compose is to resolve the files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ComposeBinary {
    /// The one that is found: the plugin of `docker`, else `docker-compose`.
    #[default]
    Auto,
    /// None.
    Never,
    /// This one: `docker-compose`, or a `docker` that has the plugin.
    At(PathBuf),
}

impl FromStr for ComposeBinary {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "auto" => Self::Auto,
            "never" => Self::Never,
            path => Self::At(path.into()),
        })
    }
}

/// A Compose that can be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComposeProgram {
    program: PathBuf,
    kind: Kind,
    name: String,
    shown: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `docker`, whose plugin it is.
    Plugin,
    /// A program of its own.
    Standalone,
}

/// Why Compose gave no view of the files.
#[derive(Debug, Error)]
pub enum ComposeProgramError {
    /// It could not be run.
    #[error("could not run `{command}`")]
    Run {
        /// The command.
        command: String,
        /// What went wrong.
        #[source]
        source: io::Error,
    },
    /// It did not end in time.
    #[error("`{command}` did not end within {}", spoken(*after))]
    Late {
        /// The command.
        command: String,
        /// How long was waited.
        after: Duration,
    },
    /// It refused the files.
    #[error("`{command}` {}", refused(*status, said))]
    Refused {
        /// The command.
        command: String,
        /// How it ended.
        status: ExitStatus,
        /// What it said, on one line, without values.
        said: String,
    },
    /// Its answer has no end.
    #[error("`{command}` answered with more than {ANSWER_LIMIT} bytes")]
    TooLong {
        /// The command.
        command: String,
    },
}

fn refused(status: ExitStatus, said: &str) -> String {
    if said.is_empty() {
        format!("failed without a word ({status})")
    } else {
        format!("refused: {said}")
    }
}

impl ComposeProgram {
    /// The Compose that `choice` names; `None` where none is wanted or installed.
    pub async fn find(
        choice: &ComposeBinary,
        environment: &Environment,
        deadline: Deadline,
    ) -> Option<Self> {
        match choice {
            ComposeBinary::Never => None,
            ComposeBinary::At(program) => {
                let is_docker = program.file_name().is_some_and(|name| name == "docker");
                Some(Self::new(
                    program.clone(),
                    if is_docker {
                        Kind::Plugin
                    } else {
                        Kind::Standalone
                    },
                    &program.display().to_string(),
                ))
            }
            ComposeBinary::Auto => {
                if let Some(docker) = installed("docker", environment) {
                    let plugin = Self::new(docker, Kind::Plugin, "docker");
                    if plugin.is_there(environment, deadline).await {
                        return Some(plugin);
                    }
                }
                let program = installed("docker-compose", environment)?;
                Some(Self::new(program, Kind::Standalone, "docker-compose"))
            }
        }
    }

    fn new(program: PathBuf, kind: Kind, name: &str) -> Self {
        let shown = match kind {
            Kind::Plugin => format!("{name} compose config"),
            Kind::Standalone => format!("{name} config"),
        };
        Self {
            program,
            kind,
            name: name.to_owned(),
            shown,
        }
    }

    /// The words that a command of it begins with.
    pub(crate) fn words(&self) -> Vec<String> {
        let plugin = match self.kind {
            Kind::Plugin => Some("compose".to_owned()),
            Kind::Standalone => None,
        };
        std::iter::once(self.name.clone()).chain(plugin).collect()
    }

    /// The command, as a person would type it to see the same.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Whether `docker` knows `compose`.
    async fn is_there(&self, environment: &Environment, deadline: Deadline) -> bool {
        let mut command = self.command(environment);
        command
            .arg("version")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let status = deadline.cut(command.status()).await;
        status.is_ok_and(|status| status.is_ok_and(|status| status.success()))
    }

    fn command(&self, environment: &Environment) -> Command {
        let mut command = Command::new(&self.program);
        if self.kind == Kind::Plugin {
            command.arg("compose");
        }
        command
            .current_dir(&environment.working_dir)
            .env("PWD", &environment.working_dir)
            .envs(STAY_HERE.map(|name| (name, "false")))
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// The files of a project as Compose resolves them, in YAML. `project` is the name given by `--project`.
    pub async fn config(
        &self,
        sources: &ComposeSources,
        project: Option<&str>,
        environment: &Environment,
        deadline: Deadline,
    ) -> Result<String, ComposeProgramError> {
        let failed = |source| ComposeProgramError::Run {
            command: self.shown.clone(),
            source,
        };
        let mut command = self.command(environment);
        command
            .args(arguments(sources, project))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let running = async {
            let mut child = command.spawn()?;
            let (answer, complaints) = tokio::try_join!(
                read(child.stdout.take(), ANSWER_LIMIT),
                read(child.stderr.take(), COMPLAINT_LIMIT),
            )?;
            Ok((child.wait().await?, answer, complaints))
        };
        let (status, answer, complaints) = deadline
            .cut(running)
            .await
            .map_err(|passed| ComposeProgramError::Late {
                command: self.shown.clone(),
                after: passed.after,
            })?
            .map_err(failed)?;
        if !status.success() {
            return Err(ComposeProgramError::Refused {
                command: self.shown.clone(),
                status,
                said: refusal::said(&complaints),
            });
        }
        if u64::try_from(answer.len()).is_ok_and(|length| length > ANSWER_LIMIT) {
            return Err(ComposeProgramError::TooLong {
                command: self.shown.clone(),
            });
        }
        Ok(answer)
    }
}

/// `-f FILE… --profile * config`: all services, whatever profile they belong to.
fn arguments(sources: &ComposeSources, project: Option<&str>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = Vec::new();
    let mut option = |name: &str, value: &Path| {
        arguments.push(name.into());
        arguments.push(value.into());
    };
    for file in &sources.env_files {
        option("--env-file", file);
    }
    for file in &sources.config_files {
        option("--file", file);
    }
    if let Some(project) = project {
        option("--project-name", Path::new(project));
    }
    option("--profile", Path::new("*"));
    arguments.push("config".into());
    arguments
}

/// What a pipe says up to one byte past `limit`; the rest is read and forgotten, so that the writer can end.
async fn read(pipe: Option<impl AsyncRead + Unpin>, limit: u64) -> io::Result<String> {
    let Some(mut pipe) = pipe else {
        return Ok(String::new());
    };
    let mut bytes = Vec::new();
    (&mut pipe).take(limit + 1).read_to_end(&mut bytes).await?;
    tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The first program of this name on the search path.
fn installed(name: &str, environment: &Environment) -> Option<PathBuf> {
    let path = environment.variable("PATH")?;
    std::env::split_paths(path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .find(|program| {
            let is_executable = |metadata: std::fs::Metadata| {
                metadata.is_file() && metadata.permissions().mode() & 0o111 != 0
            };
            program.metadata().is_ok_and(is_executable)
        })
}
