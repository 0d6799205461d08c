//! A Python service whose settings are right, and whose Tempo fails it; and Python services of no project.

use super::{ORDERS, astray, recover, with_orders};
use crate::failure::Failure;
use crate::python;
use crate::scenario::{Demo, Scenario, Stage, named};
use crate::trial::Trial;

pub(in crate::scenarios) const STAGE: Stage = Stage {
    name: "python-backend",
    file: file!(),
    demo: Demo::Lacks,
    services: &["tempo"],
    furnish: with_orders,
    scenarios: &[
        Scenario::fault("python-tempo-stopped", "PT0102", "tempo", |trial| {
            Box::pin(tempo(trial, &["stop"], &["start"]))
        }),
        Scenario::fault("python-tempo-paused", "PT0105", "tempo", |trial| {
            Box::pin(tempo(trial, &["pause"], &["unpause"]))
        })
        .folding(&[named("PT0503", ORDERS)]),
        Scenario::fault("python-tenant-missing", "PT0213", "tempo", |trial| {
            Box::pin(astray(trial, |project| {
                project.edit_tempo_config(
                    "usage_report:",
                    "multitenancy_enabled: true\n\nusage_report:",
                );
            }))
        })
        .folding(&[named("PT0520", ORDERS)]),
        Scenario::fault("python-receiver-on-loopback", "PT0203", "tempo", |trial| {
            Box::pin(astray(trial, |project| {
                project.edit_tempo_config("endpoint: 0.0.0.0:4317", "endpoint: 127.0.0.1:4317");
            }))
        })
        .folding(&[named("PT0501", ORDERS)]),
        Scenario::fault(
            "python-by-docker-run-mistyped",
            "PT0303",
            "{project}-loose",
            |trial| Box::pin(loose(trial, "http://tempp:4317")),
        ),
        Scenario::fault(
            "python-by-docker-run-localhost",
            "PT0302",
            "{project}-loose",
            |trial| Box::pin(loose(trial, "http://127.0.0.1:4317")),
        ),
        Scenario::healthy("python-by-docker-run", |trial| {
            Box::pin(loose(trial, "http://tempo:4317"))
        }),
    ],
};

/// One command of docker's for Tempo, and the one that takes it back.
async fn tempo(trial: &mut Trial, fail: &[&str], heal: &[&str]) -> Result<(), Failure> {
    trial.stack.until_order_traced(ORDERS).await?;
    trial.stack.docker(fail, "tempo").await?;
    trial
        .stack
        .until_order_export_fails(ORDERS, trial.began)
        .await?;
    trial.judge().await?;
    trial.stack.docker(heal, "tempo").await?;
    recover(trial).await
}

/// A container beside the project that Compose knows nothing of, as `docker run` starts it.
async fn loose(trial: &mut Trial, endpoint: &str) -> Result<(), Failure> {
    trial.stack.until_order_traced(ORDERS).await?;
    let name = format!("{}-loose", trial.stack.project);
    let endpoint = format!("OTEL_EXPORTER_OTLP_ENDPOINT={endpoint}");
    let variables = [
        "--env",
        &endpoint,
        "--env",
        "OTEL_SERVICE_NAME=loose-orders",
        "--env",
        "OTEL_METRICS_EXPORTER=none",
    ];
    trial
        .stack
        .run_loose(&name, &variables, &[python::IMAGE])
        .await?;
    let report = trial.judge().await?;
    report.must_have_looked_at(&name)?;
    trial.stack.docker_on(&["rm", "--force"], &name).await?;
    trial.stays_clean().await
}
