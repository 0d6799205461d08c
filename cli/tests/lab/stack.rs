//! A stack that runs: started, changed and removed.

use std::net::IpAddr;
use std::path::PathBuf;
use std::rc::Rc;

use crate::blueprint::{Blueprint, digest};
use crate::demo::{self, Journal};
use crate::failure::Failure;
use crate::identity::LABEL;
use crate::lab::Lab;
use crate::marks::{Marks, STACK_LABEL};
use crate::remains;
use crate::tool::{docker, run};

/// A Compose project of the lab on the engine.
#[derive(Debug)]
pub(crate) struct Stack {
    /// The run that it belongs to.
    pub(crate) lab: Rc<Lab>,
    /// Its project name.
    pub(crate) project: String,
    /// Its folder: Compose file, Tempo's configuration, the doctor's snapshots.
    pub(crate) folder: PathBuf,
    healthy: Blueprint,
    keeper: Keeper,
}

/// Whose a stack is.
#[derive(Debug)]
enum Keeper {
    /// The lab's own: labelled, and removed at the end.
    Lab,
    /// The demo's: what is done to its containers is noted down, so that it can be taken back later.
    Demo(Journal),
}

impl Stack {
    /// A project of this name, of which nothing runs yet.
    pub(crate) fn new(lab: &Rc<Lab>, name: &str, healthy: Blueprint) -> Result<Self, Failure> {
        let project = format!("ptctl-lab-{}-{name}", lab.run.process());
        let folder = lab.folder.join(name);
        std::fs::create_dir_all(&folder).map_err(|source| Failure::File {
            action: "create",
            path: folder.display().to_string(),
            source,
        })?;
        Ok(Self {
            lab: Rc::clone(lab),
            project,
            folder,
            healthy,
            keeper: Keeper::Lab,
        })
    }

    /// The demo, which runs already.
    pub(crate) fn of_demo(lab: &Rc<Lab>, healthy: Blueprint, journal: Journal) -> Self {
        Self {
            lab: Rc::clone(lab),
            project: demo::PROJECT.to_owned(),
            folder: lab.folder.clone(),
            healthy,
            keeper: Keeper::Demo(journal),
        }
    }

    /// Whether it is the demo, where the fault stays for people to look at.
    pub(crate) fn is_demo(&self) -> bool {
        matches!(self.keeper, Keeper::Demo(_))
    }

    /// Notes how to take back what is done next, where that matters.
    pub(crate) fn note(&self, verb: &[&str], service: &str, id: &str) -> Result<(), Failure> {
        match &self.keeper {
            Keeper::Lab => Ok(()),
            Keeper::Demo(journal) => journal.note(verb, service, id),
        }
    }

    /// Changes the project: what differs from before is recreated by Compose.
    pub(crate) async fn reshape(&self, change: impl FnOnce(&mut Blueprint)) -> Result<(), Failure> {
        let mut blueprint = self.healthy.clone();
        change(&mut blueprint);
        self.apply(&blueprint).await
    }

    /// Brings the project back to how it was started.
    pub(crate) async fn restore(&self) -> Result<(), Failure> {
        self.apply(&self.healthy).await
    }

    /// Changes the project's files alone: what runs stays as it is.
    pub(crate) async fn write_down(
        &self,
        change: impl FnOnce(&mut Blueprint),
    ) -> Result<(), Failure> {
        let mut blueprint = self.healthy.clone();
        change(&mut blueprint);
        self.write(&blueprint).await?;
        Ok(())
    }

    async fn apply(&self, blueprint: &Blueprint) -> Result<(), Failure> {
        let file = self.write(blueprint).await?;
        let mut up = self.lab.compose(&self.project, &file);
        up.args([
            "up",
            "--detach",
            "--no-build",
            "--remove-orphans",
            "--timeout",
            "3",
        ]);
        run(up).await?;
        Ok(())
    }

    /// Writes the Compose file and Tempo's configuration, and returns the path of the former.
    async fn write(&self, blueprint: &Blueprint) -> Result<PathBuf, Failure> {
        // Compose recreates a container when its own section changed, not when a mounted file did: hence a file of
        // its own for each configuration.
        let config = self.folder.join(format!(
            "tempo-{:016x}.yaml",
            digest(blueprint.tempo_config())
        ));
        let file = self.folder.join("compose.json");
        let rendered = match self.keeper {
            Keeper::Lab => blueprint.marked(&self.marks().await?).render(&config),
            Keeper::Demo(_) => blueprint.render(&config),
        };
        write(&config, blueprint.tempo_config())?;
        write(&file, &rendered)?;
        for (name, text) in blueprint.files() {
            write(&self.folder.join(name), text)?;
        }
        Ok(file)
    }

    async fn marks(&self) -> Result<Marks, Failure> {
        Ok(Marks {
            run: self.lab.run.clone(),
            project: self.project.clone(),
            network: self.network(),
            resolver: self.resolver().await?,
        })
    }

    /// The container that answers questions for names on the project's network; both are made where they are missing.
    ///
    /// Docker asks the machine's own resolver for a name that no container has, and that asks the world.
    async fn resolver(&self) -> Result<IpAddr, Failure> {
        let name = format!("{}-names", self.project);
        let known = docker(&["ps", "--quiet", "--filter", &format!("name=^{name}$")]).await?;
        if known.trim().is_empty() {
            let [run, stack] = self.labels();
            docker(&[
                "network",
                "create",
                "--label",
                &run,
                "--label",
                &stack,
                &self.network(),
            ])
            .await?;
            let mount = format!("{}:/standin:ro", self.lab.standin.display());
            let more = ["--volume", &mount, "--entrypoint", "/standin"];
            self.run_loose(&name, &more, &["docutag-demo-page:dev", "names"])
                .await?;
        }
        let template = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
        let shown = self
            .docker_on(&["inspect", "--format", template], &name)
            .await?;
        let address = shown.trim().parse();
        address.map_err(|_| Failure::Stack(format!("`{name}` has no address")))
    }

    fn labels(&self) -> [String; 2] {
        [
            format!("{LABEL}={}", self.lab.run),
            format!("{STACK_LABEL}={}", self.project),
        ]
    }

    /// Removes it with everything that it made.
    pub(crate) async fn remove(&self) -> Result<(), Failure> {
        Ok(remains::remove(&format!("{STACK_LABEL}={}", self.project)).await?)
    }

    /// Takes a service's container off the project's network.
    pub(crate) async fn leave_network(&self, service: &str) -> Result<(), Failure> {
        self.docker(&["network", "disconnect", &self.network()], service)
            .await?;
        Ok(())
    }

    /// Puts a service's container back onto the project's network, under its name there.
    pub(crate) async fn join_network(&self, service: &str) -> Result<(), Failure> {
        self.join_network_as(service, service).await
    }

    /// The same under another name.
    pub(crate) async fn join_network_as(&self, service: &str, name: &str) -> Result<(), Failure> {
        let network = self.network();
        self.docker(&["network", "connect", "--alias", name, &network], service)
            .await?;
        Ok(())
    }

    fn network(&self) -> String {
        format!("{}_default", self.project)
    }

    /// Writes a line so many times at the end of a file of the engine's machine, by a container that may: the file is root's.
    pub(crate) async fn append_to_file_of_engine(
        &self,
        path: &str,
        line: &str,
        times: u32,
    ) -> Result<(), Failure> {
        let times = times.to_string();
        let [run, stack] = self.labels();
        let program = format!("{}:/standin:ro", self.lab.standin.display());
        let file = format!("{path}:/file");
        let mut arguments = vec!["run", "--rm", "--user", "0:0", "--network", "none"];
        arguments.extend(["--label", &run, "--label", &stack]);
        arguments.extend([
            "--volume",
            &program,
            "--volume",
            &file,
            "--entrypoint",
            "/standin",
        ]);
        arguments.extend(["docutag-demo-page:dev", "append", "/file", line, &times]);
        docker(&arguments).await?;
        Ok(())
    }

    /// Starts a container beside the project, on its network and with the lab's labels, as `docker run` would.
    pub(crate) async fn run_loose(
        &self,
        name: &str,
        more: &[&str],
        image_and_command: &[&str],
    ) -> Result<(), Failure> {
        let made = self.loose(&["run", "--detach"], name, more, image_and_command);
        made.await
    }

    /// The same without starting it.
    pub(crate) async fn create_loose(
        &self,
        name: &str,
        more: &[&str],
        image_and_command: &[&str],
    ) -> Result<(), Failure> {
        let made = self.loose(&["create"], name, more, image_and_command);
        made.await
    }

    async fn loose(
        &self,
        verb: &[&str],
        name: &str,
        more: &[&str],
        image_and_command: &[&str],
    ) -> Result<(), Failure> {
        let [run, stack] = self.labels();
        let network = self.network();
        let mut arguments = verb.to_vec();
        arguments.extend(["--name", name, "--network", &network]);
        arguments.extend(["--label", &run, "--label", &stack]);
        arguments.extend(more);
        arguments.extend(image_and_command);
        docker(&arguments).await?;
        Ok(())
    }
}

fn write(path: &std::path::Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|source| Failure::File {
        action: "write",
        path: path.display().to_string(),
        source,
    })
}
