//! What all scenarios of a run share.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::failure::Failure;
use crate::identity::RunId;
use crate::prometheus;
use crate::python;
use crate::shop;
use crate::standin;
use crate::tool::{ToolError, docker, run};

/// The images that the scenarios run, made by `scripts/images` and the other scripts beside it.
const IMAGES: [&str; 10] = [
    "docutag-controller:dev",
    "docutag-scraper:dev",
    "docutag-textanalyzer:dev",
    "docutag-scheduler:dev",
    "docutag-demo-page:dev",
    "minitempo:dev",
    "ptctl:dev",
    python::IMAGE,
    prometheus::IMAGE,
    shop::NGINX,
];

/// Below this share of its disk, in percent, a machine's free space may be a finding of its own.
const ROOMY_FROM: u64 = 6;

/// The disk of the engine's machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OwnDisk {
    /// There is room.
    Roomy,
    /// The doctor says so of every Tempo that keeps its data there.
    NearlyFull,
}

impl OwnDisk {
    async fn of_engine() -> Result<Self, Failure> {
        let root = docker(&["info", "--format", "{{.DockerRootDir}}"]).await?;
        let mut df = Command::new("df");
        df.args(["--output=avail,size", root.trim()]);
        let shown = run(df).await?;
        let figures = shown.lines().nth(1).unwrap_or_default().split_whitespace();
        let figures: Vec<u64> = figures.filter_map(|word| word.parse().ok()).collect();
        match figures.as_slice() {
            [free, size] if free * 100 < size * ROOMY_FROM => Ok(Self::NearlyFull),
            [_, _] => Ok(Self::Roomy),
            _ => Err(Failure::Stack(format!("`df` says `{shown}`"))),
        }
    }
}

/// One run of the lab.
#[derive(Debug)]
pub(crate) struct Lab {
    /// What it is called.
    pub(crate) run: RunId,
    /// The repository that the stack is rendered from.
    pub(crate) repository: PathBuf,
    /// Where it may write.
    pub(crate) folder: PathBuf,
    /// The program that plays what cannot be had.
    pub(crate) standin: PathBuf,
    /// The disk of the engine's machine.
    pub(crate) disk: OwnDisk,
    compose: Vec<&'static str>,
}

impl Lab {
    /// Finds out how things are done on this machine, and prepares the folder.
    pub(crate) async fn prepare() -> Result<Self, Failure> {
        let repository = repository()?;
        for image in IMAGES {
            docker(&["image", "inspect", "--format", "{{.Id}}", image]).await?;
        }
        let run_id = RunId::of_this_process();
        let folder =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("lab-{}", run_id.process()));
        std::fs::create_dir_all(&folder).map_err(|source| Failure::File {
            action: "create",
            path: folder.display().to_string(),
            source,
        })?;
        Ok(Self {
            standin: standin::compile(&repository, &folder).await?,
            compose: compose().await?,
            disk: OwnDisk::of_engine().await?,
            run: run_id,
            repository,
            folder,
        })
    }

    /// The same for the demo, whose folder the demo removes.
    pub(crate) async fn for_demo() -> Result<Self, Failure> {
        let repository = repository()?;
        let folder = repository.join(".demo");
        if !folder.is_dir() {
            return Err(Failure::Stack(
                "the demo does not run; `make demo` starts it".to_owned(),
            ));
        }
        Ok(Self {
            standin: standin::compile(&repository, &folder).await?,
            compose: compose().await?,
            disk: OwnDisk::of_engine().await?,
            run: RunId::of_this_process(),
            repository,
            folder,
        })
    }

    /// Compose with the given project and file.
    pub(crate) fn compose(&self, project: &str, file: &Path) -> Command {
        let mut command = Command::new(self.compose[0]);
        command
            .args(&self.compose[1..])
            .args(["--project-name", project, "--file"])
            .arg(file);
        for variable in [
            "COMPOSE_FILE",
            "COMPOSE_PROJECT_NAME",
            "COMPOSE_PROFILES",
            "TEMPO_HEALTHCHECK",
        ] {
            command.env_remove(variable);
        }
        command
    }
}

/// The repository's root.
pub(crate) fn repository() -> Result<PathBuf, Failure> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Path::to_owned)
        .ok_or_else(|| Failure::Stack("the repository has no root".to_owned()))
}

/// The Compose that this machine has, v2 where there are both.
async fn compose() -> Result<Vec<&'static str>, ToolError> {
    if docker(&["compose", "version"]).await.is_ok() {
        return Ok(vec!["docker", "compose"]);
    }
    let mut version = Command::new("docker-compose");
    version.arg("version");
    run(version).await?;
    Ok(vec!["docker-compose"])
}
