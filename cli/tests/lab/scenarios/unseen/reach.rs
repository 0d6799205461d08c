//! Names that another answers than was meant, and proxies in between.

use serde_json::json;

use super::{
    CHECKOUT, ENDPOINT, INVOICES, PATIENCE, PORT, STORE, a_shop, astray, is_kept, order, over_http,
    recover, until_kept, write,
};
use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::scenario::{Demo, Scenario, Stage, named};
use crate::trial::Trial;
use crate::until::{Seen, until};

pub(in crate::scenarios) const STAGE: Stage = Stage {
    name: "unseen-reach",
    file: file!(),
    demo: Demo::Lacks,
    services: &["tempo"],
    furnish: a_shop,
    scenarios: &[
        Scenario::fault("unseen-replica-is-no-name", "PT0303", CHECKOUT, |trial| {
            Box::pin(astray(trial, |project| {
                project.set(CHECKOUT, ENDPOINT, "http://spanstore-1:4317");
            }))
        }),
        Scenario::fault(
            "unseen-extra-host-on-loopback",
            "PT0302",
            CHECKOUT,
            |trial| {
                Box::pin(astray(trial, |project| {
                    let hosts = json!(["spanstore:127.0.0.1"]);
                    project
                        .service(CHECKOUT)
                        .insert("extra_hosts".to_owned(), hosts);
                    over_http(project, "http://spanstore:4318");
                }))
            },
        ),
        Scenario::fault(
            "unseen-address-of-another-network",
            "PT0304",
            CHECKOUT,
            |trial| Box::pin(address_elsewhere(trial)),
        ),
        Scenario::fault(
            "unseen-two-answer-to-one-name",
            "PT0401",
            CHECKOUT,
            |trial| Box::pin(two_answer(trial)),
        )
        .with(&[named("PT0401", INVOICES)]),
        Scenario::fault("unseen-proxy-of-grpc-alone", "PT0317", CHECKOUT, |trial| {
            Box::pin(astray(trial, |project| {
                project.set(CHECKOUT, "grpc_proxy", "http://proxy.corp.invalid:3128");
            }))
        }),
        Scenario::fault(
            "unseen-proxy-with-other-exceptions",
            "PT0317",
            CHECKOUT,
            |trial| Box::pin(proxy_from_a_file(trial)),
        ),
    ],
};

/// A proxy for every scheme, from a file that all services of a company read.
async fn proxy_from_a_file(trial: &mut Trial) -> Result<(), Failure> {
    let file = trial.stack.folder.join("company.env");
    let lines =
        "ALL_PROXY=http://proxy.corp.invalid:3128\nNO_PROXY=localhost,127.0.0.1,.corp.invalid\n";
    write(&file, lines)?;
    astray(trial, |project| {
        project
            .service(CHECKOUT)
            .insert("env_file".to_owned(), json!([file]));
        over_http(project, "http://spanstore:4318");
    })
    .await
}

/// The backend is on two networks, and the service has its address on the one that it is not on itself.
async fn address_elsewhere(trial: &mut Trial) -> Result<(), Failure> {
    let on_two = |project: &mut Blueprint| {
        project.network("elsewhere");
        let networks = json!(["default", "elsewhere"]);
        project
            .service(STORE)
            .insert("networks".to_owned(), networks);
    };
    trial.stack.reshape(on_two).await?;
    let template =
        "{{range $name, $on := .NetworkSettings.Networks}}{{$name}}={{$on.IPAddress}} {{end}}";
    let shown = trial.stack.inspect(STORE, template).await?;
    let address = shown
        .split_whitespace()
        .filter_map(|pair| pair.split_once('='))
        .find_map(|(network, address)| network.ends_with("_elsewhere").then_some(address))
        .ok_or_else(|| Failure::Stack(format!("no address elsewhere: `{shown}`")))?;
    let endpoint = format!("http://{address}:4317");
    astray(trial, |project| {
        on_two(project);
        project.set(CHECKOUT, ENDPOINT, &endpoint);
    })
    .await
}

/// A backend that somebody started by hand and forgot has the name as well: a part of the traces ends there.
async fn two_answer(trial: &mut Trial) -> Result<(), Failure> {
    for service in [CHECKOUT, INVOICES] {
        until_kept(trial, service, STORE).await?;
    }
    let name = format!("{}-forgotten", trial.stack.project);
    let config = trial
        .stack
        .inspect(
            STORE,
            "{{range .Mounts}}{{if eq .Type \"bind\"}}{{.Source}}{{end}}{{end}}",
        )
        .await?;
    let mount = format!("{config}:/etc/tempo.yaml:ro");
    let more = [
        "--network-alias",
        STORE,
        "--volume",
        &mount,
        "--tmpfs",
        "/var/tempo:uid=10001,gid=10001,mode=0700",
    ];
    let arguments = ["minitempo:dev", "-config.file=/etc/tempo.yaml"];
    trial.stack.run_loose(&name, &more, &arguments).await?;
    let made = a_trace_is_lost(trial).await;
    let judged = match made {
        Ok(()) => trial.judge().await.map(|_| ()),
        Err(failure) => Err(failure),
    };
    trial.stack.docker_on(&["rm", "--force"], &name).await?;
    judged?;
    recover(trial).await
}

/// Starts the services again and again, each time with a new look at the name, until the project's own backend lacks a
/// trace for as long as one takes that arrives.
async fn a_trace_is_lost(trial: &Trial) -> Result<(), Failure> {
    until("a trace that is kept elsewhere", PATIENCE, async || {
        for service in [CHECKOUT, INVOICES] {
            trial.stack.docker(&["restart"], service).await?;
            trial.stack.until_answers(service, PORT, "/health").await?;
            let first = order(trial, service, "/orders").await?;
            trial.stack.until_ordered(service, 20).await?;
            if !is_kept(trial, STORE, &first).await? {
                return Ok(Seen::Yes(()));
            }
        }
        Ok(Seen::NotYet("all are kept".to_owned()))
    })
    .await
}
