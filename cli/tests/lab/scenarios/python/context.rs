//! Python services whose spans are made, and that pass them on in the wrong way or under the wrong name.

use serde_json::json;

use super::{ORDERS, astray, crashes, recover, set, traced_nevertheless, with_orders};
use crate::failure::Failure;
use crate::python;
use crate::scenario::{Demo, Scenario, Stage, named};
use crate::trial::Trial;

/// Another Python service, for what takes two.
const BILLING: &str = "billing";

pub(in crate::scenarios) const STAGE: Stage = Stage {
    name: "python-context",
    file: file!(),
    demo: Demo::Lacks,
    services: &["tempo"],
    furnish: with_orders,
    scenarios: &[
        Scenario::fault("python-propagator-misspelled", "PT0327", ORDERS, |trial| {
            Box::pin(crashes(trial, |project| {
                set(project, "OTEL_PROPAGATORS", "trace-context,baggage");
            }))
        })
        .folding(&[named("PT0525", ORDERS), named("PT0112", ORDERS)]),
        Scenario::fault("python-name-in-quotes", "PT0332", ORDERS, |trial| {
            Box::pin(traced_nevertheless(trial, |project| {
                set(project, "OTEL_SERVICE_NAME", "\"orders\"");
            }))
        }),
        Scenario::fault("python-passes-no-context-on", "PT0338", "stack", |trial| {
            Box::pin(no_context(trial))
        }),
        Scenario::fault(
            "python-and-tempo-on-the-default-bridge",
            "PT0402",
            ORDERS,
            |trial| {
                Box::pin(astray(trial, |project| {
                    for service in [ORDERS, "tempo"] {
                        let service = project.service(service);
                        service.insert("network_mode".to_owned(), json!("bridge"));
                    }
                }))
            },
        ),
    ],
};

/// One service passes no context on, as somebody wanted it once, and the other does.
async fn no_context(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        project.add(BILLING, python::service(BILLING));
        set(project, "OTEL_PROPAGATORS", "none");
    });
    change.await?;
    for service in [ORDERS, BILLING] {
        trial.stack.until_order_traced(service).await?;
    }
    trial.judge().await?;
    recover(trial).await
}
