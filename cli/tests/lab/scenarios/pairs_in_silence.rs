//! Two faults at once of which one at least is silent: nothing fails, and nothing is logged.

use serde_json::json;

use super::ANALYZER;
use super::pairs::{ORDERS, SCRAPER, recover, with_orders};
use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::scenario::{Demo, Scenario, Stage, named};
use crate::trial::Trial;

pub(super) const STAGE: Stage = Stage {
    name: "pairs-in-silence",
    file: file!(),
    demo: Demo::Lacks,
    services: &["scraper", "textanalyzer", "tempo"],
    furnish: with_orders,
    scenarios: &[
        Scenario::fault("sampler-off-and-mistyped", "PT0303", ANALYZER, |trial| {
            Box::pin(pair(
                trial,
                &[Sign::Fails(ANALYZER), Sign::Orders],
                |project| {
                    project.set(ANALYZER, "TEMPO_ENDPOINT", "tmepo:4317");
                    project.set(ORDERS, "OTEL_TRACES_SAMPLER", "always_off");
                },
            ))
        })
        .with(&[named("PT0322", ORDERS)]),
        Scenario::fault(
            "data-in-the-container-and-sdk-disabled",
            "PT0803",
            "tempo",
            |trial| {
                Box::pin(pair(
                    trial,
                    &[Sign::Serves(ANALYZER), Sign::Orders],
                    |project| {
                        let mounts = &mut project.service("tempo")["volumes"];
                        *mounts = json!([mounts[0]]);
                        project.set(ANALYZER, "OTEL_SDK_DISABLED", "true");
                    },
                ))
            },
        )
        .with(&[named("PT0318", ANALYZER)]),
        Scenario::fault(
            "name-in-quotes-and-another-network",
            "PT0304",
            SCRAPER,
            |trial| {
                Box::pin(pair(
                    trial,
                    &[Sign::Fails(SCRAPER), Sign::Orders],
                    |project| {
                        project.network("elsewhere");
                        let networks = json!(["elsewhere"]);
                        project
                            .service(SCRAPER)
                            .insert("networks".to_owned(), networks);
                        project.set(ORDERS, "OTEL_SERVICE_NAME", "'orders'");
                    },
                ))
            },
        )
        .with(&[named("PT0332", ORDERS)]),
        Scenario::fault(
            "too-many-traces-and-query-port",
            "PT0215",
            "tempo",
            |trial| {
                Box::pin(pair(
                    trial,
                    &[Sign::Discards(ANALYZER), Sign::OrdersFail],
                    |project| {
                        let limit = "  defaults:\n    ingestion:\n      max_traces_per_user: 1\n";
                        project.edit_tempo_config("  defaults:\n", limit);
                        let query = "http://tempo:3200";
                        project.set(ORDERS, "OTEL_EXPORTER_OTLP_ENDPOINT", query);
                    },
                ))
            },
        )
        .with(&[named("PT0313", ORDERS)]),
        Scenario::fault(
            "compaction-off-and-exporter-none",
            "PT0805",
            "tempo",
            |trial| {
                Box::pin(pair(
                    trial,
                    &[Sign::Serves(ANALYZER), Sign::Orders],
                    |project| {
                        let retention = "      block_retention: 168h\n";
                        let off = format!("{retention}      compaction_disabled: true\n");
                        project.edit_tempo_config(retention, &off);
                        project.set(ORDERS, "OTEL_TRACES_EXPORTER", "none");
                    },
                ))
            },
        )
        .with(&[named("PT0319", ORDERS)]),
    ],
};

/// What shows, or does not, once both faults are there.
enum Sign {
    /// A service of ours logs that it cannot export.
    Fails(&'static str),
    /// A service of ours serves requests as ever.
    Serves(&'static str),
    /// Tempo counts spans of a service of ours that it threw away as too many.
    Discards(&'static str),
    /// The Python service logs that it cannot export.
    OrdersFail,
    /// The Python service serves requests as ever.
    Orders,
}

/// A change of the project that makes both faults.
async fn pair(
    trial: &mut Trial,
    signs: &[Sign],
    change: impl FnOnce(&mut Blueprint),
) -> Result<(), Failure> {
    trial.stack.reshape(change).await?;
    let (stack, began) = (&trial.stack, trial.began);
    for sign in signs {
        match sign {
            Sign::Fails(service) => stack.until_export_fails(service, began).await?,
            Sign::Serves(service) => stack.until_served(service, 10).await?,
            Sign::Discards(service) => {
                stack.until_traced(service).await?;
                let reason = "live_traces_exceeded";
                stack.until_discarded(reason, service).await?;
            }
            Sign::OrdersFail => stack.until_order_export_fails(ORDERS, began).await?,
            Sign::Orders => stack.until_ordered(ORDERS, 10).await?,
        }
    }
    trial.judge().await?;
    recover(trial).await
}
