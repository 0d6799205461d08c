//! Endpoints that lead nowhere: one variable is wrong.

use serde_json::json;

use super::{ANALYZER, astray, recover};
use crate::blueprint::Blueprint;
use crate::failure::Failure;
use crate::name_server::{Answer, NameServer};
use crate::scenario::{Demo, Scenario, Stage, as_it_is, named};
use crate::trial::Trial;

pub(super) const STAGE: Stage = Stage {
    name: "endpoints",
    file: file!(),
    demo: Demo::Shows,
    services: &["textanalyzer", "tempo"],
    furnish: as_it_is,
    scenarios: &[
        Scenario::fault("endpoint-in-quotes", "PT0301", ANALYZER, |trial| {
            Box::pin(unreadable(trial, "\"tempo:4317\""))
        }),
        Scenario::fault("endpoint-without-port", "PT0301", ANALYZER, |trial| {
            Box::pin(unreadable(trial, "tempo"))
        }),
        Scenario::fault("endpoint-never-replaced", "PT0301", ANALYZER, |trial| {
            Box::pin(unreadable(trial, "${TEMPO_HOST}:4317"))
        }),
        Scenario::fault("endpoint-localhost", "PT0302", ANALYZER, |trial| {
            Box::pin(astray(trial, |project| {
                project.set(ANALYZER, "TEMPO_ENDPOINT", "localhost:4317");
            }))
        })
        .folding(&[named("PT0501", ANALYZER)]),
        Scenario::fault("endpoint-mistyped", "PT0303", ANALYZER, |trial| {
            Box::pin(astray(trial, |project| {
                project.set(ANALYZER, "TEMPO_ENDPOINT", "tmepo:4317");
            }))
        })
        .folding(&[named("PT0502", ANALYZER)]),
        Scenario::fault("service-on-another-network", "PT0304", ANALYZER, |trial| {
            Box::pin(astray(trial, on_another_network))
        }),
        Scenario::fault("endpoint-query-port", "PT0313", ANALYZER, |trial| {
            Box::pin(astray(trial, |project| {
                project.set(ANALYZER, "TEMPO_ENDPOINT", "tempo:3200");
            }))
        }),
        Scenario::fault("endpoint-host-port", "PT0305", ANALYZER, |trial| {
            Box::pin(astray(trial, |project| {
                project.set(ANALYZER, "TEMPO_ENDPOINT", "tempo:14317");
            }))
        })
        .folding(&[named("PT0501", ANALYZER)]),
        Scenario::fault("endpoint-port-of-long-ago", "PT0315", ANALYZER, |trial| {
            Box::pin(astray(trial, |project| {
                project.set(ANALYZER, "TEMPO_ENDPOINT", "tempo:55680");
            }))
        }),
        Scenario::fault("endpoint-on-the-host", "PT0316", ANALYZER, |trial| {
            Box::pin(astray(trial, |project| {
                project.set(ANALYZER, "TEMPO_ENDPOINT", "host.docker.internal:4317");
            }))
        }),
        Scenario::fault("grpc-to-http-port", "PT0306", ANALYZER, |trial| {
            Box::pin(astray(trial, |project| {
                standard(project, "http://tempo:4318", "grpc");
            }))
        }),
        Scenario::fault("http-to-grpc-port", "PT0306", ANALYZER, |trial| {
            Box::pin(astray(trial, |project| {
                standard(project, "http://tempo:4317", "http/protobuf");
            }))
        }),
        Scenario::fault("traces-go-elsewhere", "PT0333", ANALYZER, |trial| {
            Box::pin(elsewhere(trial))
        })
        // Nobody knows the name of that elsewhere either.
        .with(&[named("PT0428", ANALYZER)])
        .with_stand_in(),
    ],
};

/// The library refuses it at start, says so, and the service goes on without tracing.
async fn unreadable(trial: &mut Trial, value: &str) -> Result<(), Failure> {
    trial
        .stack
        .reshape(|project| project.set(ANALYZER, "TEMPO_ENDPOINT", value))
        .await?;
    trial.stack.until_served(ANALYZER, 10).await?;
    trial.judge().await?;
    recover(trial).await
}

fn on_another_network(project: &mut Blueprint) {
    project.network("elsewhere");
    project
        .service(ANALYZER)
        .insert("networks".to_owned(), json!(["elsewhere"]));
}

/// Names the endpoint by OpenTelemetry's own variables.
fn standard(project: &mut Blueprint, endpoint: &str, protocol: &str) {
    project.unset(ANALYZER, "TEMPO_ENDPOINT");
    project.set(ANALYZER, "OTEL_EXPORTER_OTLP_ENDPOINT", endpoint);
    project.set(ANALYZER, "OTEL_EXPORTER_OTLP_PROTOCOL", protocol);
}

/// The general endpoint is the stack's Tempo, and the one for traces is somewhere else. Nobody calls the service, so that
/// nothing is ever sent there.
async fn elsewhere(trial: &mut Trial) -> Result<(), Failure> {
    let names = NameServer::start(trial, Answer::NoSuchName).await?;
    let change = trial.stack.reshape(|project| {
        let traces = "https://otlp.shop.invalid/v1/traces";
        names.serve(project, ANALYZER);
        project.unset(ANALYZER, "TEMPO_ENDPOINT");
        project.set(ANALYZER, "OTEL_EXPORTER_OTLP_ENDPOINT", "http://tempo:4318");
        project.set(ANALYZER, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", traces);
        project.set(ANALYZER, "OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
    });
    change.await?;
    trial.stack.until_healthy(ANALYZER).await?;
    trial.judge().await?;
    recover(trial).await
}
