//! Spans and lines that arrive, and say too little, too much or the wrong thing.

use super::{ASK_BILLING, BILLING, ENOUGH, ORDERS, STOCK, broken, recover, traced, with_two};
use crate::failure::Failure;
use crate::scenario::{Demo, Scenario, Stage, named};
use crate::shop;
use crate::trial::Trial;

/// A token as a service shows it to another; nothing takes it.
const TOKEN: &str = "b5bb9d8014a0f9b1d61e21e796d78dcc";
/// What gives the SDK's resource the container's id, as its name.
const DETECTORS: &str = "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS";

pub(in crate::scenarios) const STAGE: Stage = Stage {
    name: "spans",
    file: file!(),
    demo: Demo::Lacks,
    services: &["tempo"],
    furnish: with_two,
    scenarios: &[
        Scenario::fault("python-resource-without-name", "PT0705", "stack", |trial| {
            Box::pin(broken(trial, |project| {
                shop::add(project, ORDERS, &["--next", "http://stock:8080"]);
                shop::add(project, STOCK, &["--resource", "bare"]);
            }))
        })
        .folding(&[named("PT0330", STOCK)]),
        Scenario::fault("python-name-copied-in-code", "PT0706", "stack", |trial| {
            Box::pin(name_copied(trial))
        })
        .folding(&[named("PT0330", STOCK)]),
        Scenario::fault("python-clock-replaced", "PT0707", "stack", |trial| {
            Box::pin(broken(trial, |project| {
                shop::add(project, BILLING, &["--seconds-behind", "3"]);
            }))
        }),
        Scenario::fault("python-path-as-span-name", "PT0708", ORDERS, |trial| {
            Box::pin(broken(trial, |project| {
                shop::add(project, ORDERS, &["--next", ASK_BILLING, "--names", "path"]);
            }))
        }),
        Scenario::fault("python-records-a-token", "PT0709", BILLING, |trial| {
            Box::pin(broken(trial, |project| {
                shop::add(project, ORDERS, &["--next", ASK_BILLING, "--token", TOKEN]);
                shop::add(project, BILLING, &["--records-headers"]);
            }))
        }),
        Scenario::fault("python-method-as-span-name", "PT0710", ORDERS, |trial| {
            Box::pin(broken(trial, |project| {
                shop::add(
                    project,
                    ORDERS,
                    &["--next", ASK_BILLING, "--names", "method"],
                );
            }))
        }),
        Scenario::fault(
            "python-attribute-for-each-order",
            "PT0712",
            ORDERS,
            |trial| {
                Box::pin(broken(trial, |project| {
                    shop::add(project, ORDERS, &["--next", ASK_BILLING, "--records-items"]);
                }))
            },
        ),
        Scenario::fault("python-health-check-traced", "PT0713", STOCK, |trial| {
            Box::pin(health_check_traced(trial))
        }),
        Scenario::fault("python-former-conventions", "PT0714", "stack", |trial| {
            Box::pin(broken(trial, |project| {
                shop::add(project, BILLING, &["--conventions", "former"]);
            }))
        }),
        Scenario::fault("python-lines-without-ids", "PT0905", ORDERS, |trial| {
            Box::pin(broken(trial, |project| {
                shop::add(project, ORDERS, &["--next", ASK_BILLING, "--logs", "bare"]);
            }))
        }),
    ],
};

/// The code of one was copied for the other, with the name in it.
async fn name_copied(trial: &mut Trial) -> Result<(), Failure> {
    let change = traced(trial, |project| {
        shop::add(project, STOCK, &["--called", BILLING]);
        for service in [BILLING, STOCK] {
            project.set(service, DETECTORS, "host");
        }
    });
    change.await?;
    trial.stack.until_shopped(STOCK, ENOUGH).await?;
    trial.judge().await?;
    recover(trial).await
}

/// Of one service every trace is its health check.
async fn health_check_traced(trial: &mut Trial) -> Result<(), Failure> {
    let change = traced(trial, |project| {
        shop::add(project, STOCK, &["--health", "traced"]);
    });
    change.await?;
    trial.stack.until_checked(STOCK, ENOUGH).await?;
    trial.judge().await?;
    recover(trial).await
}
