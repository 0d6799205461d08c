//! A stack that runs: started, changed, asked, and removed.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use crate::blueprint::{Blueprint, Marks, STACK_LABEL};
use crate::failure::Failure;
use crate::identity::LABEL;
use crate::lab::Lab;
use crate::tool::{docker, run};
use crate::until::{Seen, until};
use crate::{http, remains};

/// Until when a container must run or answer.
const PATIENCE: Duration = Duration::from_secs(30);

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
        })
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

    async fn apply(&self, blueprint: &Blueprint) -> Result<(), Failure> {
        // Compose recreates a container when its own section changed, not when a mounted file did: hence a file of
        // its own for each configuration.
        let config = self.folder.join(format!(
            "tempo-{:016x}.yaml",
            digest(blueprint.tempo_config())
        ));
        let file = self.folder.join("compose.json");
        let marks = Marks {
            run: self.lab.run.clone(),
            project: self.project.clone(),
            network: self.network(),
            resolver: self.resolver().await?,
        };
        write(&config, blueprint.tempo_config())?;
        write(&file, &blueprint.render(&marks, &config))?;
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

    /// The id of a service's container, running or not.
    pub(crate) async fn container(&self, service: &str) -> Result<String, Failure> {
        let project = format!("label=com.docker.compose.project={}", self.project);
        let wanted = format!("label=com.docker.compose.service={service}");
        let ids = docker(&[
            "ps",
            "--all",
            "--quiet",
            "--no-trunc",
            "--filter",
            &project,
            "--filter",
            &wanted,
        ])
        .await?;
        match ids.lines().next() {
            Some(id) => Ok(id.to_owned()),
            None => Err(Failure::Stack(format!(
                "`{}` has no container of `{service}`",
                self.project
            ))),
        }
    }

    /// Lets the Docker client do something to a service's container: `stack.docker(&["pause"], "tempo")`.
    pub(crate) async fn docker(&self, verb: &[&str], service: &str) -> Result<String, Failure> {
        let id = self.container(service).await?;
        self.docker_on(verb, &id).await
    }

    /// A field of a container's description, by a Go template.
    pub(crate) async fn inspect(&self, service: &str, template: &str) -> Result<String, Failure> {
        let shown = self
            .docker(&["inspect", "--format", template], service)
            .await?;
        Ok(shown.trim().to_owned())
    }

    /// Waits until a field of a container's description is as wanted.
    pub(crate) async fn until_inspect(
        &self,
        service: &str,
        template: &str,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<String, Failure> {
        let wanted = &wanted;
        until(
            format!("`{template}` of `{service}`"),
            PATIENCE,
            async || {
                let shown = self.inspect(service, template).await?;
                Ok(if wanted(&shown) {
                    Seen::Yes(shown)
                } else {
                    Seen::NotYet(shown)
                })
            },
        )
        .await
    }

    /// Waits until a service's health check says this word.
    pub(crate) async fn until_health(&self, service: &str, word: &str) -> Result<(), Failure> {
        self.until_inspect(service, "{{.State.Health.Status}}", |status| status == word)
            .await?;
        Ok(())
    }

    /// Waits until a service's health check passes.
    pub(crate) async fn until_healthy(&self, service: &str) -> Result<(), Failure> {
        self.until_health(service, "healthy").await
    }

    /// Waits until the restart policy has started a service so many times, and waits with the next time.
    pub(crate) async fn until_restarted(&self, service: &str, times: u64) -> Result<(), Failure> {
        let often = |shown: &str| {
            let (count, status) = shown.split_once(' ').unwrap_or((shown, ""));
            count.parse().is_ok_and(|count: u64| count >= times) && status == "restarting"
        };
        self.until_inspect(service, "{{.RestartCount}} {{.State.Status}}", often)
            .await?;
        Ok(())
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

    /// Starts a container beside the project, on its network and with the lab's labels, as `docker run` would.
    pub(crate) async fn run_loose(
        &self,
        name: &str,
        more: &[&str],
        image_and_command: &[&str],
    ) -> Result<(), Failure> {
        let [run, stack] = self.labels();
        let network = self.network();
        let mut arguments = vec!["run", "--detach", "--name", name, "--network", &network];
        arguments.extend(["--label", &run, "--label", &stack]);
        arguments.extend(more);
        arguments.extend(image_and_command);
        docker(&arguments).await?;
        Ok(())
    }

    /// Lets the Docker client do something to a container by its name.
    pub(crate) async fn docker_on(&self, verb: &[&str], name: &str) -> Result<String, Failure> {
        let mut arguments = verb.to_vec();
        arguments.push(name);
        Ok(docker(&arguments).await?)
    }

    /// The address at which a port of a service's container is reached from here.
    pub(crate) async fn address(&self, service: &str, port: u16) -> Result<SocketAddr, Failure> {
        let template = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}";
        let shown = self.inspect(service, template).await?;
        let address: Option<IpAddr> = shown.split_whitespace().find_map(|word| word.parse().ok());
        match address {
            Some(address) => Ok(SocketAddr::new(address, port)),
            None => Err(Failure::Stack(format!(
                "`{service}` of `{}` has no address",
                self.project
            ))),
        }
    }

    /// Waits until a path of a service answers with success.
    pub(crate) async fn until_answers(
        &self,
        service: &str,
        port: u16,
        path: &str,
    ) -> Result<(), Failure> {
        until(
            format!("an answer of `{service}` at `{path}`"),
            PATIENCE,
            async || {
                let Ok(address) = self.address(service, port).await else {
                    return Ok(Seen::NotYet("no address".to_owned()));
                };
                Ok(match http::get(address, path).await {
                    Ok(answer) if answer.status == 200 => Seen::Yes(()),
                    Ok(answer) => Seen::NotYet(format!("status {}", answer.status)),
                    Err(error) => Seen::NotYet(error.to_string()),
                })
            },
        )
        .await
    }

    /// What a service's container printed since a moment.
    pub(crate) async fn logs_since(
        &self,
        service: &str,
        since: jiff::Timestamp,
    ) -> Result<String, Failure> {
        let id = self.container(service).await?;
        let since = format!("{}.{:09}", since.as_second(), since.subsec_nanosecond());
        let mut command = tokio::process::Command::new("docker");
        command.args(["logs", "--since", &since, &id]);
        let output = crate::tool::finish(command).await?;
        Ok(format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        ))
    }
}

fn write(path: &std::path::Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|source| Failure::File {
        action: "write",
        path: path.display().to_string(),
        source,
    })
}

fn digest(text: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
