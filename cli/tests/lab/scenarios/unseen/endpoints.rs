//! Endpoints that lead nowhere, each of one service among several.

use std::net::{IpAddr, SocketAddr};

use serde_json::json;

use super::{
    CHECKOUT, ENDPOINT, PATIENCE, PORT, STORE, a_shop, astray, order_at, over_http, published,
    recover, until_kept,
};
use crate::failure::Failure;
use crate::python;
use crate::scenario::{Demo, Scenario, Stage, named};
use crate::tool::docker;
use crate::trial::Trial;
use crate::until::{Seen, until};

pub(in crate::scenarios) const STAGE: Stage = Stage {
    name: "unseen-endpoints",
    file: file!(),
    demo: Demo::Lacks,
    services: &["tempo"],
    furnish: a_shop,
    scenarios: &[
        Scenario::fault("unseen-port-of-long-ago", "PT0315", CHECKOUT, |trial| {
            Box::pin(astray(trial, |project| {
                project.set(CHECKOUT, ENDPOINT, "http://spanstore:55680");
            }))
        }),
        Scenario::fault(
            "unseen-listen-address-as-endpoint",
            "PT0302",
            CHECKOUT,
            |trial| {
                Box::pin(astray(trial, |project| {
                    project.set(CHECKOUT, ENDPOINT, "http://0.0.0.0:4317");
                }))
            },
        ),
        Scenario::fault(
            "unseen-published-port-inside",
            "PT0314",
            CHECKOUT,
            |trial| Box::pin(published_port(trial)),
        ),
        Scenario::fault("unseen-prefix-of-loki", "PT0309", CHECKOUT, |trial| {
            Box::pin(astray(trial, |project| {
                over_http(project, "http://spanstore:4318/otlp");
            }))
        })
        .folding(&[named("PT0508", CHECKOUT)]),
        Scenario::fault(
            "unseen-https-said-to-be-insecure",
            "PT0311",
            "{project}-nightly",
            |trial| Box::pin(insecure_https(trial)),
        ),
    ],
};

/// The port of this machine, read off `docker ps`, used between two containers.
async fn published_port(trial: &mut Trial) -> Result<(), Failure> {
    let ports = json!(["127.0.0.1::4317"]);
    let change = trial.stack.reshape(|project| {
        let store = project.service(STORE);
        store.insert("ports".to_owned(), ports.clone());
    });
    change.await?;
    let shown = trial.stack.docker(&["port"], STORE).await?;
    let endpoint = format!("http://spanstore:{}", published(&shown)?);
    astray(trial, |project| {
        let store = project.service(STORE);
        store.insert("ports".to_owned(), ports);
        project.set(CHECKOUT, ENDPOINT, &endpoint);
    })
    .await
}

/// A container by `docker run`: the scheme asks for TLS, and the variable beside it does not take that back.
async fn insecure_https(trial: &mut Trial) -> Result<(), Failure> {
    until_kept(trial, CHECKOUT, STORE).await?;
    let name = format!("{}-nightly", trial.stack.project);
    let variables = [
        "--env=OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=https://spanstore:4317",
        "--env=OTEL_EXPORTER_OTLP_INSECURE=true",
        "--env=OTEL_SERVICE_NAME=nightly",
        "--env=OTEL_METRICS_EXPORTER=none",
        "--env=OTEL_BSP_SCHEDULE_DELAY=200",
        "--env=OTEL_EXPORTER_OTLP_TIMEOUT=2",
    ];
    trial
        .stack
        .run_loose(&name, &variables, &[python::IMAGE])
        .await?;
    until_nightly_fails(trial, &name).await?;
    let judged = trial.judge().await;
    trial.stack.docker_on(&["rm", "--force"], &name).await?;
    judged?;
    recover(trial).await
}

async fn until_nightly_fails(trial: &Trial, name: &str) -> Result<(), Failure> {
    let template = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
    let inspect = ["inspect", "--format", template];
    let shown = trial.stack.docker_on(&inspect, name).await?;
    let address: IpAddr = shown
        .trim()
        .parse()
        .map_err(|_| Failure::Stack(format!("`{name}` has no address")))?;
    until(
        format!("failing exports of `{name}`"),
        PATIENCE,
        async || {
            if let Err(failure) = order_at(SocketAddr::new(address, PORT), "/orders").await {
                return Ok(Seen::NotYet(failure.chain()));
            }
            let said = docker(&["logs", name]).await?;
            Ok(if said.contains(" ERROR opentelemetry.") {
                Seen::Yes(())
            } else {
                Seen::NotYet(said)
            })
        },
    )
    .await
}
