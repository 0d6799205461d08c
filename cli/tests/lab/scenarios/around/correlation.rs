//! Logs and the ids of traces in them.

use serde_json::json;

use super::ANALYZER;
use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::lab::Lab;
use crate::python;
use crate::scenario::{Demo, Scenario, Stage};
use crate::trial::Trial;

const ORDERS: &str = "orders";
/// The service with a queue of lines.
const QUEUED: &str = include_str!("../../python/queued.py");

pub(in crate::scenarios) const STAGE: Stage = Stage {
    name: "correlation",
    file: file!(),
    demo: Demo::Lacks,
    services: &["textanalyzer", "tempo"],
    furnish: with_orders,
    scenarios: &[Scenario::fault(
        "python-lines-written-outside-of-the-span",
        "PT0902",
        ORDERS,
        |trial| Box::pin(queued(trial)),
    )],
};

fn with_orders(project: &mut Blueprint, _: &Lab) {
    project.add(ORDERS, python::service(ORDERS));
}

/// Its lines are written by a thread that has no span, and its spans arrive.
async fn queued(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        let app = project.file("queued.py", QUEUED);
        let orders = project.service(ORDERS);
        let command = ["opentelemetry-instrument", "python3", "/app/queued.py"];
        orders.insert("command".to_owned(), json!(command));
        let mounts = [format!("{app}:/app/queued.py:ro")];
        orders.insert("volumes".to_owned(), json!(mounts));
    });
    change.await?;
    trial.stack.until_order_traced(ORDERS).await?;
    trial.stack.until_ordered(ORDERS, 10).await?;
    trial.judge().await?;
    trial.stack.restore().await?;
    trial.stack.until_order_traced(ORDERS).await?;
    trial.heals(&[ANALYZER]).await
}
