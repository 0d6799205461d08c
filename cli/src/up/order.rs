//! What Compose is ordered to do, once everything that it needs is there.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use ptctl_diagnosis::snapshot::ComposeService;

use super::{
    GeneratedFile, ImageOrigin, Missing, Remains, StandIns, UpError, overriding, view::View,
};
use crate::{
    clients::{
        compose::{ComposeBinary, ComposeDeedError, ComposeProgram, perform},
        deadline::Deadline,
        docker::{Engine, EngineError},
    },
    compose::{self, ComposeSources},
    context::{EngineChoice, Environment},
    helper,
    lint::Profiles,
};

/// Compose resolves files within this.
const RESOLVING: Duration = Duration::from_secs(30);
/// The engine takes in the image of this program within this.
const IMPORTING: Duration = Duration::from_mins(2);
/// Compose starts a stack whose images are there within this.
const STARTING: Duration = Duration::from_mins(10);

/// What is to be started, and where.
#[derive(Debug)]
pub(crate) struct Wanted<'a> {
    /// The engine.
    pub(crate) engine: &'a Engine,
    /// Of the engine's host: `linux/amd64`.
    pub(crate) platform: &'a str,
    /// The name that the project gets.
    pub(crate) project: &'a str,
    /// The Compose files.
    pub(crate) sources: &'a ComposeSources,
    /// The services that are named; all of the profiles where none is.
    pub(crate) services: &'a [String],
    /// Which Compose.
    pub(crate) compose: &'a ComposeBinary,
    /// The binary that stands in for Tempo, instead of this program.
    pub(crate) helper_binary: Option<PathBuf>,
    /// The shell's variables and folder.
    pub(crate) environment: &'a Environment,
    /// How long the engine may be asked.
    pub(crate) timeout: Duration,
}

/// An order to Compose.
#[derive(Debug)]
pub(crate) struct Order {
    /// The words of the command.
    pub(crate) words: Vec<String>,
    /// The image that stands in.
    pub(crate) image: String,
    /// The services that it stands in for.
    pub(crate) tempos: Vec<String>,
    /// Lives as long as Compose may read it.
    file: GeneratedFile,
}

/// The images of what is to be started.
#[derive(Default)]
struct Images {
    /// Those that the engine has not got.
    missing: Vec<Missing>,
    /// By service, those that were built for the project of the files' own name.
    built: BTreeMap<String, String>,
}

impl Wanted<'_> {
    /// The order, once it can be carried out: nothing of the name is somebody else's, and every image is there.
    pub(crate) async fn order(&self) -> Result<Order, UpError> {
        let resolving = Deadline::after(RESOLVING);
        let program = ComposeProgram::find(self.compose, self.environment, resolving);
        let program = program.await.ok_or(UpError::NoCompose)?;
        let sources = self.sources;
        let view = View::of(&program, sources, self.project, self.environment, resolving).await?;
        let started = view.started(self.services, &self.profiles())?;
        let deadline = Deadline::after(self.timeout);
        let remains = Remains::of(self.engine, self.project, deadline).await?;
        remains.refuse_foreign()?;
        let mut words = compose_words(&program, sources);
        let images = self.images(&view, &started, deadline).await?;
        if !images.missing.is_empty() {
            return Err(UpError::Missing {
                missing: images.missing,
                compose: words,
            });
        }
        let binary = self.helper_binary.clone();
        let importing = Deadline::after(IMPORTING);
        let image = helper::image(self.engine, self.platform, binary, importing)
            .await
            .map_err(|error| UpError::Image(error.to_string()))?;
        let stand_ins = StandIns {
            project: self.project,
            image: &image,
            built: &images.built,
        };
        let file = GeneratedFile::write(&overriding(&view, &stand_ins)).map_err(UpError::Write)?;
        add_option(&mut words, "--file", file.path());
        let up = [
            "--project-name",
            self.project,
            "up",
            "--detach",
            "--no-build",
        ];
        words.extend(up.map(str::to_owned));
        if !self.services.is_empty() {
            words.extend(started.iter().map(|service| service.name.clone()));
        }
        let tempos = started.iter().filter(|service| view.is_tempo(service));
        Ok(Order {
            words,
            image,
            tempos: tempos.map(|service| service.name.clone()).collect(),
            file,
        })
    }

    /// The profiles that Compose starts.
    fn profiles(&self) -> Profiles {
        let listed = compose::setting("COMPOSE_PROFILES", &self.sources.folder, self.environment);
        let listed = listed.unwrap_or_default();
        let names = listed.split(',').map(|name| name.trim().to_owned());
        Profiles::These(names.collect())
    }

    /// Which images there are.
    async fn images(
        &self,
        view: &View,
        started: &[&ComposeService],
        deadline: Deadline,
    ) -> Result<Images, UpError> {
        let mut images = Images::default();
        for service in started {
            if view.is_tempo(service) {
                continue;
            }
            let image = service.image.as_ref().and_then(|image| image.value.clone());
            let names = match &image {
                Some(image) => vec![image.clone()],
                // Compose 2 and Compose 1 name what they build so.
                None => ["-", "_"]
                    .map(|joint| format!("{}{joint}{}", self.sources.project, service.name))
                    .to_vec(),
            };
            match self.first(&names, deadline).await? {
                Some(name) if image.is_none() => {
                    images.built.insert(service.name.clone(), name);
                }
                Some(_) => {}
                None => images.missing.push(Missing {
                    service: service.name.clone(),
                    image,
                    origin: match service.build {
                        Some(_) => ImageOrigin::Built,
                        None => ImageOrigin::Pulled,
                    },
                }),
            }
        }
        Ok(images)
    }

    /// The first of these images that the engine has.
    async fn first(
        &self,
        names: &[String],
        deadline: Deadline,
    ) -> Result<Option<String>, EngineError> {
        for name in names {
            match self.engine.image(name, deadline).await {
                Ok(_) => return Ok(Some(name.clone())),
                Err(error) if error.is_missing() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }
}

impl Order {
    /// Has Compose do it; it goes on where nobody waits for it any more.
    pub(crate) async fn carry_out(self, engine: &EngineChoice) -> Result<(), ComposeDeedError> {
        let done = perform(&self.words, engine, Deadline::after(STARTING)).await;
        drop(self.file);
        done
    }
}

/// Compose with the files of the project.
fn compose_words(program: &ComposeProgram, sources: &ComposeSources) -> Vec<String> {
    let mut words = program.words();
    for file in &sources.env_files {
        add_option(&mut words, "--env-file", file);
    }
    for file in &sources.config_files {
        add_option(&mut words, "--file", file);
    }
    words
}

fn add_option(words: &mut Vec<String>, option: &str, value: &Path) {
    words.extend([option.to_owned(), value.display().to_string()]);
}
