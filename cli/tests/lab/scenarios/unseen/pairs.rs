//! Two faults at once that have nothing to do with each other.

use serde_json::json;

use super::{CHECKOUT, ENDPOINT, INVOICES, STORE, a_shop, recover, write};
use crate::failure::Failure;
use crate::scenario::{Demo, Scenario, Stage, named};
use crate::trial::Trial;

pub(in crate::scenarios) const STAGE: Stage = Stage {
    name: "unseen-pairs",
    file: file!(),
    demo: Demo::Lacks,
    services: &["tempo"],
    furnish: a_shop,
    scenarios: &[
        Scenario::fault(
            "unseen-console-and-host-of-the-desktop",
            "PT0319",
            CHECKOUT,
            |trial| Box::pin(console_and_desktop(trial)),
        )
        .with(&[named("PT0316", INVOICES)]),
        Scenario::fault(
            "unseen-read-only-data-and-disabled-sdk",
            "PT0206",
            STORE,
            |trial| Box::pin(read_only_and_disabled(trial)),
        )
        .with(&[named("PT0318", INVOICES)]),
    ],
};

/// One service prints its spans, the other sends them to a name that only Docker Desktop knows.
async fn console_and_desktop(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        project.set(CHECKOUT, "OTEL_TRACES_EXPORTER", "console");
        project.set(INVOICES, ENDPOINT, "http://host.docker.internal:4317");
    });
    change.await?;
    trial.stack.until_ordered(CHECKOUT, 10).await?;
    trial
        .stack
        .until_order_export_fails(INVOICES, trial.began)
        .await?;
    trial.judge().await?;
    recover(trial).await
}

/// The backend may not write, and behind that one service makes no spans, by a file that Compose reads.
async fn read_only_and_disabled(trial: &mut Trial) -> Result<(), Failure> {
    let file = trial.stack.folder.join("invoices.env");
    write(&file, "OTEL_SDK_DISABLED=TRUE\n")?;
    let change = trial.stack.reshape(|project| {
        let mounts = &mut project.service(STORE)["volumes"];
        *mounts = json!([mounts[0], "tempo-data:/var/tempo:ro"]);
        project
            .service(INVOICES)
            .insert("env_file".to_owned(), json!([file]));
    });
    change.await?;
    trial.stack.until_restarted(STORE, 2).await?;
    trial
        .stack
        .until_order_export_fails(CHECKOUT, trial.began)
        .await?;
    trial.stack.until_ordered(INVOICES, 10).await?;
    trial.judge().await?;
    recover(trial).await
}
