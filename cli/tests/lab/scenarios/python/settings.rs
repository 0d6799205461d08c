//! Settings of the SDK for Python that keep spans from being made, named or sent.

use serde_json::json;

use super::{ORDERS, astray, crashes, in_silence, recover, set, traced_nevertheless, with_orders};
use crate::failure::Failure;
use crate::python;
use crate::scenario::{Demo, Scenario, Stage, named};
use crate::trial::Trial;

/// Another Python service, for what takes two.
const BILLING: &str = "billing";

pub(in crate::scenarios) const STAGE: Stage = Stage {
    name: "python-settings",
    file: file!(),
    demo: Demo::Lacks,
    services: &["tempo"],
    furnish: with_orders,
    scenarios: &[
        Scenario::fault("python-sdk-disabled", "PT0318", ORDERS, |trial| {
            Box::pin(in_silence(trial, |project| {
                set(project, "OTEL_SDK_DISABLED", "true");
            }))
        }),
        Scenario::fault("python-exporter-none", "PT0319", ORDERS, |trial| {
            Box::pin(in_silence(trial, |project| {
                set(project, "OTEL_TRACES_EXPORTER", "none");
            }))
        }),
        Scenario::fault("python-exporter-unknown", "PT0320", ORDERS, |trial| {
            Box::pin(in_silence(trial, |project| {
                set(project, "OTEL_TRACES_EXPORTER", "jaeger");
            }))
        }),
        Scenario::fault("python-protocol-invalid", "PT0321", ORDERS, |trial| {
            Box::pin(in_silence(trial, |project| {
                set(project, "OTEL_EXPORTER_OTLP_PROTOCOL", "http");
            }))
        }),
        Scenario::fault("python-sampler-off", "PT0322", ORDERS, |trial| {
            Box::pin(in_silence(trial, |project| {
                set(project, "OTEL_TRACES_SAMPLER", "always_off");
            }))
        }),
        Scenario::fault("python-sampler-ratio-zero", "PT0322", ORDERS, |trial| {
            Box::pin(in_silence(trial, |project| {
                set(project, "OTEL_TRACES_SAMPLER", "traceidratio");
                set(project, "OTEL_TRACES_SAMPLER_ARG", "0");
            }))
        }),
        Scenario::fault("python-timeout-with-unit", "PT0324", ORDERS, |trial| {
            Box::pin(in_silence(trial, |project| {
                set(project, "OTEL_EXPORTER_OTLP_TIMEOUT", "10s");
            }))
        }),
        Scenario::fault("python-propagator-unknown", "PT0525", ORDERS, |trial| {
            Box::pin(crashes(trial, |project| {
                set(project, "OTEL_PROPAGATORS", "b3");
            }))
        })
        .folding(&[named("PT0112", ORDERS)]),
        Scenario::fault("python-agent-not-started", "PT0330", ORDERS, |trial| {
            Box::pin(in_silence(trial, |project| {
                let service = project.service(ORDERS);
                service.insert("command".to_owned(), json!(python::BARE));
            }))
        }),
        Scenario::fault("python-service-name-missing", "PT0328", ORDERS, |trial| {
            Box::pin(traced_nevertheless(trial, |project| {
                project.unset(ORDERS, "OTEL_SERVICE_NAME");
            }))
        }),
        Scenario::fault("python-two-services-one-name", "PT0329", "stack", |trial| {
            Box::pin(two_of_one_name(trial))
        }),
        Scenario::fault("python-variable-misspelled", "PT0337", ORDERS, |trial| {
            Box::pin(astray(trial, |project| {
                project.unset(ORDERS, "OTEL_EXPORTER_OTLP_ENDPOINT");
                set(project, "OTEL_EXPORTER_OTLP_ENDPIONT", "http://tempo:4317");
            }))
        }),
        Scenario::fault(
            "python-resource-attributes-malformed",
            "PT0326",
            ORDERS,
            |trial| {
                Box::pin(traced_nevertheless(trial, |project| {
                    set(project, "OTEL_RESOURCE_ATTRIBUTES", "production");
                }))
            },
        ),
        Scenario::fault("python-sampler-mistyped", "PT0323", ORDERS, |trial| {
            Box::pin(traced_nevertheless(trial, |project| {
                set(project, "OTEL_TRACES_SAMPLER", "ratio");
            }))
        }),
        Scenario::fault(
            "python-health-check-asks-another-port",
            "PT0122",
            ORDERS,
            |trial| Box::pin(wrong_health_check(trial)),
        ),
        Scenario::fault("python-headers-malformed", "PT0325", ORDERS, |trial| {
            Box::pin(headers_malformed(trial))
        }),
    ],
};

/// The health check asks at the port that the service had before.
async fn wrong_health_check(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        let ask = "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health')";
        let check = json!({
            "test": ["CMD", "python3", "-c", ask],
            "interval": "1s", "timeout": "5s", "retries": 2,
        });
        project
            .service(ORDERS)
            .insert("healthcheck".to_owned(), check);
    });
    change.await?;
    trial.stack.until_order_traced(ORDERS).await?;
    trial.stack.until_health(ORDERS, "unhealthy").await?;
    trial.judge().await?;
    recover(trial).await
}

/// The environment of one was copied for the other.
async fn two_of_one_name(trial: &mut Trial) -> Result<(), Failure> {
    let change = trial.stack.reshape(|project| {
        project.add(BILLING, python::service(ORDERS));
    });
    change.await?;
    trial.stack.until_order_traced(ORDERS).await?;
    trial.stack.until_order_traced(BILLING).await?;
    trial.judge().await?;
    recover(trial).await
}

/// Tempo wants a tenant, and the header that names it is written as HTTP writes it: the SDK leaves it out.
async fn headers_malformed(trial: &mut Trial) -> Result<(), Failure> {
    astray(trial, |project| {
        project.edit_tempo_config(
            "usage_report:",
            "multitenancy_enabled: true\n\nusage_report:",
        );
        set(project, "OTEL_EXPORTER_OTLP_HEADERS", "X-Scope-OrgID: shop");
    })
    .await
}
