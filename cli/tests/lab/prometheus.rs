//! A real Prometheus: the image that `scripts/lab-prometheus` makes, and what it says of its targets.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::http;
use crate::stack::Stack;
use crate::until::{Seen, until};

/// The image, made by `scripts/lab-prometheus`.
pub(crate) const IMAGE: &str = "prometheus:dev";
/// Its port.
pub(crate) const PORT: u16 = 9090;

/// The stack's own configuration.
const OWN: &str = include_str!("../../../config/prometheus/prometheus.yml");
/// Until when a target must have been asked: once per interval of the stack's own configuration.
const PATIENCE: Duration = Duration::from_secs(40);

#[derive(Deserialize)]
struct Answer {
    data: Active,
}

#[derive(Deserialize)]
struct Active {
    #[serde(rename = "activeTargets")]
    targets: Vec<Target>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Target {
    scrape_url: String,
    health: String,
}

/// How often it asks its targets.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pace {
    /// As the stack's own does.
    Own,
    /// Every second, so that a fault shows within seconds.
    Quick,
}

/// The stack's own configuration.
pub(crate) fn config(pace: Pace) -> String {
    let interval = "scrape_interval: 15s";
    assert_eq!(OWN.matches(interval).count(), 1, "`{interval}`");
    match pace {
        Pace::Own => OWN.to_owned(),
        Pace::Quick => OWN.replace(interval, "scrape_interval: 1s"),
    }
}

/// The same without rules, which an agent refuses.
pub(crate) fn config_of_agent(pace: Pace) -> String {
    let rules = "rule_files:\n  - /etc/prometheus/rules/*.yml\n";
    assert_eq!(OWN.matches(rules).count(), 1, "`{rules}`");
    config(pace).replace(rules, "")
}

/// A service as Compose reads it, with the configuration that lies at this path and these flags beside its usual ones.
pub(crate) fn service(config: &str, flags: &[&str]) -> Value {
    let usual = [
        "--config.file=/etc/prometheus/prometheus.yml",
        "--storage.tsdb.path=/prometheus",
        "--web.enable-remote-write-receiver",
    ];
    of_command(config, &[&usual, flags].concat())
}

/// The same, but what others write to it is refused.
pub(crate) fn without_receiver(config: &str) -> Value {
    let flags = [
        "--config.file=/etc/prometheus/prometheus.yml",
        "--storage.tsdb.path=/prometheus",
    ];
    of_command(config, &flags)
}

/// The same as an agent, which keeps nothing.
pub(crate) fn agent(config: &str) -> Value {
    let flags = [
        "--config.file=/etc/prometheus/prometheus.yml",
        "--enable-feature=agent",
        "--storage.agent.path=/prometheus",
    ];
    of_command(config, &flags)
}

fn of_command(config: &str, command: &[&str]) -> Value {
    json!({
        "image": IMAGE,
        "command": command,
        "volumes": [format!("{config}:/etc/prometheus/prometheus.yml:ro")],
        "restart": "unless-stopped",
    })
}

impl Stack {
    /// Waits until a Prometheus says this of the target at this URL.
    pub(crate) async fn until_target(
        &self,
        prometheus: &str,
        url: &str,
        health: &str,
    ) -> Result<(), Failure> {
        until(
            format!("`{url}` being {health} for `{prometheus}`"),
            PATIENCE,
            async || {
                let Ok(address) = self.address(prometheus, PORT).await else {
                    return Ok(Seen::NotYet("no address".to_owned()));
                };
                let answer = match http::get(address, "/api/v1/targets?state=active").await {
                    Ok(answer) => answer.body,
                    Err(error) => return Ok(Seen::NotYet(error.to_string())),
                };
                let Ok(answer) = serde_json::from_str::<Answer>(&answer) else {
                    return Ok(Seen::NotYet(answer));
                };
                let mut targets = answer.data.targets.into_iter();
                Ok(match targets.find(|target| target.scrape_url == url) {
                    Some(target) if target.health == health => Seen::Yes(()),
                    Some(target) => Seen::NotYet(target.health),
                    None => Seen::NotYet("no such target".to_owned()),
                })
            },
        )
        .await
    }

    /// Waits until a query of a Prometheus finds something.
    pub(crate) async fn until_queried(&self, prometheus: &str, query: &str) -> Result<(), Failure> {
        until(
            format!("an answer of `{prometheus}` to `{query}`"),
            PATIENCE,
            async || {
                let Ok(address) = self.address(prometheus, PORT).await else {
                    return Ok(Seen::NotYet("no address".to_owned()));
                };
                let path = format!("/api/v1/query?query={query}");
                Ok(match http::get(address, &path).await {
                    Ok(answer) if answer.body.contains("\"value\"") => Seen::Yes(()),
                    Ok(answer) => Seen::NotYet(answer.body),
                    Err(error) => Seen::NotYet(error.to_string()),
                })
            },
        )
        .await
    }
}
