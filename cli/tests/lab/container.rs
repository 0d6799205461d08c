//! The containers of a stack: what the engine tells of them, what can be done to them, and waiting for either.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::TcpStream;

use crate::failure::Failure;
use crate::http;
use crate::stack::Stack;
use crate::tool::{docker, finish};
use crate::until::{Seen, until};

/// Until when a container must run or answer; the engine first asks after its health when 30 s are over, unless told otherwise.
const PATIENCE: Duration = Duration::from_mins(1);

impl Stack {
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
        self.note(verb, service, &id)?;
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

    /// Waits until a service accepts connections at a port.
    pub(crate) async fn until_listens(&self, service: &str, port: u16) -> Result<(), Failure> {
        let what = format!("`{service}` listening on port {port}");
        until(what, PATIENCE, async || {
            let address = self.address(service, port).await?;
            Ok(match TcpStream::connect(address).await {
                Ok(_) => Seen::Yes(()),
                Err(error) => Seen::NotYet(error.to_string()),
            })
        })
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
        let output = finish(command).await?;
        Ok(format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        ))
    }
}
