//! Faults of Docker's and Compose's making.

use serde_json::json;

use super::{CHECKOUT, ENDPOINT, INVOICES, STORE, a_shop, published, recover, write};
use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::scenario::{Demo, Scenario, Stage};
use crate::trial::Trial;

pub(in crate::scenarios) const STAGE: Stage = Stage {
    name: "unseen-engine",
    file: file!(),
    demo: Demo::Lacks,
    services: &["tempo"],
    furnish: a_shop,
    scenarios: &[
        Scenario::fault("unseen-profile-not-asked-for", "PT0101", "stack", |trial| {
            Box::pin(profile(trial))
        }),
        Scenario::fault("unseen-waits-for-a-probe", "PT0121", STORE, |trial| {
            Box::pin(waits_for_a_probe(trial))
        }),
        Scenario::fault("unseen-port-of-another-stack", "PT0124", STORE, |trial| {
            Box::pin(port_taken(trial))
        }),
        Scenario::fault(
            "unseen-mended-and-not-applied",
            "PT0141",
            CHECKOUT,
            |trial| Box::pin(mended_and_not_applied(trial)),
        ),
    ],
};

/// Everything that observes stands behind a profile that `up` was not given.
async fn profile(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.docker(&["rm", "--force"], STORE).await?;
    let change = trial.stack.reshape(|project| {
        let store = project.service(STORE);
        store.insert("profiles".to_owned(), json!(["observability"]));
    });
    change.await?;
    for service in [CHECKOUT, INVOICES] {
        trial
            .stack
            .until_order_export_fails(service, trial.began)
            .await?;
    }
    trial.judge().await?;
    recover(trial).await
}

/// The backend serves; its probe is a program that its image lacks, and a service is not started before that passes.
async fn waits_for_a_probe(trial: &mut Trial) -> Result<(), Failure> {
    trial.stack.docker(&["rm", "--force"], CHECKOUT).await?;
    must_fail(trial, |project| {
        let check = json!({
            "test": ["CMD", "wget", "--spider", "http://localhost:3200/ready"],
            "interval": "1s", "timeout": "1s", "retries": 2,
        });
        let store = project.service(STORE);
        store.insert("healthcheck".to_owned(), check);
        let needed = json!({STORE: {"condition": "service_healthy"}});
        project
            .service(CHECKOUT)
            .insert("depends_on".to_owned(), needed);
    })
    .await?;
    trial.stack.until_health(STORE, "unhealthy").await?;
    trial.judge().await?;
    recover(trial).await
}

/// A container that has nothing to do with the project has the port of this machine.
async fn port_taken(trial: &mut Trial) -> Result<(), Failure> {
    let name = format!("{}-page", trial.stack.project);
    let publish = ["--publish", "127.0.0.1::8080"];
    let image = ["docutag-demo-page:dev"];
    trial.stack.run_loose(&name, &publish, &image).await?;
    let shown = trial.stack.docker_on(&["port"], &name).await?;
    let port = format!("127.0.0.1:{}:4318", published(&shown)?);
    trial.stack.docker(&["rm", "--force"], STORE).await?;
    must_fail(trial, |project| {
        let store = project.service(STORE);
        store.insert("ports".to_owned(), json!([port]));
    })
    .await?;
    for service in [CHECKOUT, INVOICES] {
        trial
            .stack
            .until_order_export_fails(service, trial.began)
            .await?;
    }
    let judged = trial.judge().await;
    trial.stack.docker_on(&["rm", "--force"], &name).await?;
    judged?;
    trial.stack.docker(&["rm", "--force"], STORE).await?;
    recover(trial).await
}

/// Somebody found the mistyped name and put it right in the file, and that was all.
async fn mended_and_not_applied(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        project.set(CHECKOUT, ENDPOINT, "http://spamstore:4317");
    });
    change.await?;
    trial
        .stack
        .until_order_export_fails(CHECKOUT, trial.began)
        .await?;
    let file = trial.stack.folder.join("compose.json");
    let text = std::fs::read_to_string(&file).map_err(|source| Failure::File {
        action: "read",
        path: file.display().to_string(),
        source,
    })?;
    write(&file, &text.replace("spamstore", STORE))?;
    trial.judge().await?;
    recover(trial).await
}

/// A change that Compose cannot carry out.
async fn must_fail(trial: &Trial, change: impl FnOnce(&mut Blueprint)) -> Result<(), Failure> {
    match trial.stack.reshape(change).await {
        Err(Failure::Tool(_)) => Ok(()),
        Err(failure) => Err(failure),
        Ok(()) => Err(Failure::Stack("Compose did not mind".to_owned())),
    }
}
